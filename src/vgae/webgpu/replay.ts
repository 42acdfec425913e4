import { destroyBuffer, type Gpu, submit } from "../../gpu/device.ts";
import { record } from "../../gpu/kernel.ts";
import { packingOf } from "../../spaces/packing.ts";
import type { Golden, GoldenStep, StepResult } from "../golden.ts";
import type { TrainingState } from "../state.ts";
import { METRIC_FLOATS, METRICS, planOf, trainingBuffers } from "./buffers.ts";
import { inference } from "./inference.ts";
import { staging } from "./readback.ts";
import { runWords, trainingStep } from "./step.ts";
import { downloadState, stateStaging, uploadState } from "./transfer.ts";
import { likelyVariant, type Variant } from "./variant.ts";

/** The shipped kernels on known steps: noise and masks are injected, everything else is what a run executes. */
export interface Replay {
  /** One optimiser step from a state (by default the step's own start). */
  step(step: GoldenStep, start?: TrainingState): Promise<StepResult>;
  /** Encoder and decoder in evaluation mode. */
  evaluate(
    state: TrainingState,
    packed: Uint32Array,
  ): Promise<{
    mu: Float32Array;
    logvar: Float32Array;
    operationsLogits: Float32Array;
    adjacencyLogits: Float32Array;
    embedding: Float32Array;
  }>;
  destroy(): void;
}

/** @param variant by default the most promising one on the adapter */
export async function replay(gpu: Gpu, golden: Golden, variant?: Variant): Promise<Replay> {
  const { shape, options } = golden;
  const packing = packingOf({ nodes: shape.nodes, operations: Array.from({ length: shape.operations }, String) });
  const plan = planOf(shape, packing, options, variant ?? likelyVariant(gpu, shape, options));
  const buffers = trainingBuffers(gpu, plan, options.batchSize * packing.words);
  const training = await trainingStep(gpu, plan, buffers, { inject: true });
  const evaluation = await inference(gpu, plan, buffers);
  const stateBack = stateStaging(gpu, plan);
  const { activations } = plan;
  const back = staging(gpu, "activations readback", activations.floats);
  const ring = staging(gpu, "metrics readback", METRICS * METRIC_FLOATS);
  const write = (to: GPUBuffer, at: number, array: Float32Array | Uint32Array): void =>
    gpu.device.queue.writeBuffer(to, 4 * at, array as Float32Array<ArrayBuffer>);

  return {
    async step(step, start = step.start) {
      write(buffers.graphs, 0, step.packed);
      if (step.noise && step.keep) {
        write(buffers.activations, activations.noise, step.noise);
        write(buffers.activations, activations.keep, step.keep);
      }
      training.configure(runWords(options, step.count, { mode: step.mode }));
      uploadState(gpu, plan, buffers, start);
      training.start(start.step);
      const encoder = gpu.device.createCommandEncoder({ label: "replay" });
      const pass = encoder.beginComputePass({ label: "replay" });
      record(gpu, pass, training.tape);
      pass.end();
      encoder.copyBufferToBuffer(buffers.activations, 0, back.buffer, 0, 4 * activations.floats);
      encoder.copyBufferToBuffer(buffers.report, 0, ring.buffer, 0, 4 * METRICS * METRIC_FLOATS);
      submit(gpu, encoder.finish());
      const cells = step.count * shape.nodes;
      const outputs = await back.read(activations.floats, (view) => ({
        mu: view.slice(activations.mu, activations.mu + cells * shape.latent),
        logvar: view.slice(activations.logvar, activations.logvar + cells * shape.latent),
        operationsLogits: view.slice(activations.operationLogits, activations.operationLogits + cells * shape.operations),
        adjacencyLogits: view.slice(activations.adjacencyLogits, activations.adjacencyLogits + cells * shape.nodes),
      }));
      const metrics = await ring.read(METRICS * METRIC_FLOATS, (view) => {
        const at = (start.step % METRICS) * METRIC_FLOATS;
        return Array.from(view.subarray(at, at + METRIC_FLOATS));
      });
      const [, total, operations, adjacency, kl, gradNorm] = metrics as [number, number, number, number, number, number];
      const { gradients, priorMean, priorM2, ...learned } = await downloadState(gpu, plan, buffers, stateBack);
      const next: TrainingState = {
        ...learned,
        step: start.step + 1,
        batchesTracked: start.batchesTracked + (step.mode === "train" ? 1 : 0),
        prior: { count: step.count, mean: priorMean, m2: priorM2 },
      };
      return { losses: { total, operations, adjacency, kl }, gradNorm, gradients, ...outputs, next };
    },
    async evaluate(state, packed) {
      uploadState(gpu, plan, buffers, state);
      const { mu, logvar } = await evaluation.encode(packed);
      const decoded = await evaluation.decode(mu);
      const embedding = await evaluation.embed(packed);
      return { mu, logvar, operationsLogits: decoded.operations, adjacencyLogits: decoded.adjacency, embedding };
    },
    destroy() {
      evaluation.destroy();
      training.destroy();
      for (const buffer of Object.values(buffers)) destroyBuffer(gpu, buffer as GPUBuffer);
      for (const each of [stateBack, back, ring]) each.destroy();
    },
  };
}
