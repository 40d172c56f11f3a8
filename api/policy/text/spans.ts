/** A part of a text, by its offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Returns a function that finds a span which contains a whole part of the text: the one that ends last. Spans are sorted
 * once and then searched by halves, because a hostile text has thousands of spans and parts.
 */
export function createCover<Item extends Span>(spans: readonly Item[]): (part: Span) => Item | undefined {
  const sorted = spans.toSorted((one, other) => one.start - other.start);
  let furthest: Item | undefined;
  const reach = sorted.map((span) => {
    if (furthest === undefined || span.end > furthest.end) furthest = span;
    return furthest;
  });
  return ({ start, end }) => {
    const found = reach[countBelow(sorted.length, (index) => (sorted[index]?.start ?? 0) <= start) - 1];
    return found !== undefined && end <= found.end ? found : undefined;
  };
}

/** Number of items that are below. They must come before all that are not. */
export function countBelow(length: number, isBelow: (index: number) => boolean): number {
  let from = 0;
  let to = length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isBelow(middle)) from = middle + 1;
    else to = middle;
  }
  return from;
}
