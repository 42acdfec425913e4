/** What a benchmark writes down: one JSON file a run in docs/benchmarks, from which the document and its picture are made. */
import type { Tally } from "./counting.ts";
import type { EngineName } from "./engine.ts";
import type { Spread } from "./measure.ts";

/** Calls a step, on average over some steps after warm-up. */
export type CallsPerStep = Readonly<Record<keyof Tally, number>>;

export interface EngineResult {
  readonly name: EngineName;
  readonly title: string;
  readonly detail: string;
  /** Milliseconds a step. */
  readonly ms: Spread;
  readonly stepsPerBlock: number;
  /** From opening to the end of the first step, compilation included. */
  readonly firstStepMs: number;
  /** Total loss of each of the first steps, before anything was timed. */
  readonly losses: readonly number[];
  /** Largest relative difference of those losses from the first engine's. */
  readonly lossDifference: number;
  /** Engines on WebGPU only. */
  readonly calls?: CallsPerStep;
  /** Milliseconds of JavaScript a step, from the call until it first waits: engines on WebGPU that do their work there. */
  readonly scriptMs?: Spread;
  /** Milliseconds a step with every dispatch shrunk to one workgroup: JavaScript, API and driver. Engines on WebGPU only. */
  readonly hostMs?: Spread;
}

export interface TaskResult {
  readonly name: string;
  readonly title: string;
  /** Cells, points or queries that it works through. */
  readonly items: number;
  readonly ms: Spread;
}

/** A speed that the adapter itself reaches. */
export interface Ceiling {
  readonly name: string;
  readonly title: string;
  readonly unit: "GFLOP/s" | "GB/s" | "µs";
  readonly value: Spread;
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
}
