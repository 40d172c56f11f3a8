/** The x at which the beta distribution's cumulative probability is `probability`: scipy.stats.beta.ppf. */
export function betaQuantile(probability: number, alpha: number, beta: number): number {
  if (probability <= 0) return 0;
  if (probability >= 1) return 1;
  let [low, high] = [0, 1];
  // Bisection down to neighbouring doubles is slow, but it runs once per step of a plan and is exact at the steep ends.
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (cumulativeBeta(middle, alpha, beta) < probability) low = middle;
    else high = middle;
  }
}

/** The regularised incomplete beta function by its continued fraction (DLMF 8.17.22). */
function cumulativeBeta(x: number, alpha: number, beta: number): number {
  // The fraction converges fast only below the mean. Above it the complement is computed.
  if (x > (alpha + 1) / (alpha + beta + 2)) return 1 - cumulativeBeta(1 - x, beta, alpha);
  const front = Math.exp(alpha * Math.log(x) + beta * Math.log1p(-x) - logBeta(alpha, beta)) / alpha;
  let fraction = 1;
  for (let term = 100; term >= 1; term--) fraction = 1 + fractionNumerator(term, x, alpha, beta) / fraction;
  return front / fraction;
}

function fractionNumerator(term: number, x: number, alpha: number, beta: number): number {
  const half = Math.floor(term / 2);
  const denominator = (alpha + term - 1) * (alpha + term);
  if (term % 2 === 0) return (half * (beta - half) * x) / denominator;
  return (-(alpha + half) * (alpha + beta + half) * x) / denominator;
}

function logBeta(alpha: number, beta: number): number {
  return logGamma(alpha) + logGamma(beta) - logGamma(alpha + beta);
}

/** Stirling's series after shifting the argument above 10, where its error is far below a double's precision. */
function logGamma(value: number): number {
  let shifted = value;
  let product = 1;
  while (shifted < 10) product *= shifted++;
  const square = shifted * shifted;
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / shifted;
  return (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
