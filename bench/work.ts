/** What a training step has to do, dispatch by dispatch, from the sizes alone: arithmetic and memory that no kernel can do without. */
import type { BenchmarkResult } from "./result.ts";

export type Sizes = Pick<BenchmarkResult["workload"], "nodes" | "operations" | "batchSize" | "hidden" | "latent" | "layers">;

export interface KernelWork {
  /** Name of the kernel in the recorded step. */
  readonly kernel: string;
  /** What of it this dispatch is; dispatches of one title do the same amount of work. */
  readonly title: string;
  /** Floating-point operations of its matrix products, two a multiply-add; everything else is a few per cent of them and left out. */
  readonly flops: number;
  /** Bytes of what it must read and write, each once. */
  readonly bytes: number;
}

const FLOAT = 4;

/** Dispatches of a step with GIN layers, in order (docs/development.md). */
export function workOf({ nodes, operations, batchSize, hidden, latent, layers }: Sizes): KernelWork[] {
  const rows = batchSize * nodes;
  const stages = 2 * layers;
  const head = 2 * latent;
  const product = (inputs: number, outputs: number): number => 2 * rows * inputs * outputs;
  const bytes = (...floats: number[]): number => FLOAT * floats.reduce((sum, count) => sum + count, 0);
  const matrix = (features: number): number => rows * features;

  // Reads input and weights; writes x-hat and the next input. The first also writes its own input, made of packed rows.
  const encode = (stage: number): KernelWork => {
    const inputs = stage === 0 ? operations : hidden;
    const small = 4 * hidden + rows;
    return {
      kernel: stage === 0 ? "encodeInput" : "encode",
      title: stage === 0 ? "forward, first" : stage % 2 === 0 ? "forward, inner" : "forward, outer",
      flops: product(inputs, hidden),
      bytes: bytes(matrix(inputs), inputs * hidden, 2 * matrix(hidden), small),
    };
  };

  // Reads the gradient of what follows, its weights, x-hat and the stage's output; writes a gradient of its own and that of the weights.
  const backward = (stage: number): KernelWork => {
    const outputs = stage === stages - 1 ? head : hidden;
    const own = stage === 0 ? operations : 0;
    return {
      kernel: stage === 0 ? "backwardFirst" : "backward",
      title: `backward, ${stage === stages - 1 ? "last" : stage === 0 ? "first" : stage % 2 === 0 ? "inner" : "outer"}`,
      flops: 2 * product(outputs, hidden) + product(own, hidden),
      bytes: bytes(matrix(outputs), 2 * outputs * hidden, 3 * matrix(hidden), matrix(own), own * hidden, 5 * hidden),
    };
  };

  const weights = operations * latent;
  const learned =
    operations * hidden + (stages - 1) * hidden ** 2 + 3 * stages * hidden + (hidden + 1) * head + weights + operations;
  const inOrder = Array.from({ length: stages }, (_, stage) => stage);
  return [
    ...inOrder.map(encode),
    {
      kernel: "head",
      title: "heads, decoder and loss",
      // Forward; back through the decoder into latents and into its weights; latents times latents is symmetric, so back once.
      flops: product(hidden, head) + 3 * product(latent, operations) + 2 * product(latent, nodes),
      bytes: bytes(matrix(hidden), hidden * head, 2 * weights, 2 * matrix(head), matrix(operations + nodes), rows),
    },
    ...inOrder.reverse().map(backward),
    // Reads gradient, both moments and weights, writes all but the gradient; sums mu up for the prior.
    { kernel: "adam", title: "clip and Adam", flops: 0, bytes: bytes(7 * learned, matrix(latent)) },
  ];
}
