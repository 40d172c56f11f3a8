/** Marks a piece that ends a word. */
const END_OF_WORD = '</w>';

/** Splits one word, written in the byte alphabet, into the pieces that CLIP's vocabulary has ids for. */
export type WordSplitter = (word: string) => readonly string[];

/**
 * @param merges the text of merges.txt: a version line, then one pair per line, the most frequent first
 */
export function createWordSplitter(merges: string): WordSplitter {
  const ranks = parseMerges(merges);
  const known = new Map<string, readonly string[]>();
  return (word) => {
    const cached = known.get(word);
    if (cached !== undefined) return cached;
    const pieces = mergePieces(toPieces(word), ranks);
    if (known.size < MAX_KNOWN_WORDS) known.set(word, pieces);
    return pieces;
  };
}

/** Most prompts use the same few words. The bound keeps other words from filling the memory. */
const MAX_KNOWN_WORDS = 10_000;

function parseMerges(merges: string): Map<string, number> {
  const pairs = merges.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'));
  return new Map(pairs.map((pair, rank) => [pair, rank]));
}

function toPieces(word: string): string[] {
  const letters = [...word];
  return letters.map((letter, index) => (index === letters.length - 1 ? letter + END_OF_WORD : letter));
}

/** Joins the best-ranked pair of neighbours wherever it occurs, until no pair has a rank. */
function mergePieces(start: string[], ranks: ReadonlyMap<string, number>): string[] {
  let pieces = start;
  for (;;) {
    const best = findBestPair(pieces, ranks);
    if (best === undefined) return pieces;
    pieces = joinPair(pieces, best);
  }
}

function findBestPair(pieces: readonly string[], ranks: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  let bestRank = Infinity;
  for (let index = 0; index + 1 < pieces.length; index++) {
    const pair = `${pieces[index]} ${pieces[index + 1]}`;
    const rank = ranks.get(pair) ?? Infinity;
    if (rank < bestRank) [best, bestRank] = [pair, rank];
  }
  return best;
}

function joinPair(pieces: readonly string[], pair: string): string[] {
  const joined: string[] = [];
  for (let index = 0; index < pieces.length; index++) {
    const isPair = index + 1 < pieces.length && `${pieces[index]} ${pieces[index + 1]}` === pair;
    joined.push(isPair ? pair.replace(' ', '') : (pieces[index] ?? ''));
    if (isPair) index++;
  }
  return joined;
}
