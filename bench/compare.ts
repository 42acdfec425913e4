/** Engines side by side: the same first losses, then counts, then interleaved times. */
import { MOST_STEPS } from "../src/vgae/webgpu/pace.ts";
import { clockBurst, countCalls, shrinkDispatches } from "./counting.ts";
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
/** Most steps of a block in which JavaScript without submits is timed: as many as one submit of ours takes at most. */
const OWN_STEPS = MOST_STEPS;

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

interface Script {
  /** Milliseconds a step from the call that starts steps until its last call of WebGPU before the first answer comes in. */
  readonly all: number;
  /** The same without the time in `queue.submit`. */
  readonly own: number;
}

/** JavaScript a step, over the steps whose dispatches an engine issues in one go. */
async function scriptTime(
  engine: Engine,
  steps: number,
  dispatchesPerStep: number,
  begin: (count: number) => Promise<void> = engine.step,
): Promise<Script> {
  const burst = clockBurst();
  try {
    const start = performance.now();
    await begin(steps);
    await engine.finish();
    const issued = burst.dispatches / dispatchesPerStep;
    const all = (burst.last - start) / issued;
    return { all, own: all - burst.submitMs / issued };
  } finally {
    burst.stop();
  }
}

async function times(repeats: number, measure: () => Promise<number>): Promise<Spread> {
  const measured: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) measured.push(await measure());
  return spreadOf(measured);
}

/** What an engine asks of the API and of JavaScript. Spoils its weights: the last thing that is done with it. */
async function hostSide(
  engine: Engine,
  steps: number,
  plan: ComparisonPlan,
): Promise<Pick<EngineResult, "calls" | "scriptMs" | "hostMs" | "ownMs">> {
  const few = Math.min(steps, COUNTED_STEPS);
  const repeats = Math.min(plan.rounds, HOST_REPEATS);
  const calls = await countSteps(engine, few);
  const script = (): Promise<Script> => scriptTime(engine, few, calls.dispatches);
  const scriptMs = await times(repeats, async () => (await script()).all);
  const restore = shrinkDispatches();
  try {
    // The first block shows the scheduler how short steps have become.
    await timeBlock(engine, steps);
    const hostMs = await times(repeats, () => timeBlock(engine, steps));
    // The first one may compile.
    await engine.stepAsIfFast?.(1);
    await engine.finish();
    const shrunk = engine.stepAsIfFast ? OWN_STEPS : Math.min(OWN_STEPS, stepsOfBlock(hostMs.median, plan));
    const ownMs = await times(
      repeats,
      async () => (await scriptTime(engine, shrunk, calls.dispatches, engine.stepAsIfFast ?? engine.step)).own,
    );
    return { calls, scriptMs, hostMs, ownMs };
  } finally {
    restore();
  }
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
    const host = kind.webgpu ? await hostSide(engine, steps, plan) : {};
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
