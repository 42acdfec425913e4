import type { Generator } from "../../random/generator.ts";

/**
 * A policy that takes each of several decisions by a softmax of its own (Ying et al., "NAS-Bench-101", ICML 2019; Dong and Yang, "NAS-Bench-201", ICLR
 * 2020, whose initial values these are): no state, no order, so that log p of an architecture is the sum of its decisions'. One flat block of
 * logits, one after the other decision by decision.
 */
export interface CategoricalPolicy {
  readonly choices: readonly number[];
  readonly logits: Float64Array;
}

export function initialCategorical(choices: readonly number[], random: Generator): CategoricalPolicy {
  const total = choices.reduce((sum, count) => sum + count, 0);
  return { choices, logits: Float64Array.from({ length: total }, () => 1e-3 * random.normal()) };
}

/** The probabilities of all choices, laid out as the logits. */
export function probabilities({ choices, logits }: CategoricalPolicy): Float64Array {
  const all = new Float64Array(logits.length);
  let start = 0;
  for (const count of choices) {
    const own = logits.subarray(start, start + count);
    const largest = own.reduce((a, b) => Math.max(a, b));
    const weights = own.map((logit) => Math.exp(logit - largest));
    const sum = weights.reduce((a, b) => a + b);
    all.set(
      weights.map((weight) => weight / sum),
      start,
    );
    start += count;
  }
  return all;
}

/** A choice a decision, drawn. @param chances as `probabilities` gives them */
export function drawChoices({ choices }: CategoricalPolicy, chances: Float64Array, random: Generator): number[] {
  let start = 0;
  return choices.map((count) => {
    let left = random.uniform();
    let chosen = 0;
    while (chosen < count - 1 && left >= (chances[start + chosen] as number)) left -= chances[start + chosen++] as number;
    start += count;
    return chosen;
  });
}

/** Adds the gradient of -log p(chosen) * advantage with respect to the logits: (p - one-hot) * advantage. */
export function addGradient(
  { choices }: CategoricalPolicy,
  chances: Float64Array,
  chosen: readonly number[],
  advantage: number,
  gradients: Float64Array,
): void {
  let start = 0;
  for (const [decision, count] of choices.entries()) {
    for (let choice = 0; choice < count; choice++) {
      const slope = (chances[start + choice] as number) - (choice === chosen[decision] ? 1 : 0);
      gradients[start + choice] = (gradients[start + choice] as number) + slope * advantage;
    }
    start += count;
  }
}

/** An exponential moving average without the bias of its first values; 0 before there is any. */
export function movingAverage(momentum: number): { add(value: number): void; value(): number } {
  let sum = 0;
  let weight = 0;
  return {
    add(value) {
      sum = momentum * sum + (1 - momentum) * value;
      weight = momentum * weight + (1 - momentum);
    },
    value: () => (weight === 0 ? 0 : sum / weight),
  };
}
