/** Times of engines that take turns, so that whatever else the machine does meets all of them alike. */
import type { Engine } from "./engine.ts";

/** A median with an interval of confidence. */
export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
  /** Probability, at least, that the interval holds the true median. */
  readonly coverage: number;
  readonly count: number;
}

export type Clock = () => number;
const clock: Clock = () => performance.now();

/** The middle of the sorted values; the mean of the two middle ones where there are two. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("A median needs at least one value.");
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(half)] as number) + (sorted[Math.ceil(half)] as number)) / 2;
}

/** What an interval should cover; few values cover less. */
const COVERAGE = 0.95;

/**
 * The median, and the narrowest symmetric pair of order statistics that holds the true median in at least 95 % of cases, whatever the
 * distribution: the number of values below the true median is binomial (David and Nagaraja, "Order Statistics", 2003, section 7.1).
 * Fewer than six values cannot reach 95 %: then it is their whole range, and `coverage` says how much that is.
 */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const count = sorted.length;
  let left = 0;
  /** Probability that exactly `left` values lie below, and that at most so many do. */
  let exactly = 0.5 ** count;
  let below = exactly;
  for (;;) {
    exactly *= (count - left) / (left + 1);
    if (1 - 2 * (below + exactly) < COVERAGE) break;
    below += exactly;
    left++;
  }
  return {
    median: median(sorted),
    lower: sorted[left] as number,
    upper: sorted[count - 1 - left] as number,
    coverage: Math.max(0, 1 - 2 * below),
    count,
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
