/** The benchmark in Node: WebGPU is Dawn's, and PyTorch joins where it is installed. Started by scripts/bench.mjs, which builds it first. */
import { cpus } from "node:os";
import { openDawn } from "../src/cli/dawn.ts";
import type { Say } from "./compare.ts";
import type { EngineKind } from "./engine.ts";
import { archscape } from "./engines/archscape.ts";
import { hasCuda, pythonWithTorch, pytorch } from "./engines/pytorch.ts";
import type { BenchmarkResult } from "./result.ts";
import type { RunMode } from "./run.ts";

export interface NodeSettings {
  /** Folder of this repository. */
  readonly root: string;
  readonly mode: RunMode;
  /** Names of engines; all where there are none. */
  readonly only: readonly string[];
  readonly say: Say;
}

/** Timestamps to the nanosecond: elsewhere Dawn rounds them to 65.5 µs, against spying pages. */
const EXACT_TIMESTAMPS = "disable-dawn-features=timestamp_quantization";

/**
 * Puts Dawn where browsers have WebGPU, which is where all engines look for it. TensorFlow.js asks for the feature bgra8unorm-storage as a list of one
 * in the list of features; browsers make text of that, Dawn's binding does not.
 */
async function installWebgpu(): Promise<void> {
  const gpu = await openDawn([EXACT_TIMESTAMPS]);
  const real = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = function (this: GPUAdapter, descriptor: GPUDeviceDescriptor = {}) {
    return real.call(this, { ...descriptor, requiredFeatures: [...(descriptor.requiredFeatures ?? [])].flat() });
  };
  const named = { gpu, userAgent: "Node", hardwareConcurrency: cpus().length };
  Object.defineProperty(globalThis, "navigator", { value: named, configurable: true });
}

function pytorchKinds(root: string, say: Say): EngineKind[] {
  const python = pythonWithTorch();
  if (python === undefined) {
    say("PyTorch: left out, no interpreter can import torch (Debian: apt-get install python3-torch)");
    return [];
  }
  const kinds = [pytorch(python, { root, device: "cpu", threads: 1 })];
  if (cpus().length > 1) kinds.push(pytorch(python, { root, device: "cpu", threads: cpus().length }));
  if (hasCuda(python)) kinds.push(pytorch(python, { root, device: "cuda", threads: 1 }));
  return kinds;
}

export async function benchmarkInNode({ root, mode, only, say }: NodeSettings): Promise<BenchmarkResult> {
  await installWebgpu();
  // Only now: both look for WebGPU when they are loaded.
  const [{ tfjsWasm, tfjsWebgpu }, { jaxJs }, { runBenchmark }] = await Promise.all([
    import("./engines/tfjs.ts"),
    import("./engines/jax.ts"),
    import("./run.ts"),
  ]);
  const all = [archscape, tfjsWebgpu, jaxJs, tfjsWasm, ...(mode === "profile" ? [] : pytorchKinds(root, say))];
  const kinds = all.filter(({ name }) => only.length === 0 || only.includes(name));
  return runBenchmark({ kinds, mode, runtime: `Node ${process.versions.node}`, processors: cpus().length, say });
}

export { chartFiles } from "./chart.ts";
export { benchmarksDocument } from "./document.ts";
