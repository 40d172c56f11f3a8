/** Ties go to the even neighbour, as in NumPy's `round`; `Math.round` would send 937.5 and 812.5 both upwards. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
