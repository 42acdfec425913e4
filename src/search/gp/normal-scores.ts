/**
 * Labels by their rank alone, as quantiles of a standard normal: value number r of n in ascending order becomes the quantile of (r - 1/2) / n, equal
 * values share the quantile of their mean rank. Whatever the unit and however skewed the labels, the scores suit a Gaussian process, and a monotone
 * change of the objective changes no search.
 * @param values finite, in any order
 */
export function normalScores(values: ArrayLike<number>): Float64Array {
  const count = values.length;
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const scores = new Float64Array(count);
  for (let first = 0, end = 0; first < count; first = end) {
    while (end < count && values[order[end] as number] === values[order[first] as number]) end++;
    const score = normalQuantile((first + end) / 2 / count);
    for (let i = first; i < end; i++) scores[order[i] as number] = score;
  }
  return scores;
}

/** The quantile of the standard normal for p in 0..1, both excluded; relative error below 1.2e-9 (rational approximation by P. J. Acklam). */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(TAIL_TOP, q) / (polynomial(TAIL_BOTTOM, q) * q + 1);
  }
  const q = p - 0.5;
  const r = q * q;
  return (polynomial(CENTRE_TOP, r) * q) / (polynomial(CENTRE_BOTTOM, r) * r + 1);
}

const CENTRE_TOP = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1, 2.506628277459239,
];
const CENTRE_BOTTOM = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
];
const TAIL_TOP = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783,
];
const TAIL_BOTTOM = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];

const polynomial = (coefficients: readonly number[], x: number): number => coefficients.reduce((sum, c) => sum * x + c, 0);
