/** What a measured engine is: something that trains the workload's model, one optimiser step after the other. */
import type { Workload } from "./workload.ts";

export type EngineName = "archscape" | "tfjs-webgpu" | "tfjs-wasm" | "jax-js" | "pytorch";

export interface Engine {
  /** Of its package. */
  readonly version: string;
  /** How and on what it runs, as the report shows it. */
  readonly detail: string;
  /** Starts `count` optimiser steps; may resolve before they are done. */
  step(count: number): Promise<void>;
  /** As `step`, in submits as large as they are on an adapter that is fast. Only where an engine chooses their size by the adapter's speed. */
  stepAsIfFast?(count: number): Promise<void>;
  /** Waits for all steps begun; resolves to the total loss of the last one. */
  finish(): Promise<number>;
  close(): void | Promise<void>;
}

export interface EngineKind {
  readonly name: EngineName;
  readonly title: string;
  /** Whether its work goes through WebGPU in this process, so that its calls can be counted. */
  readonly webgpu: boolean;
  /** Weights and inputs on the device, ready for the first step. Throws where the engine cannot run here, with the reason. */
  open(workload: Workload): Promise<Engine>;
}
