import type { Evaluation, MetricInfo, Objective } from "../../../src/objectives/objective.ts";
import { generator } from "../../../src/random/generator.ts";
import type { Embedding } from "../../../src/search/strategy.ts";

export const ACCURACY: MetricInfo = { name: "valid", quantity: "accuracy", unit: "%", goal: "max", scale: 100 };
export const REPORTED: MetricInfo = { ...ACCURACY, name: "test" };
export const SECONDS: MetricInfo = { name: "seconds", quantity: "time", unit: "s", goal: "min", scale: 1 };

/** Points drawn from a standard normal. */
export function cloud(count: number, dimensions: number, seed = 1): Embedding {
  const random = generator(seed, "noise");
  return { data: Float32Array.from({ length: count * dimensions }, () => random.normal()), count, dimensions };
}

/** An accuracy that falls smoothly with the distance from the point (1, 1, ...). */
export function hill({ data, count, dimensions }: Embedding): number[] {
  return Array.from({ length: count }, (_, index) => {
    let distance = 0;
    for (let j = 0; j < dimensions; j++) distance += ((data[index * dimensions + j] as number) - 1) ** 2;
    return 0.9 * Math.exp(-distance / (4 * dimensions));
  });
}

/** An objective out of arrays; what is undefined has no label. */
export function arrayObjective(
  values: readonly (number | undefined)[],
  extras: { reports?: readonly number[]; costs?: readonly number[]; metric?: MetricInfo } = {},
): Objective & { readonly evaluated: number[] } {
  const evaluated: number[] = [];
  return {
    evaluated,
    name: "array",
    size: values.length,
    metric: extras.metric ?? ACCURACY,
    ...(extras.reports && { report: REPORTED }),
    ...(extras.costs && { cost: SECONDS }),
    has: (index) => values[index] !== undefined,
    async evaluate(index): Promise<Evaluation> {
      evaluated.push(index);
      return {
        value: values[index] as number,
        ...(extras.reports && { report: extras.reports[index] as number }),
        cost: extras.costs?.[index] ?? 0,
      };
    },
  };
}

/** Largest difference between a gradient and central differences of `loss`, relative to the gradient's largest entry. */
export function gradientError(parameters: Float64Array, gradients: Float64Array, loss: () => number, probes: number): number {
  const random = generator(3, "noise");
  const step = 1e-5;
  const scale = gradients.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  let worst = 0;
  for (let probe = 0; probe < probes; probe++) {
    const at = probe < 8 ? parameters.length - 1 - probe : random.integer(parameters.length);
    const kept = parameters[at] as number;
    parameters[at] = kept + step;
    const above = loss();
    parameters[at] = kept - step;
    const below = loss();
    parameters[at] = kept;
    worst = Math.max(worst, Math.abs((above - below) / (2 * step) - (gradients[at] as number)) / scale);
  }
  return worst;
}
