/** Rounds ties to the even neighbour, as NumPy's `round` does. `Math.round` would round both 937.5 and 812.5 up. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
