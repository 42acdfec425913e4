/** Golden steps on any backend: the shipped WGSL kernels, or the TensorFlow.js reference. */
import { InputError } from "../errors.ts";
import { openDevice } from "../gpu/device.ts";
import { unlessLost } from "../gpu/loss.ts";
import {
  type Comparison,
  compare,
  compareStep,
  embeddingOf,
  type Golden,
  type GoldenStep,
  type StepResult,
  sigmoid,
} from "../vgae/golden.ts";
import { parameterLayout } from "../vgae/layout.ts";
import { judgeStep } from "../vgae/rounding/outcomes.ts";
import type { Decided } from "../vgae/rounding/problem.ts";
import type { TrainingState } from "../vgae/state.ts";
import { dawnNote } from "./dawn.ts";
import { type CommandBackend, openGpu } from "./model.ts";
import { Failure } from "./terminal.ts";

export interface Replayer {
  readonly adapter: string;
  readonly message: string;
  /** @throws InputError where the adapter cannot run the variant asked for */
  open(golden: Golden): Promise<Replaying>;
  close(): void;
}

interface Evaluated {
  readonly mu: Float32Array;
  readonly logvar: Float32Array;
  readonly operationsLogits: Float32Array;
  readonly adjacencyLogits: Float32Array;
  readonly embedding: Float32Array;
}

/** One golden file on a backend. */
export interface Replaying {
  /** Name of the kernels that it runs on. */
  readonly variant: string;
  /** One optimiser step, from the golden state before it unless another is given. */
  step(step: GoldenStep, start?: TrainingState): Promise<StepResult>;
  /** Encoder, decoder and embedding in evaluation mode on the file's evaluation batch. */
  evaluate(): Promise<Evaluated>;
  destroy(): void;
}

/**
 * @param variant kernels to replay on, by name; by default those that the adapter would most likely train with
 * @throws InputError for a variant where there are none
 */
export async function openReplayer(backend: CommandBackend, variant?: string): Promise<Replayer> {
  if (backend === "webgpu") return onWebgpu(variant);
  if (variant !== undefined) throw new InputError(`--variant names kernels of WebGPU; found --backend ${backend}.`);
  return onReference(backend);
}

async function onWebgpu(name: string | undefined): Promise<Replayer> {
  const opened = await openDevice(await openGpu());
  if (!opened.ok) throw new Failure(opened.message);
  const { gpu, message } = opened;
  return {
    adapter: gpu.adapter,
    message: `${message} ${dawnNote()}.`,
    async open(golden) {
      const [{ replay }, { likelyVariant, namedVariant, variantName }] = await Promise.all([
        import("../vgae/webgpu/replay.ts"),
        import("../vgae/webgpu/variant.ts"),
      ]);
      const { evaluation, shape, options } = golden;
      const variant = name === undefined ? likelyVariant(gpu, shape, options) : namedVariant(name, gpu, shape, options);
      const { step, evaluate, destroy } = await unlessLost(gpu.lost, replay(gpu, golden, variant));
      return {
        variant: variantName(variant),
        step: (...given) => unlessLost(gpu.lost, step(...given)),
        evaluate: () => unlessLost(gpu.lost, evaluate(evaluation.state, evaluation.packed)),
        destroy,
      };
    },
    close: () => gpu.device.destroy(),
  };
}

async function onReference(backend: Exclude<CommandBackend, "webgpu">): Promise<Replayer> {
  const [{ referenceStep }, { referenceTrainer }] = await Promise.all([
    import("../vgae/reference/step.ts"),
    import("../vgae/reference/trainer.ts"),
  ]);
  return {
    adapter: backend,
    message: `The steps run on ${backend}, the TensorFlow.js reference.`,
    async open({ shape, options, evaluation }) {
      return {
        variant: "reference",
        step: (step, start = step.start) => referenceStep(backend, shape, start, step, options),
        async evaluate() {
          const trainer = await referenceTrainer(backend, shape, evaluation, options);
          trainer.restore(evaluation.state);
          const { mu, logvar } = await trainer.encode(evaluation.packed);
          const { operations, adjacency } = await trainer.decode(mu);
          trainer.destroy();
          const embedding = embeddingOf(mu, shape);
          return { mu, logvar, operationsLogits: operations, adjacencyLogits: adjacency, embedding };
        },
        destroy: () => undefined,
      };
    },
    close: () => undefined,
  };
}

/** Part of a step that is told together. */
export const GROUPS = ["losses", "activations", "gradients", "weights"] as const;
export type Group = (typeof GROUPS)[number];

export function groupOf(name: string): Group {
  if (name === "loss") return "losses";
  if (name.startsWith("grad")) return "gradients";
  return name.startsWith("after/") ? "weights" : "activations";
}

export interface StepCheck {
  /** Number of the step, or the evaluation after all steps. */
  readonly step: number | "evaluation";
  readonly mode: string;
  /** Whether the step started from our own state instead of the golden one: told, not judged. */
  readonly chained: boolean;
  readonly tensors: readonly Comparison[];
  /** ReLU inputs within rounding of zero that this backend took otherwise than the file; the errors are those from that outcome. */
  readonly decided: readonly Decided[];
}

/** Every check of a golden file, in order: its steps and evaluation from golden states, then the chained steps. */
export async function* checkGolden(replaying: Replaying, golden: Golden): AsyncGenerator<StepCheck> {
  for (const [number, step] of golden.steps.entries()) {
    yield { step: number, mode: step.mode, chained: false, ...judgeStep(golden, step, await replaying.step(step)) };
  }
  const { mu, logvar, embedding, operationsLogits, adjacencyLogits } = await replaying.evaluate();
  const ours = new Map([
    ["mu", mu],
    ["logvar", logvar],
    ["embedding", embedding],
    ["ops_recon", operationsLogits.map(sigmoid)],
    ["adj_recon", adjacencyLogits.map(sigmoid)],
  ]);
  const tensors = compare(golden.evaluation.expected, ours);
  yield { step: "evaluation", mode: "frozen", chained: false, tensors, decided: [] };
  const layout = parameterLayout(golden.shape);
  let state: TrainingState | undefined;
  for (const [number, step] of golden.steps.entries()) {
    const result: StepResult = await replaying.step(step, state);
    state = result.next;
    yield { step: number, mode: step.mode, chained: true, tensors: compareStep(step, result, layout), decided: [] };
  }
}
