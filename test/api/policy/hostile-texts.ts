const LENGTH = 32_000;

/** The longest prompt. */
export const fill = (text: string): string => text.repeat(Math.ceil(LENGTH / text.length)).slice(0, LENGTH);

/** Repeated over a whole prompt, each of these once made a matcher walk the text many times. */
export const HOSTILE_TEXTS = [
  'a',
  'a ',
  'a.',
  '1',
  '1 ',
  '12 year ',
  '!',
  '(',
  '*',
  'n*',
  ',',
  '裸',
  'ｎ',
  'nude ',
  'child ',
  'little ',
  'naked eye ',
  'kidkid',
  'no no ',
  '\u0301',
  '\u200b',
  '👧',
  'é',
  'я',
  'ロ',
  'sexsexse',
  '@',
  'y o ',
  'clothes,',
  'adult,',
  'teeeen',
  'without any ',
];
