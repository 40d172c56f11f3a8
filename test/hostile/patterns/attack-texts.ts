/**
 * Texts that are hard for one regular expression, made of its own parts. Each part is repeated, alone and together with
 * its neighbours, between a beginning that the pattern matches and an end that it does not match.
 */

/** One character of every class that our patterns distinguish. */
const ALPHABET = [
  ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)),
  ...[
    '\n',
    '\t',
    '\r',
    '\0',
    'é',
    'ß',
    'ж',
    'α',
    '一',
    '々',
    'あ',
    'ア',
    'ー',
    '가',
    'ا',
    '٣',
    '\u0301',
    '\u200b',
    '\ufdfa',
    '、',
  ],
  ...['👶', '🅐', '\ud800', '\ufffd'],
];
/** A beginning that an anchored pattern does not match. */
const MISFIT = '\0';
const SAMPLES = 2;
const LONGEST_PUMP = 4;
const MAX_TEXTS = 240;
/** Ends that hardly any pattern matches. */
const TAILS = ['', '\0', '\n!'];

export interface AttackText {
  readonly prefix: string;
  readonly pump: string;
  readonly tail: string;
}

/** Each text is `prefix`, then `pump` repeated to any length, then `tail`. */
export function createAttackTexts(source: string, flags: string): AttackText[] {
  const atoms = toAtoms(source, flags).map((atom) => findSamples(atom, flags));
  const known = atoms.filter((samples) => samples.length > 0);
  const firsts = known.map(([first = '']) => first);
  const texts = new Map<string, AttackText>();
  const add = (prefix: string, pump: string): void => {
    for (const tail of TAILS) texts.set(JSON.stringify([prefix, pump, tail]), { prefix, pump, tail });
  };
  known.forEach((samples, index) => {
    for (const sample of samples) {
      add('', sample);
      add(MISFIT, sample);
      if (index > 0) add(firsts.slice(0, index).join(''), sample);
    }
    for (let length = 2; length <= LONGEST_PUMP; length += 1) {
      const pump = firsts.slice(index, index + length).join('');
      add('', pump);
      if (index > 0) add(firsts.slice(0, index).join(''), pump);
    }
  });
  for (let length = 1; length <= firsts.length; length += 1) add('', firsts.slice(0, length).join(''));
  return spread([...texts.values()], MAX_TEXTS);
}

export const toText = ({ prefix, pump, tail }: AttackText, characters: number): string =>
  `${prefix}${pump.repeat(Math.ceil(characters / Math.max(1, pump.length)))}${tail}`;

/** Picks evenly from the whole list, so that no part of a long pattern is left out. */
function spread<Item>(items: readonly Item[], limit: number): Item[] {
  const step = Math.max(1, items.length / limit);
  return Array.from({ length: Math.min(limit, items.length) }, (_, index) => items[Math.floor(index * step)]).filter(
    (item) => item !== undefined,
  );
}

/** The parts that match one character: classes, escapes, literals. Groups, quantifiers and anchors are skipped. */
function toAtoms(source: string, flags: string): string[] {
  const atoms: string[] = [];
  for (let at = 0; at < source.length; ) {
    const length = atomLength(source, at, flags);
    const atom = source.slice(at, at + length);
    if (!/^(?:\(\?<?[=!:]|\(\?<\w+>|[()|^$*+?]|\{\d+(?:,\d*)?\}|\\[bB\d]|\\k)$/.test(atom)) atoms.push(atom);
    at += length;
  }
  return atoms;
}

const PLAIN_ATOM =
  /^(?:\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[\da-f]{4}|\\x[\da-f]{2}|\\.|\(\?<?[=!:]|\(\?<\w+>|\{\d+(?:,\d*)?\})/is;

function atomLength(source: string, at: number, flags: string): number {
  const rest = source.slice(at);
  const [found] = PLAIN_ATOM.exec(rest) ?? [];
  if (found !== undefined) return found.length;
  if (!rest.startsWith('[')) return (rest.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
  let depth = 1;
  for (let index = 1; index < rest.length; index += 1) {
    if (rest[index] === '\\') index += 1;
    // Only the `v` flag nests classes.
    else if (rest[index] === '[' && flags.includes('v')) depth += 1;
    else if (rest[index] === ']') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return rest.length;
}

function findSamples(atom: string, flags: string): string[] {
  const isOne = new RegExp(`^(?:${atom})$`, flags.replaceAll(/[gym]/g, ''));
  const fitting = ALPHABET.filter((character) => isOne.test(character));
  const letter = fitting.find((character) => /[a-z]/.test(character)) ?? fitting[0];
  const other = fitting.at(-1);
  return [...new Set([letter, other])].filter((sample) => sample !== undefined).slice(0, SAMPLES);
}
