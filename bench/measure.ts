/** Times of engines that take turns, so that whatever else the machine does meets all of them alike. */
import type { Engine } from "./engine.ts";

export interface Spread {
  readonly median: number;
  /** First and third quartile. */
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

export type Clock = () => number;
const clock: Clock = () => performance.now();

/** Quantile with linear interpolation between order statistics (Hyndman and Fan, 1996, definition 7). `p` in 0..1. */
export function quantile(values: readonly number[], p: number): number {
  if (values.length === 0) throw new RangeError("A quantile needs at least one value.");
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * p;
  const [below, above] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return below + (above - below) * (at - Math.floor(at));
}

export function spreadOf(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    lower: quantile(values, 0.25),
    upper: quantile(values, 0.75),
    count: values.length,
  };
}

/** Milliseconds a step of one block: `steps` steps and the wait for them. */
export async function timeBlock(engine: Pick<Engine, "step" | "finish">, steps: number, now: Clock = clock): Promise<number> {
  const start = now();
  await engine.step(steps);
  await engine.finish();
  return (now() - start) / steps;
}

export interface BlockPlan {
  /** Length that a block should have. */
  readonly blockMs: number;
  readonly maxSteps: number;
}

/** Steps of a block that takes about as long as planned, at least one. */
export function stepsOfBlock(msPerStep: number, { blockMs, maxSteps }: BlockPlan): number {
  return Math.min(maxSteps, Math.max(1, Math.round(blockMs / msPerStep)));
}

export interface Turn {
  readonly engine: Pick<Engine, "step" | "finish">;
  readonly steps: number;
}

/**
 * One block of every engine a round; each round begins with the next engine, so that none always follows the same one.
 * @returns milliseconds a step, one list an engine, in the order given
 */
export async function interleave(turns: readonly Turn[], rounds: number, now: Clock = clock): Promise<number[][]> {
  const times: number[][] = turns.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < turns.length; i++) {
      const at = (round + i) % turns.length;
      const { engine, steps } = turns[at] as Turn;
      times[at]?.push(await timeBlock(engine, steps, now));
    }
  }
  return times;
}
