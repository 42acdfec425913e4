/**
 * Time of every dispatch of a training step. Where the adapter has timestamps, it writes them itself, around each dispatch of whole steps,
 * a pass each. Elsewhere each dispatch runs alone, many times in a submit, and the host takes the time: caches are warmer then than
 * they are in a step.
 */
import { createBuffer, type Gpu, openDevice, submit } from "../src/gpu/device.ts";
import { type Dispatch, record } from "../src/gpu/kernel.ts";
import { COPY_DST, COPY_SRC, MAP_MODE_READ, MAP_READ, QUERY_RESOLVE } from "../src/gpu/usage.ts";
import { initialState } from "../src/vgae/state.ts";
import { type WebgpuTrainer, webgpuTrainer } from "../src/vgae/webgpu/trainer.ts";
import type { Say } from "./compare.ts";
import { median, spreadOf } from "./measure.ts";
import type { Profile } from "./result.ts";
import { type KernelWork, workOf } from "./work.ts";
import type { Workload } from "./workload.ts";

export interface ProfilePlan {
  readonly rounds: number;
  /** Length that a round of a measurement should have. */
  readonly roundMs: number;
}

/** Most queries that a set may have (WebGPU, section 20.1). */
const MAX_QUERIES = 4096;
const MAX_STEPS = 256;
const NANOSECONDS = 1e6;

/** Milliseconds of one submit, from its start until its work is done. */
async function timeSubmit(gpu: Gpu, encode: (encoder: GPUCommandEncoder) => void): Promise<number> {
  const encoder = gpu.device.createCommandEncoder({ label: "profile" });
  encode(encoder);
  const start = performance.now();
  submit(gpu, encoder.finish());
  await gpu.device.queue.onSubmittedWorkDone();
  return performance.now() - start;
}

/** Milliseconds that one of `count` repetitions of some dispatches takes, all in one pass. */
async function repeated(gpu: Gpu, tape: readonly Dispatch[], count: number): Promise<number> {
  const ms = await timeSubmit(gpu, (encoder) => {
    const pass = encoder.beginComputePass({ label: "profile" });
    for (let i = 0; i < count; i++) record(gpu, pass, tape);
    pass.end();
  });
  return ms / count;
}

const repetitions = (ms: number, { roundMs }: ProfilePlan, most: number): number =>
  Math.max(1, Math.min(most, Math.round(roundMs / ms)));

/** Measures all dispatches once: milliseconds each, in the order of the tape. */
type Round = () => Promise<number[]>;

/** Browsers round timestamps (Chromium to 65.5 µs), so a round is a mean over several steps. */
function timestampRounds(gpu: Gpu, tape: readonly Dispatch[], stepMs: number, plan: ProfilePlan): Round {
  const { device } = gpu;
  const steps = repetitions(stepMs, plan, Math.floor(MAX_QUERIES / (2 * tape.length)));
  const count = 2 * tape.length * steps;
  const queries = device.createQuerySet({ label: "profile", type: "timestamp", count });
  const resolved = createBuffer(gpu, "profile timestamps", 8 * count, QUERY_RESOLVE | COPY_SRC);
  const back = createBuffer(gpu, "profile readback", 8 * count, MAP_READ | COPY_DST);
  return async () => {
    await timeSubmit(gpu, (encoder) => {
      for (let i = 0; i < count / 2; i++) {
        const timestampWrites = { querySet: queries, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 };
        const pass = encoder.beginComputePass({ label: "profile", timestampWrites });
        record(gpu, pass, [tape[i % tape.length] as Dispatch]);
        pass.end();
      }
      encoder.resolveQuerySet(queries, 0, count, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, back, 0, 8 * count);
    });
    await back.mapAsync(MAP_MODE_READ, 0, 8 * count);
    const stamps = new BigUint64Array(back.getMappedRange(0, 8 * count).slice(0));
    back.unmap();
    return meanTimes(stamps, tape.length);
  };
}

/** Mean milliseconds of each of `dispatches` over the steps that pairs of timestamps, in nanoseconds, tell of. */
export function meanTimes(stamps: BigUint64Array, dispatches: number): number[] {
  const sums = Array.from({ length: dispatches }, () => 0);
  const passes = stamps.length / 2;
  for (let pass = 0; pass < passes; pass++) {
    const [begin, end] = [stamps[2 * pass] as bigint, stamps[2 * pass + 1] as bigint];
    sums[pass % dispatches] = (sums[pass % dispatches] as number) + Number(end - begin);
  }
  return sums.map((sum) => sum / (passes / dispatches) / NANOSECONDS);
}

async function aloneRounds(gpu: Gpu, tape: readonly Dispatch[], plan: ProfilePlan): Promise<Round> {
  const part = { ...plan, roundMs: plan.roundMs / tape.length };
  const counts: number[] = [];
  for (const dispatch of tape) counts.push(repetitions(await repeated(gpu, [dispatch], 4), part, MAX_STEPS));
  return async () => {
    const times: number[] = [];
    for (const [i, dispatch] of tape.entries()) times.push(await repeated(gpu, [dispatch], counts[i] as number));
    return times;
  };
}

/** The work of each dispatch, after a check that the step is made of the dispatches that `workOf` knows. */
function workOfTape(tape: readonly Dispatch[], { shape, options }: Workload): KernelWork[] {
  const work = workOf({ ...shape, batchSize: options.batchSize });
  const [expected, found] = [work.map(({ kernel }) => kernel).join(" "), tape.map(({ kernel }) => kernel.name).join(" ")];
  if (expected !== found) throw new Error(`Profile: expected a step of the dispatches ${expected}; found ${found}.`);
  return work;
}

export async function profileStep(workload: Workload, plan: ProfilePlan, say: Say): Promise<Profile> {
  const opened = await openDevice(undefined, ["timestamp-query"]);
  if (!opened.ok) throw new Error(opened.message);
  const { gpu } = opened;
  const { shape, packing, set, options } = workload;
  const method = gpu.device.features.has("timestamp-query") ? "timestamps" : "alone";
  say(`time of each kernel (${method})`);
  const trainer = await webgpuTrainer(gpu, shape, packing, set, options);
  const profile = await rounds(trainer, workload, plan, method);
  trainer.destroy();
  gpu.device.destroy();
  return profile;
}

/** The trainer's own loop is not used any more: its tape is recorded here, and it does not know of those steps. */
async function rounds(
  trainer: WebgpuTrainer,
  workload: Workload,
  plan: ProfilePlan,
  method: Profile["method"],
): Promise<Profile> {
  const { gpu, tape } = trainer;
  const work = workOfTape(tape, workload);
  await repeated(gpu, tape, 2);
  const stepMs = median([await repeated(gpu, tape, 2), await repeated(gpu, tape, 2), await repeated(gpu, tape, 2)]);
  const steps = repetitions(stepMs, plan, MAX_STEPS);
  const round = method === "timestamps" ? timestampRounds(gpu, tape, stepMs, plan) : await aloneRounds(gpu, tape, plan);
  await round();
  const stepTimes: number[] = [];
  const times: number[][] = [];
  for (let i = 0; i < plan.rounds; i++) {
    // Adam alone, many times, leads far away from all sense.
    trainer.restore(initialState(workload.shape, workload.options.seed, workload.layout));
    stepTimes.push(await repeated(gpu, tape, steps));
    times.push(await round());
  }
  const dispatches = work.map((one, d) => ({ ...one, ms: spreadOf(times.map((list) => list[d] as number)) }));
  return { method, variant: trainer.variant, stepMs: spreadOf(stepTimes), dispatches };
}
