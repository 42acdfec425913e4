/** What a benchmark writes down: one JSON file a run in docs/benchmarks, from which the document and its pictures are made. */
import type { Tally } from "./counting.ts";
import type { EngineName } from "./engine.ts";
import type { Spread } from "./measure.ts";
import type { Clock } from "./stopwatch.ts";

/** Calls a step, on average over some steps after warm-up. */
export type CallsPerStep = Readonly<Record<keyof Tally, number>>;

export interface EngineResult {
  readonly name: EngineName;
  readonly title: string;
  /** Of the engine's own package. */
  readonly version: string;
  /** How and on what it ran, our kernel variant included. */
  readonly detail: string;
  /** Milliseconds a step. */
  readonly ms: Spread;
  readonly stepsPerSecond: Spread;
  readonly stepsPerBlock: number;
  /** From opening to the end of the first step: compilation included, unless a cache of the driver or the browser had it. */
  readonly firstStepMs: number;
  /** Total loss of each of the first steps, before anything was timed. */
  readonly losses: readonly number[];
  /** Largest relative difference of those losses from the first engine's. */
  readonly lossDifference: number;
  /** Engines on WebGPU only. */
  readonly calls?: CallsPerStep;
  /** Milliseconds a step from the call until the last call of WebGPU before its first answer comes in. Engines on WebGPU only. */
  readonly scriptMs?: Spread;
  /** The same without `queue.submit`, with every dispatch shrunk to one workgroup, in submits as large as on a fast adapter. */
  readonly ownMs?: Spread;
  /** Milliseconds a step with every dispatch shrunk to one workgroup: JavaScript, API and driver. Engines on WebGPU only. */
  readonly hostMs?: Spread;
}

/** Something else than training, done by one of the engines. */
export interface TaskResult {
  /** Name of the task; who does it, in `engine`. The first of a name is what the others are compared with. */
  readonly name: string;
  readonly title: string;
  readonly engine: string;
  /** Cells, points or queries that were worked through: a part of the task where it would take too long. */
  readonly items: number;
  /** Of the whole task. */
  readonly whole: number;
  /** Milliseconds for `items`. */
  readonly ms: Spread;
}

/** A speed that the adapter itself reaches. */
export interface Ceiling {
  readonly name: "product" | "copy" | "cached-copy" | "dispatch";
  readonly title: string;
  readonly unit: "GFLOP/s" | "GB/s" | "µs";
  readonly value: Spread;
}

/** One dispatch of the recorded step. */
export interface DispatchProfile {
  readonly kernel: string;
  readonly title: string;
  readonly flops: number;
  readonly bytes: number;
  readonly ms: Spread;
}

export interface Profile {
  /** `timestamps`: written by the adapter around each dispatch of whole steps; `host`: each dispatch many times in a submit of its own. */
  readonly clock: Clock;
  readonly variant: string;
  /** Milliseconds of a whole step by the same clock, in rounds that took turns with those of the dispatches. */
  readonly stepMs: Spread;
  readonly dispatches: readonly DispatchProfile[];
}

export interface BenchmarkResult {
  readonly format: 1;
  /** Day, YYYY-MM-DD. */
  readonly date: string;
  readonly environment: {
    /** Browser or Node, with version. */
    readonly runtime: string;
    readonly adapter: string;
    readonly features: readonly string[];
    /** Logical processors. */
    readonly processors: number;
    readonly archscape: string;
  };
  readonly workload: {
    readonly space: string;
    readonly nodes: number;
    readonly operations: number;
    readonly batchSize: number;
    readonly hidden: number;
    readonly latent: number;
    readonly layers: number;
    readonly protocol: string;
  };
  readonly rounds: number;
  readonly engines: readonly EngineResult[];
  /** Engines that were not measured, with the reason. */
  readonly absent: readonly { readonly title: string; readonly reason: string }[];
  readonly tasks: readonly TaskResult[];
  readonly ceilings: readonly Ceiling[];
  readonly profile: Profile;
}
