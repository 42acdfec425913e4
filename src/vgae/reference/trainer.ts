/**
 * The reference as a `Trainer`: the fallback where WebGPU is missing and the baseline of benchmarks. Load this module with
 * `import()`: it brings TensorFlow.js along.
 */
import * as tf from "@tensorflow/tfjs-core";
import { packingOf } from "../../spaces/packing.ts";
import type { ModelShape, TrainingOptions } from "../config.ts";
import { embeddingOf } from "../golden.ts";
import { parameterLayout } from "../layout.ts";
import { batchAt, batchIndices } from "../schedule.ts";
import { initialState } from "../state.ts";
import type { Encoded, StepMetrics, Trainer, TrainingSet } from "../trainer.ts";
import { openBackend, type ReferenceBackend } from "./backend.ts";
import { decode, encode } from "./model.ts";
import { keepMask, normalNoise } from "./noise.ts";
import { disposeStep, stepOn } from "./step.ts";
import { disposeState, downloadState, mapNamed, type Named, uploadGraphs, uploadState } from "./tensors.ts";

export { openBackend as startBackend } from "./backend.ts";

/** Graphs encoded or decoded at once: bounds memory, not results. */
const CHUNK = 512;

/**
 * A model on a TensorFlow.js backend, initialised from `options.seed`.
 * @throws Error where the backend cannot start
 */
export async function referenceTrainer(
  backend: ReferenceBackend,
  shape: ModelShape,
  set: TrainingSet,
  begun: TrainingOptions,
): Promise<Trainer> {
  const onBackend = await openBackend(backend);
  let options = begun;
  const layout = parameterLayout(shape);
  const packing = packingOf({ nodes: shape.nodes, operations: { length: shape.operations } });
  const nodeFloats = shape.nodes * shape.latent;
  let state = onBackend(() => uploadState(initialState(shape, options.seed, layout), layout, shape));
  /** Metrics in order of submission; `values` arrives when the backend has computed them. */
  let pending: { readonly step: number; values?: Float32Array; readonly read: Promise<void> }[] = [];

  const stepOnce = (): void => {
    const { step } = state;
    const { count, mode, index } = batchAt(step, set.count, options);
    const graphs = uploadGraphs(packing, shape.operations, set.packed, batchIndices(step, set.count, options));
    const perNode: [number, number, number] = [count, shape.nodes, shape.latent];
    const elements = count * nodeFloats;
    const random =
      mode === "train"
        ? {
            noise: tf.tensor3d(normalNoise(options.seed, step, elements), perNode),
            keep: tf.tensor3d(keepMask(options.seed, step, elements, options.dropout), perNode),
          }
        : {};
    const done = stepOn(state, { ...graphs, ...random, mode, startsEpoch: index === 0 }, layout, shape, options);
    const { metrics } = done;
    const read = metrics.data<"float32">().then((values) => {
      entry.values = values;
      metrics.dispose();
    });
    const entry: (typeof pending)[number] = { step, read };
    pending.push(entry);
    disposeState(state);
    disposeStep(done);
    tf.dispose([...Object.values(graphs), ...Object.values(random)]);
    state = done.next;
  };

  /**
   * Runs `work` with the weights of this moment over `count` items in chunks and gathers its two outputs, `sizes` floats an
   * item. The weights are held by clones, which share the data, so that training may go on meanwhile.
   */
  const inChunks = async (
    count: number,
    sizes: readonly [number, number],
    work: (weights: Named, running: Named, first: number, length: number) => [tf.Tensor, tf.Tensor],
  ): Promise<[Float32Array, Float32Array]> => {
    const held = onBackend(() =>
      [state.parameters, state.running].map((tensors) => mapNamed(tensors, (tensor) => tf.clone(tensor))),
    );
    const [weights, running] = held as [Named, Named];
    const gathered: [Float32Array, Float32Array] = [new Float32Array(count * sizes[0]), new Float32Array(count * sizes[1])];
    for (let first = 0; first < count; first += CHUNK) {
      // As between steps: this thread may be a page's.
      await nextTask();
      const outputs = onBackend(() => tf.tidy(() => work(weights, running, first, Math.min(CHUNK, count - first))));
      const values = await Promise.all(outputs.map((output) => output.data<"float32">()));
      for (const [i, whole] of gathered.entries()) whole.set(values[i] as Float32Array, first * (sizes[i] as number));
      tf.dispose(outputs);
    }
    tf.dispose(held);
    return gathered;
  };

  const encodeAll = async (packed: Uint32Array): Promise<Encoded> => {
    const count = packed.length / packing.words;
    const [mu, logvar] = await inChunks(count, [nodeFloats, nodeFloats], (weights, running, first, length) => {
      const indices = Array.from({ length }, (_, i) => first + i);
      const graphs = uploadGraphs(packing, shape.operations, packed, indices);
      const encoding = encode(weights, running, layout, shape, graphs, "frozen");
      return [encoding.mu, encoding.logvar];
    });
    return { mu, logvar };
  };

  return {
    backend,
    variant: "TensorFlow.js",
    shape,
    get options() {
      return options;
    },
    get step() {
      return state.step;
    },
    async advance(steps) {
      for (let i = 0; i < steps; i++) {
        onBackend(stepOnce);
        // The CPU backends compute inside the call: let messages (pause, cancel) through between steps.
        await nextTask();
      }
    },
    tune(values) {
      options = { ...options, ...values };
    },
    takeMetrics() {
      const ready = pending.findIndex(({ values }) => values === undefined);
      const finished = ready < 0 ? pending : pending.slice(0, ready);
      pending = pending.slice(finished.length);
      return finished.map(({ step, values }) => metricsOf(step, values));
    },
    async finish() {
      await Promise.all(pending.map(({ read }) => read));
    },
    encode: encodeAll,
    async embed(packed) {
      return embeddingOf((await encodeAll(packed)).mu, shape);
    },
    async decode(z) {
      const count = z.length / nodeFloats;
      const sizes = [shape.nodes * shape.operations, shape.nodes ** 2] as const;
      const [operations, adjacency] = await inChunks(count, sizes, (weights, _, first, length) => {
        const points = z.slice(first * nodeFloats, (first + length) * nodeFloats);
        const logits = decode(weights, shape, tf.tensor3d(points, [length, shape.nodes, shape.latent]));
        return [logits.operations, logits.adjacency];
      });
      return { operations, adjacency };
    },
    async snapshot() {
      return downloadState(state, layout);
    },
    restore(next) {
      const uploaded = onBackend(() => uploadState(next, layout, shape));
      disposeState(state);
      state = uploaded;
    },
    destroy() {
      disposeState(state);
    },
  };
}

function metricsOf(step: number, values: Float32Array = new Float32Array()): StepMetrics {
  const [total = NaN, operations = NaN, adjacency = NaN, kl = NaN, gradNorm = NaN] = values;
  return { step, total, operations, adjacency, kl, gradNorm };
}

/** A task later, without the minimum delay that browsers put on nested timers. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
