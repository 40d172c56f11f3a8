const SUBJECTS = [
  'a lighthouse',
  'two children',
  'an old sailor',
  'a baby elephant',
  'a teenage skater',
  'a girl with a violin',
  'a boy and his dog',
  'a red fox',
  'a market woman',
  'a school orchestra',
  'a sleeping kitten',
  'a knight',
  'a robot',
  'grandparents with kids',
  'a toddler in a raincoat',
  'a bride',
  'twins on a swing',
  'a ballet class',
  'a family at dinner',
  'a football team',
];
const PLACES = [
  'on a beach',
  'in a forest',
  'by the sea',
  'in a bathtub',
  'in a classroom',
  'under bare trees',
  'at the swimming pool',
  'in a bedroom',
  'on a hot day',
  'in a kitchen',
  'at night',
  'in the rain',
  'on a strip of sand',
  'in a museum of sculpture',
];
const STYLES = [
  'oil painting',
  'watercolor',
  'ISO 100, 17mm',
  '35mm photo',
  '8k, highly detailed',
  'trending on artstation',
  'pixel art',
  'by Renoir',
  'anime',
  'cinematic lighting',
  'black and white',
  '16:9',
  'masterpiece, best quality',
  'isometric render',
];

/** Everyday prompts, the same ones in every run. */
export function ordinaryPrompts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const pick = (list: readonly string[], step: number) => list[(index * step) % list.length] ?? '';
    return `${pick(SUBJECTS, 7)} ${pick(PLACES, 5)}, ${pick(STYLES, 3)}, ${pick(STYLES, 11)}`;
  });
}
