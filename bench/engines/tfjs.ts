/** TensorFlow.js: the readable reference of `src/vgae/reference`, its inputs on the device before it is timed. */
import * as tf from "@tensorflow/tfjs-core";
import { openBackend } from "../../src/vgae/reference/backend.ts";
import { type BatchTensors, disposeStep, stepOn } from "../../src/vgae/reference/step.ts";
import { disposeState, uploadState } from "../../src/vgae/reference/tensors.ts";
import type { Engine, EngineKind } from "../engine.ts";
import { batchOf, type Workload, type WorkloadBatch } from "../workload.ts";

async function open(backend: "tfjs-webgpu" | "tfjs-wasm", workload: Workload): Promise<Engine> {
  const { shape, layout, options, set } = workload;
  const on = await openBackend(backend);
  const perEpoch = set.count / options.batchSize;
  const upload = (batch: WorkloadBatch): Omit<BatchTensors, "startsEpoch"> => {
    const { nodes, operations, latent } = shape;
    const perNode: [number, number, number] = [options.batchSize, nodes, latent];
    return {
      mode: "train",
      operations: tf.tensor3d(batch.operations, [options.batchSize, nodes, operations]),
      adjacency: tf.tensor3d(batch.adjacency, [options.batchSize, nodes, nodes]),
      noise: tf.tensor3d(batch.noise, perNode),
      keep: tf.tensor3d(batch.keep, perNode),
    };
  };
  const batches = on(() => workload.batches.map(upload));
  let state = on(() => uploadState(workload.state, layout, shape));
  let metrics: tf.Tensor | undefined;
  let last = Number.NaN;

  const stepOnce = (): void => {
    const startsEpoch = state.step % perEpoch === 0;
    const done = stepOn(state, { ...batchOf(batches, state.step), startsEpoch }, layout, shape, options);
    disposeState(state);
    disposeStep(done);
    metrics?.dispose();
    metrics = done.metrics;
    state = done.next;
  };

  return {
    version: tf.version_core,
    detail: backend === "tfjs-wasm" ? "backend wasm, one thread" : "backend webgpu",
    async step(count) {
      for (let i = 0; i < count; i++) on(stepOnce);
    },
    async finish() {
      last = (await metrics?.data<"float32">())?.[0] ?? last;
      return last;
    },
    close() {
      on(() => {
        disposeState(state);
        tf.dispose(
          batches.flatMap(({ operations, adjacency, noise, keep }) => [operations, adjacency, noise, keep] as tf.Tensor[]),
        );
        metrics?.dispose();
      });
    },
  };
}

export const tfjsWebgpu: EngineKind = {
  name: "tfjs-webgpu",
  title: "TensorFlow.js, WebGPU",
  webgpu: true,
  open: (workload) => open("tfjs-webgpu", workload),
};

export const tfjsWasm: EngineKind = {
  name: "tfjs-wasm",
  title: "TensorFlow.js, WASM",
  webgpu: false,
  open: (workload) => open("tfjs-wasm", workload),
};
