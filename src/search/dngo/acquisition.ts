/**
 * Expected improvement of a normal prediction over a target, in logarithms: far below the target the improvement itself
 * underflows, and a maximum over zeros would be decided by the order of the candidates (Ament et al., "Unexpected
 * Improvements to Expected Improvement for Bayesian Optimization", NeurIPS 2023).
 */

const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);

/**
 * log E[max(y - target, 0)] for y ~ N(mean, spread^2): log of spread * (phi(u) + u Phi(u)) with u = (mean - target)/spread.
 * @param spread standard deviation, at least 0 (the released code passes the variance)
 * @returns -Infinity where no improvement is possible
 */
export function logExpectedImprovement(mean: number, spread: number, target: number): number {
  if (spread <= 0) return Math.log(Math.max(mean - target, 0));
  return Math.log(spread) + logImprovement((mean - target) / spread);
}

/** log(phi(u) + u Phi(u)), phi and Phi being density and distribution of the standard normal. */
export function logImprovement(u: number): number {
  const density = Math.exp(-0.5 * u * u - LOG_SQRT_2PI);
  if (u > 0) return Math.log(density + u - u * tail(u, density));
  if (u > -TAIL_FROM) return Math.log(density + u * tail(-u, density));
  return -0.5 * u * u - LOG_SQRT_2PI + Math.log(tailImprovement(-u));
}

const TAIL_FROM = 2.5;

/** 1 - Phi(x) for x >= 0; `density` is phi(x). */
function tail(x: number, density: number): number {
  if (x >= TAIL_FROM) return (density * (1 - tailImprovement(x))) / x;
  // Phi(x) - 1/2 = phi(x) (x + x^3/3 + x^5/(3*5) + ...), all terms positive.
  let term = x;
  let sum = x;
  for (let k = 3; term > 1e-17 * sum; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 - density * sum;
}

/**
 * 1 - x (1 - Phi(x)) / phi(x) for x >= TAIL_FROM. With Laplace's continued fraction (1 - Phi)/phi = 1/(x + c),
 * c = 1/(x + 2/(x + 3/...)), this is c/(x + c): nothing cancels, however far out.
 */
function tailImprovement(x: number): number {
  let c = 0;
  for (let k = 40; k >= 1; k--) c = k / (x + c);
  return c / (x + c);
}
