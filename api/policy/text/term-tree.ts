import { foldText } from './fold.ts';
import { toSpellings } from './readings.ts';

/**
 * Terms word by word, or character by character. A node stands for the words read so far. Its maps are optional, because
 * few nodes need all three, and empty maps took 9 MB.
 */
export interface TermNode<Kind extends string> {
  next?: Map<string, TermNode<Kind>>;
  /** Keyed by the first letters of a word. */
  nextStem?: Map<string, TermNode<Kind>>;
  kinds?: Set<Kind>;
}

export interface TermTree<Kind extends string> {
  readonly words: TermNode<Kind>;
  readonly characters: TermNode<Kind>;
}

export const IDEOGRAPHS = /[\p{sc=Han}\p{sc=Hiragana}]/u;
/** Korean has words of two syllables. In other languages the lists only have longer stems. */
export const MIN_STEM = 2;
/** No list has a longer stem. Without a limit, a hostile word could be as long as the prompt. */
export const MAX_STEM = 24;
/** `w*rd`: a word with fewer letters would match too much. */
const MIN_STARRED = 4;
/** A phrase written as one word (`twowords`). */
const MIN_GLUED_PHRASE = 6;

/**
 * A term is a word, a phrase (`two words`), or either with the beginning of a word (`begin*`). Terms in Chinese
 * characters or hiragana are stored by character, because such text has no spaces. Innocent terms are not disguised, so
 * they are not looked for as one word or with a star.
 */
export function createTermTree<Kind extends string>(
  termsByKind: Readonly<Partial<Record<Kind, readonly string[]>>>,
  innocent: Kind,
): TermTree<Kind> {
  const tree: TermTree<Kind> = { words: {}, characters: {} };
  for (const kind of Object.keys(termsByKind) as Kind[]) {
    for (const term of termsByKind[kind] ?? []) addTerm(tree, foldText(term), kind, kind !== innocent);
  }
  return tree;
}

function addTerm<Kind extends string>(tree: TermTree<Kind>, term: string, kind: Kind, isDisguised: boolean): void {
  if (IDEOGRAPHS.test(term)) {
    addPath(
      tree.characters,
      [...term.replace(/\s/g, '')].map((character) => [character]),
      kind,
    );
    return;
  }
  const words = term.match(/[\p{L}\p{N}\p{M}]+\*?/gu) ?? [];
  addPath(tree.words, words.map(toSpellings), kind);
  if (!isDisguised) return;
  const glued = words.join('');
  if (words.length > 1 && glued.length >= MIN_GLUED_PHRASE) addPath(tree.words, [toSpellings(glued)], kind);
  const [only = ''] = words;
  if (words.length === 1) addPath(tree.words, [toStarred(only)], kind);
}

/** Every combination of the spellings of each step. */
function addPath<Kind extends string>(node: TermNode<Kind>, steps: readonly (readonly string[])[], kind: Kind): void {
  const [spellings, ...rest] = steps;
  if (spellings === undefined) {
    node.kinds ??= new Set();
    node.kinds.add(kind);
  }
  for (const spelling of spellings ?? []) {
    const isStem = spelling.endsWith('*');
    const branch = isStem ? 'nextStem' : 'next';
    const key = isStem ? spelling.slice(0, -1) : spelling;
    const edges = node[branch] ?? new Map<string, TermNode<Kind>>();
    node[branch] = edges;
    const found = edges.get(key) ?? {};
    edges.set(key, found);
    addPath(found, rest, kind);
  }
}

/** The word with each inner letter in turn replaced by a star, as people write it to get past a filter. */
function toStarred(word: string): string[] {
  if (word.length < MIN_STARRED || !/^[a-z]+$/.test(word)) return [];
  const places = Array.from({ length: word.length - 2 }, (_, place) => place + 1);
  return places.map((place) => `${word.slice(0, place)}*${word.slice(place + 1)}`);
}
