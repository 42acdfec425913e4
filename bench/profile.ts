/**
 * Time of every dispatch of a training step: where the adapter has timestamps, each is a pass of its own within whole steps; elsewhere each
 * runs alone, many times in a submit, with warmer caches than in a step.
 */
import type { Dispatch } from "../src/gpu/kernel.ts";
import { initialState } from "../src/vgae/state.ts";
import type { WebgpuTrainer } from "../src/vgae/webgpu/trainer.ts";
import type { Say } from "./compare.ts";
import { median, spreadOf } from "./measure.ts";
import type { Profile } from "./result.ts";
import { MOST_PASSES, repeated, type Stopwatch, timeEach } from "./stopwatch.ts";
import { type KernelWork, workOf } from "./work.ts";
import type { Workload } from "./workload.ts";

export interface ProfilePlan {
  readonly rounds: number;
  /** Length that a round of a measurement should have. */
  readonly roundMs: number;
}

const MAX_REPEATS = 256;

const repetitions = (ms: number, roundMs: number, most: number): number =>
  Math.max(1, Math.min(most, Math.round(roundMs / Math.max(ms, 1e-4))));

/** Mean of each of the first `length` values and all that follow it at multiples of `length`. */
export function meansOf(values: readonly number[], length: number): number[] {
  return Array.from({ length }, (_, first) => {
    const own = values.filter((_, i) => i % length === first);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  });
}

/** Measures all dispatches once: milliseconds each, in the order of the tape. */
type Round = () => Promise<number[]>;

/** Browsers round timestamps (Chromium to 65.5 µs), so a round is a mean over several steps. */
function roundsInSteps(watch: Stopwatch, tape: readonly Dispatch[], stepMs: number, roundMs: number): Round {
  const steps = repetitions(stepMs, roundMs, Math.floor(MOST_PASSES / tape.length));
  const passes = repeated(tape, steps).map((dispatch) => [dispatch]);
  return async () => meansOf(await watch.time(passes), tape.length);
}

async function roundsAlone(watch: Stopwatch, tape: readonly Dispatch[], roundMs: number): Promise<Round> {
  const counts: number[] = [];
  for (const dispatch of tape) {
    counts.push(repetitions(await timeEach(watch, [dispatch], 4), roundMs / tape.length, MAX_REPEATS));
  }
  const passes = tape.map((dispatch, i) => repeated([dispatch], counts[i] as number));
  return async () => (await watch.time(passes)).map((ms, i) => ms / (counts[i] as number));
}

/** The work of each dispatch, after a check that the step is made of the dispatches that `workOf` knows. */
function workOfTape(tape: readonly Dispatch[], { shape, options }: Workload): KernelWork[] {
  const work = workOf({ ...shape, batchSize: options.batchSize });
  const [expected, found] = [work.map(({ kernel }) => kernel).join(" "), tape.map(({ kernel }) => kernel.name).join(" ")];
  if (expected !== found) throw new Error(`Profile: expected a step of the dispatches ${expected}; found ${found}.`);
  return work;
}

export async function profileStep(watch: Stopwatch, workload: Workload, plan: ProfilePlan, say: Say): Promise<Profile> {
  const { shape, packing, set, options } = workload;
  say(`time of each kernel (${watch.clock})`);
  const { webgpuTrainer } = await import("../src/vgae/webgpu/trainer.ts");
  const trainer = await webgpuTrainer(watch.gpu, shape, packing, set, options);
  const profile = await measure(watch, trainer, workload, plan);
  trainer.destroy();
  return profile;
}

/** The trainer's own loop is not used: its tape is recorded here, and it does not know of those steps. */
async function measure(
  watch: Stopwatch,
  trainer: WebgpuTrainer,
  workload: Workload,
  { rounds, roundMs }: ProfilePlan,
): Promise<Profile> {
  const { tape } = trainer;
  const work = workOfTape(tape, workload);
  // The first steps compile.
  await timeEach(watch, tape, 2);
  const stepMs = median([await timeEach(watch, tape, 2), await timeEach(watch, tape, 2), await timeEach(watch, tape, 2)]);
  const steps = repetitions(stepMs, roundMs, MAX_REPEATS);
  const round =
    watch.clock === "timestamps" ? roundsInSteps(watch, tape, stepMs, roundMs) : await roundsAlone(watch, tape, roundMs);
  await round();
  const stepTimes: number[] = [];
  const times: number[][] = [];
  for (let i = 0; i < rounds; i++) {
    // Adam alone, many times, leads far away from all sense.
    trainer.restore(initialState(workload.shape, workload.options.seed, workload.layout));
    stepTimes.push(await timeEach(watch, tape, steps));
    times.push(await round());
  }
  const dispatches = work.map((one, d) => ({ ...one, ms: spreadOf(times.map((list) => list[d] as number)) }));
  return { clock: watch.clock, variant: trainer.variant, stepMs: spreadOf(stepTimes), dispatches };
}
