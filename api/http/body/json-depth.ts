/** Nobody's request nests as deep; what reads values level by level would run out of stack far below. */
export const MAX_JSON_LEVELS = 64;

/** Whether a value of JSON nests deeper. By hand: a function that calls itself would fail on just such a value. */
export function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let levels = 0; level.length > 0; levels += 1) {
    if (levels > MAX_JSON_LEVELS) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
