/**
 * Time of compute passes. Where the adapter has timestamps, it takes the time itself, from the first dispatch of a pass until its last one is done, and
 * whatever the host does meanwhile does not count. Elsewhere each pass is a submit of its own, which the host times until its work is done.
 */
import { createBuffer, type Gpu, openDevice, submit } from "../src/gpu/device.ts";
import { type Dispatch, record } from "../src/gpu/kernel.ts";
import { COPY_DST, COPY_SRC, MAP_MODE_READ, MAP_READ, QUERY_RESOLVE } from "../src/gpu/usage.ts";

export type Clock = "timestamps" | "host";

export interface Stopwatch {
  readonly gpu: Gpu;
  readonly clock: Clock;
  /** Milliseconds of each pass, in order. At most `MOST_PASSES`. */
  time(passes: readonly (readonly Dispatch[])[]): Promise<number[]>;
}

/** Half the queries that a set may have (WebGPU, section 20.1). */
export const MOST_PASSES = 2048;
const BYTES = 8;
const NANOSECONDS = 1e6;

function adapterClock(gpu: Gpu): Stopwatch["time"] {
  const { device } = gpu;
  const size = 2 * MOST_PASSES * BYTES;
  const querySet = device.createQuerySet({ label: "stopwatch", type: "timestamp", count: 2 * MOST_PASSES });
  const resolved = createBuffer(gpu, "timestamps", size, QUERY_RESOLVE | COPY_SRC);
  const back = createBuffer(gpu, "timestamps readback", size, MAP_READ | COPY_DST);
  return async (passes) => {
    const bytes = 2 * BYTES * passes.length;
    const encoder = device.createCommandEncoder({ label: "stopwatch" });
    for (const [i, tape] of passes.entries()) {
      const timestampWrites = { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 };
      const pass = encoder.beginComputePass({ label: "stopwatch", timestampWrites });
      record(gpu, pass, tape);
      pass.end();
    }
    encoder.resolveQuerySet(querySet, 0, 2 * passes.length, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, back, 0, bytes);
    submit(gpu, encoder.finish());
    await back.mapAsync(MAP_MODE_READ, 0, bytes);
    const stamps = new BigUint64Array(back.getMappedRange(0, bytes).slice(0));
    back.unmap();
    return passes.map((_, i) => Number((stamps[2 * i + 1] as bigint) - (stamps[2 * i] as bigint)) / NANOSECONDS);
  };
}

function hostClock(gpu: Gpu): Stopwatch["time"] {
  return async (passes) => {
    const times: number[] = [];
    for (const tape of passes) {
      const encoder = gpu.device.createCommandEncoder({ label: "stopwatch" });
      const pass = encoder.beginComputePass({ label: "stopwatch" });
      record(gpu, pass, tape);
      pass.end();
      const start = performance.now();
      submit(gpu, encoder.finish());
      await gpu.device.queue.onSubmittedWorkDone();
      times.push(performance.now() - start);
    }
    return times;
  };
}

/** @param clock by default the adapter's own, where it has one; `gpu` must have been opened with the feature "timestamp-query" */
export function stopwatch(
  gpu: Gpu,
  clock: Clock = gpu.device.features.has("timestamp-query") ? "timestamps" : "host",
): Stopwatch {
  return { gpu, clock, time: clock === "timestamps" ? adapterClock(gpu) : hostClock(gpu) };
}

/** A device of its own with a stopwatch. Destroy the device in the end. */
export async function openStopwatch(): Promise<Stopwatch> {
  const opened = await openDevice(undefined, ["timestamp-query"]);
  if (!opened.ok) throw new Error(opened.message);
  return stopwatch(opened.gpu);
}

/** So many times the same dispatches, as one pass. */
export const repeated = (tape: readonly Dispatch[], count: number): Dispatch[] =>
  Array.from({ length: count }, () => tape).flat();

/** Milliseconds of one repetition of some dispatches, each waiting for the one before. */
export async function timeEach({ time }: Stopwatch, tape: readonly Dispatch[], count: number): Promise<number> {
  const [ms = Number.NaN] = await time([repeated(tape, count)]);
  return ms / count;
}
