/** What a kept run came to: the values of what it asked for, looked up in the table. */
import { InputError } from "../errors.ts";
import { oriented } from "../objectives/objective.ts";
import type { StudyLabels } from "./labels.ts";
import type { RunLine } from "./run-lines.ts";

export interface Outcome {
  readonly seed: number;
  /** The architecture with the best searched value after each query; the earlier one of equals. */
  readonly incumbents: Uint32Array;
  /** Simulated seconds up to and with each query. */
  readonly paid: Float64Array;
  /** Wall time of the run, in seconds. */
  readonly seconds: number;
}

/** @throws InputError where the table has no value for what was asked */
export function outcomeOf({ name, seed, asked, seconds }: RunLine, { metric, cost, has }: StudyLabels): Outcome {
  const incumbents = new Uint32Array(asked.length);
  const paid = new Float64Array(asked.length);
  let best = asked[0] as number;
  let spent = 0;
  for (const [i, index] of asked.entries()) {
    if (!has(index)) {
      throw new InputError(
        `The run of ${name} with seed ${seed} asked for architecture ${index}, which the table does not label.`,
      );
    }
    const value = (at: number): number => oriented(metric.values[at] as number, metric);
    if (value(index) > value(best)) best = index;
    spent += cost ? (cost.values[index] as number) : 0;
    incumbents[i] = best;
    paid[i] = spent;
  }
  return { seed, incumbents, paid, seconds };
}
