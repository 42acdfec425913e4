/** Engines side by side: the same first losses, then counts, then interleaved times. */
import { clockSubmits, countCalls, shrinkDispatches } from "./counting.ts";
import type { Engine, EngineKind } from "./engine.ts";
import { type BlockPlan, interleave, type Spread, spreadOf, stepsOfBlock, timeBlock } from "./measure.ts";
import type { BenchmarkResult, CallsPerStep, EngineResult } from "./result.ts";
import type { Workload } from "./workload.ts";

export interface ComparisonPlan extends BlockPlan {
  /** Blocks of each engine. */
  readonly rounds: number;
}

/** Steps whose losses are compared. */
const CHECKED_STEPS = 5;
/** Losses of five float32 steps from the same state with the same noise agree far better than this; those of another model do not. */
const LOSS_TOLERANCE = 2e-3;
const COUNTED_STEPS = 8;
const HOST_REPEATS = 7;

export type Say = (text: string) => void;

interface Opened {
  readonly kind: EngineKind;
  readonly engine: Engine;
  readonly firstStepMs: number;
  readonly losses: readonly number[];
  readonly lossDifference: number;
}

/** Largest relative difference between two lists of losses. */
export function lossDifference(ours: readonly number[], theirs: readonly number[]): number {
  const differences = ours.map((loss, i) => Math.abs(loss - (theirs[i] ?? Number.NaN)) / Math.abs(loss));
  return differences.some(Number.isNaN) ? Number.NaN : Math.max(0, ...differences);
}

async function firstSteps(kind: EngineKind, workload: Workload): Promise<Omit<Opened, "lossDifference">> {
  const start = performance.now();
  const engine = await kind.open(workload);
  const losses: number[] = [];
  let firstStepMs = Number.NaN;
  try {
    for (let step = 0; step < CHECKED_STEPS; step++) {
      await engine.step(1);
      losses.push(await engine.finish());
      if (step === 0) firstStepMs = performance.now() - start;
    }
  } catch (error) {
    await engine.close();
    throw error;
  }
  return { kind, engine, firstStepMs, losses };
}

/** Calls a step of an engine that has warmed up. */
async function countSteps(engine: Engine, steps: number): Promise<CallsPerStep> {
  const counter = countCalls();
  try {
    await engine.step(steps);
    await engine.finish();
  } finally {
    counter.stop();
  }
  const perStep = Object.entries(counter.tally).map(([name, calls]) => [name, calls / steps]);
  return Object.fromEntries(perStep) as CallsPerStep;
}

/** Steps whose dispatches a call issues before it first waits. */
async function stepsAtOnce(engine: Engine, steps: number, dispatchesPerStep: number): Promise<number> {
  const counter = countCalls();
  try {
    const begun = engine.step(steps);
    const { dispatches } = counter.tally;
    await begun;
    await engine.finish();
    return dispatches / dispatchesPerStep;
  } finally {
    counter.stop();
  }
}

/**
 * JavaScript a step: how long the call that starts steps keeps the thread until it first waits, over the steps whose dispatches it issues
 * in that time. An engine that puts everything off until a result is asked for (jax-js) is timed until its last submit.
 */
async function scriptTime(engine: Engine, steps: number, dispatchesPerStep: number, repeats: number): Promise<Spread> {
  const atOnce = await stepsAtOnce(engine, steps, dispatchesPerStep);
  const submits = clockSubmits();
  try {
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const start = performance.now();
      const begun = engine.step(steps);
      const untilWait = performance.now() - start;
      await begun;
      await engine.finish();
      times.push(atOnce > 0 ? untilWait / atOnce : (submits.last - start) / steps);
    }
    return spreadOf(times);
  } finally {
    submits.stop();
  }
}

async function hostTime(engine: Engine, steps: number, repeats: number): Promise<Spread> {
  const restore = shrinkDispatches();
  try {
    const times: number[] = [];
    // The first block shows the scheduler how short steps have become.
    for (let repeat = 0; repeat <= repeats; repeat++) times.push(await timeBlock(engine, steps));
    return spreadOf(times.slice(1));
  } finally {
    restore();
  }
}

/** What an engine asks of the API and of JavaScript. Spoils its weights: the last thing that is done with it. */
async function hostSide(
  engine: Engine,
  steps: number,
  repeats: number,
): Promise<Pick<EngineResult, "calls" | "scriptMs" | "hostMs">> {
  const few = Math.min(steps, COUNTED_STEPS);
  const calls = await countSteps(engine, few);
  const scriptMs = await scriptTime(engine, few, calls.dispatches, repeats);
  return { calls, scriptMs, hostMs: await hostTime(engine, steps, repeats) };
}

/**
 * Opens the engines one after the other, checks that the losses of the first steps are those of the first engine, warms up, and lets them
 * take turns. An engine that cannot run, or trains something else, is left out with the reason; nothing is timed without the first.
 */
export async function compareEngines(
  kinds: readonly EngineKind[],
  workload: Workload,
  plan: ComparisonPlan,
  say: Say,
): Promise<Pick<BenchmarkResult, "engines" | "absent">> {
  const absent: { title: string; reason: string }[] = [];
  const opened: Opened[] = [];
  for (const kind of kinds) {
    say(`${kind.title}: first steps`);
    try {
      const first = await firstSteps(kind, workload);
      const difference = lossDifference(opened[0]?.losses ?? first.losses, first.losses);
      if (!(difference <= LOSS_TOLERANCE)) {
        await first.engine.close();
        throw new Error(
          `its losses ${first.losses.map((loss) => loss.toPrecision(6)).join(", ")} are not those of the first engine`,
        );
      }
      opened.push({ ...first, lossDifference: difference });
    } catch (error) {
      if (kind === kinds[0]) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      say(`${kind.title}: left out, ${reason}`);
      absent.push({ title: kind.title, reason });
    }
  }

  const turns: { engine: Engine; steps: number }[] = [];
  for (const { kind, engine } of opened) {
    await timeBlock(engine, 1);
    // The first estimate holds the wait at the end of a block, the second hardly any of it.
    let steps = stepsOfBlock(await timeBlock(engine, 2), plan);
    steps = stepsOfBlock(await timeBlock(engine, steps), plan);
    say(`${kind.title}: ${steps} steps a block`);
    turns.push({ engine, steps });
  }
  say(`${plan.rounds} rounds`);
  const times = await interleave(turns, plan.rounds);

  const engines: EngineResult[] = [];
  for (const [i, { kind, engine, firstStepMs, losses, lossDifference: difference }] of opened.entries()) {
    const { steps } = turns[i] as (typeof turns)[number];
    if (kind.webgpu) say(`${kind.title}: calls and host time`);
    const host = kind.webgpu ? await hostSide(engine, steps, Math.min(plan.rounds, HOST_REPEATS)) : {};
    engines.push({
      name: kind.name,
      title: kind.title,
      version: engine.version,
      detail: engine.detail,
      ms: spreadOf(times[i] as number[]),
      stepsPerSecond: spreadOf((times[i] as number[]).map((ms) => 1000 / ms)),
      stepsPerBlock: steps,
      firstStepMs,
      losses,
      lossDifference: difference,
      ...host,
    });
  }
  for (const { engine } of opened) await engine.close();
  return { engines, absent };
}
