import type { Generator } from "../random/generator.ts";

/**
 * Draws candidates one by one, uniformly and never twice; undefined when none is left. The shuffle happens draw by draw, so
 * that a hundred draws out of 423,624 cost a hundred steps.
 */
export function drawer(candidates: Uint32Array, random: Generator): () => number | undefined {
  const pool = candidates.slice();
  let left = pool.length;
  return () => {
    if (left === 0) return undefined;
    const at = random.integer(left--);
    const drawn = pool[at] as number;
    pool[at] = pool[left] as number;
    return drawn;
  };
}

/** So many of the candidates, uniformly; all where there are no more. Ascending. */
export function sampleOf(candidates: Uint32Array, count: number, random: Generator): number[] {
  if (candidates.length <= count) return Array.from(candidates);
  const next = drawer(candidates, random);
  return Array.from({ length: count }, () => next() as number).sort((a, b) => a - b);
}

/** Fills `weights` as PyTorch initialises a linear layer or an LSTM cell: uniform in [-bound, bound). */
export function fillUniform(weights: Float64Array, bound: number, random: Generator): void {
  for (let i = 0; i < weights.length; i++) weights[i] = (2 * random.uniform() - 1) * bound;
}
