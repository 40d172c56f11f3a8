import { toRebuiltTokens } from './rebuilt-tokens.ts';
import { createCover } from './spans.ts';
import { splitWord } from './split-word.ts';
import { createTermTree, IDEOGRAPHS, MAX_STEM, MIN_STEM, type TermNode } from './term-tree.ts';
import { type Token, toTokens } from './tokens.ts';

/** A term of the vocabulary that was found in a text. */
export interface Match<Kind extends string> {
  readonly kind: Kind;
  /** Offsets in the folded text. */
  readonly start: number;
  readonly end: number;
}

export interface Findings<Kind extends string> {
  /** Every term, also a disguised one, but none inside an innocent phrase. */
  readonly matches: readonly Match<Kind>[];
  /** The innocent phrases. */
  readonly innocent: readonly Match<Kind>[];
  /** The words as they are written, and the words after split ones were joined. */
  readonly views: readonly (readonly Token[])[];
}

export interface TermIndex<Kind extends string> {
  find(folded: string): Findings<Kind>;
}

interface IndexOptions<Kind extends string> {
  readonly terms: Readonly<Partial<Record<Kind, readonly string[]>>>;
  /** The kind whose phrases make the words inside them innocent, unless a comma or similar sign divides the phrase. */
  readonly innocent: Kind;
}

/** Compiles the terms once. `find` then walks once over each view of the text, in time linear in its length. */
export function createTermIndex<Kind extends string>({ terms, innocent }: IndexOptions<Kind>): TermIndex<Kind> {
  const tree = createTermTree(terms, innocent);
  const knows = (word: string) => tree.words.next?.get(word)?.kinds !== undefined;

  function find(folded: string): Findings<Kind> {
    const found = new Map<string, Match<Kind>>();
    const report = (node: TermNode<Kind>, start: number, end: number, isBroken: boolean) => {
      for (const kind of node.kinds ?? []) {
        if (!isBroken || kind !== innocent) found.set(`${kind} ${start} ${end}`, { kind, start, end });
      }
    };
    const plain = toTokens(folded);
    const rebuilt = toRebuiltTokens(folded, (readings, options) => splitWord(readings, { ...options, knows }));
    const views = [plain, rebuilt];
    for (const tokens of views) {
      for (let position = 0; position < tokens.length; position += 1) {
        walkWords(tree.words, tokens, position, report);
        const token = tokens[position];
        if (token !== undefined && IDEOGRAPHS.test(token.text)) walkCharacters(tree.characters, token, report);
      }
    }
    const all = [...found.values()];
    const phrases = all.filter((match) => match.kind === innocent);
    // Innocent phrases are left out, because each is inside itself.
    const phraseAround = createCover(phrases);
    return { matches: all.filter((match) => phraseAround(match) === undefined), innocent: phrases, views };
  }
  return { find };
}

type Report<Kind extends string> = (node: TermNode<Kind>, start: number, end: number, isBroken: boolean) => void;

function walkWords<Kind extends string>(
  root: TermNode<Kind>,
  tokens: readonly Token[],
  first: number,
  report: Report<Kind>,
): void {
  const start = tokens[first]?.start ?? 0;
  const step = (node: TermNode<Kind>, position: number, isBroken: boolean): void => {
    const token = tokens[position];
    if (token === undefined) return;
    const broken = isBroken || (position > first && token.afterBreak);
    for (const reading of token.readings) {
      for (const next of nextNodes(node, reading)) {
        report(next, start, token.end, broken);
        if (next.next !== undefined || next.nextStem !== undefined) step(next, position + 1, broken);
      }
    }
  };
  step(root, first, false);
}

function nextNodes<Kind extends string>(node: TermNode<Kind>, reading: string): TermNode<Kind>[] {
  const nodes: TermNode<Kind>[] = [];
  const whole = node.next?.get(reading);
  if (whole !== undefined) nodes.push(whole);
  if (node.nextStem === undefined) return nodes;
  const longest = Math.min(reading.length, MAX_STEM);
  for (let length = MIN_STEM; length <= longest; length += 1) {
    const stem = node.nextStem.get(reading.slice(0, length));
    if (stem !== undefined) nodes.push(stem);
  }
  return nodes;
}

function walkCharacters<Kind extends string>(root: TermNode<Kind>, token: Token, report: Report<Kind>): void {
  const { text } = token;
  for (let first = 0; first < text.length; first += 1) {
    let node: TermNode<Kind> | undefined = root;
    for (let last = first; last < text.length && node !== undefined; last += 1) {
      node = node.next?.get(text.charAt(last));
      if (node !== undefined) report(node, token.start + first, Math.min(token.start + last + 1, token.end), false);
    }
  }
}
