/** How fast a step could be: its arithmetic and its dispatches at the speeds that the adapter reaches with nothing else to do. */
import type { BenchmarkResult } from "./result.ts";

type Sizes = Pick<BenchmarkResult["workload"], "nodes" | "operations" | "batchSize" | "hidden" | "latent" | "layers">;

/**
 * Floating-point operations of the matrix products of a step: forward, gradients of weights and, but for the first stage, of inputs.
 * Everything else (aggregation, norms, losses, Adam) is a few per cent of them and left out.
 */
export function stepFlops({ nodes, operations, batchSize, hidden, latent, layers }: Sizes): number {
  const rows = batchSize * nodes;
  const product = (inputs: number, outputs: number): number => 2 * rows * inputs * outputs;
  const first = product(operations, hidden);
  const inner = (2 * layers - 1) * product(hidden, hidden);
  const heads = product(hidden, 2 * latent) + product(latent, operations) + 2 * rows * nodes * latent;
  return 2 * first + 3 * (inner + heads);
}

export interface Bound {
  readonly flops: number;
  readonly dispatches: number;
  readonly arithmeticMs: number;
  readonly dispatchMs: number;
  /** The larger of both, over the step that was measured: 1 is the roof. */
  readonly fraction: number;
}

/** Of the first engine, ours; undefined where something was not measured. */
export function boundOf({
  engines,
  ceilings,
  workload,
}: Pick<BenchmarkResult, "engines" | "ceilings" | "workload">): Bound | undefined {
  const ceiling = (name: string): number | undefined => ceilings.find((one) => one.name === name)?.value.median;
  const [ours] = engines;
  const [gflops, microseconds] = [ceiling("product"), ceiling("dispatch")];
  if (ours?.calls === undefined || gflops === undefined || microseconds === undefined) return undefined;
  const flops = stepFlops(workload);
  const { dispatches } = ours.calls;
  const arithmeticMs = flops / (gflops * 1e6);
  const dispatchMs = (dispatches * microseconds) / 1000;
  return { flops, dispatches, arithmeticMs, dispatchMs, fraction: Math.max(arithmeticMs, dispatchMs) / ours.ms.median };
}
