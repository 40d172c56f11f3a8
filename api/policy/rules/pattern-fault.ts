/**
 * How many ways a backtracking engine may have to try at one position of the text. A pattern sees 4,000 characters:
 * at worst that is some tens of milliseconds, and a pattern of ordinary words is far below.
 */
const MAX_WAYS = 10_000;
const WAYS_OF_OPEN_REPETITION = 4000;

const TOKEN =
  /(?<reference>\\[1-9]|\\k<)|(?<opening>\((?:\?(?:[:=!]|<[=!]|<[^>]+>))?)|(?<closing>\))|(?<bar>\|)|(?<quantifier>(?:[*+?]|\{\d+(?:,\d*)?\})\??)|\\[pPu]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|./gsu;
const BOUNDS = /^\{(\d+)(,(\d*))?/;

/** A part of the pattern in brackets, or the whole of it. */
interface Part {
  /** Of the branches before the last bar, added up. */
  ways: number;
  /** Of the branch being read. */
  branchWays: number;
  /** It may match in several ways, so that repeating it multiplies them. */
  isVariable: boolean;
}

const createPart = (): Part => ({ ways: 0, branchWays: 1, isVariable: false });

/** Why a pattern is not taken (no regular expression, or one that a hostile prompt could make slow), or undefined. */
export function findPatternFault(source: string): string | undefined {
  try {
    new RegExp(source, 'giu');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return findSlowness(source);
}

function findSlowness(source: string): string | undefined {
  const whole = createPart();
  const open = [whole];
  let last: Part = createPart();
  for (const { groups = {} } of source.matchAll(TOKEN)) {
    const part = open.at(-1) ?? whole;
    if (groups.reference !== undefined) return 'back references are not allowed';
    if (groups.opening !== undefined) {
      open.push(createPart());
    } else if (groups.closing !== undefined) {
      last = open.pop() ?? whole;
      const parent = open.at(-1) ?? whole;
      parent.branchWays *= last.ways + last.branchWays;
      parent.isVariable ||= last.isVariable;
    } else if (groups.bar !== undefined) {
      part.ways += part.branchWays;
      part.branchWays = 1;
      part.isVariable = true;
    } else if (groups.quantifier !== undefined) {
      const { ways, maxRepeats } = toBounds(groups.quantifier);
      if (last.isVariable && maxRepeats > 1) return 'a repetition or choice must not be repeated';
      part.branchWays *= ways;
      part.isVariable ||= ways > 1;
    } else {
      last = createPart();
    }
  }
  if (whole.ways + whole.branchWays <= MAX_WAYS) return undefined;
  return 'too many open repetitions: bound them, such as .{0,20}, or use the lists of all';
}

function toBounds(quantifier: string): { ways: number; maxRepeats: number } {
  const bounds = BOUNDS.exec(quantifier);
  if (quantifier.startsWith('?')) return { ways: 2, maxRepeats: 1 };
  if (bounds === null) return { ways: WAYS_OF_OPEN_REPETITION, maxRepeats: WAYS_OF_OPEN_REPETITION };
  const least = Number(bounds[1]);
  const isOpen = bounds[2] !== undefined && bounds[3] === '';
  const most = isOpen ? least + WAYS_OF_OPEN_REPETITION : Number(bounds[3] ?? least);
  return { ways: most - least + 1, maxRepeats: most };
}
