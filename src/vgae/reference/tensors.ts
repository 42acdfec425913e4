/** Between packed float32 buffers (`layout.ts`) and named tensors of TensorFlow.js. */
import * as tf from "@tensorflow/tfjs-core";
import { type Packing, unpack } from "../../spaces/packing.ts";
import { PADDING } from "../../spaces/space.ts";
import type { ModelShape } from "../config.ts";
import type { Layout, Tensor } from "../layout.ts";
import type { TrainingState } from "../state.ts";

/** Tensors by their name in PyTorch's `state_dict`. */
export type Named = { readonly [name: string]: tf.Tensor };

/** A `TrainingState` on the backend. */
export interface StateTensors {
  readonly parameters: Named;
  readonly running: Named;
  readonly adamM: Named;
  readonly adamV: Named;
  readonly step: number;
  readonly batchesTracked: number;
  readonly prior: { readonly count: number; readonly mean: tf.Tensor; readonly m2: tf.Tensor };
}

/** A batch of graphs on the backend. B graphs, N nodes, K operations. */
export interface GraphTensors {
  /** One-hot rows, B x N x K; all zero for padding. */
  readonly operations: tf.Tensor3D;
  /** Upper triangular, B x N x N. */
  readonly adjacency: tf.Tensor3D;
}

/** The tensor `name`; a missing one is a defect of the layout. */
export function named(tensors: Named, name: string): tf.Tensor {
  const found = tensors[name];
  if (!found) throw new Error(`Reference model: expected a tensor ${name}, found none.`);
  return found;
}

export function mapNamed(tensors: Named, convert: (tensor: tf.Tensor, name: string) => tf.Tensor): Named {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, convert(tensor, name)]));
}

function upload(list: readonly Tensor[], packed: Float32Array): Named {
  return Object.fromEntries(
    list.map(({ name, shape, offset, size }) => [name, tf.tensor(packed.slice(offset, offset + size), [...shape])]),
  );
}

export async function download(list: readonly Tensor[], floats: number, tensors: Named): Promise<Float32Array> {
  const packed = new Float32Array(floats);
  await Promise.all(list.map(async ({ name, offset }) => packed.set(await named(tensors, name).data<"float32">(), offset)));
  return packed;
}

export function uploadState(state: TrainingState, layout: Layout, shape: ModelShape): StateTensors {
  const perNode: [number, number] = [shape.nodes, shape.latent];
  return {
    parameters: upload(layout.parameters, state.parameters),
    running: upload(layout.running, state.running),
    adamM: upload(layout.parameters, state.adamM),
    adamV: upload(layout.parameters, state.adamV),
    step: state.step,
    batchesTracked: state.batchesTracked,
    prior: {
      count: state.prior.count,
      mean: tf.tensor2d(state.prior.mean.slice(), perNode),
      m2: tf.tensor2d(state.prior.m2.slice(), perNode),
    },
  };
}

/** Every read starts before this returns, so that the tensors may be freed while the promise is open. */
export async function downloadState(state: StateTensors, layout: Layout): Promise<TrainingState> {
  const learned = (tensors: Named) => download(layout.parameters, layout.parameterFloats, tensors);
  const [parameters, adamM, adamV, running, mean, m2] = await Promise.all([
    learned(state.parameters),
    learned(state.adamM),
    learned(state.adamV),
    download(layout.running, layout.runningFloats, state.running),
    state.prior.mean.data<"float32">(),
    state.prior.m2.data<"float32">(),
  ]);
  const { step, batchesTracked } = state;
  return { parameters, running, adamM, adamV, step, batchesTracked, prior: { count: state.prior.count, mean, m2 } };
}

export function disposeState({ parameters, running, adamM, adamV, prior }: StateTensors): void {
  tf.dispose([parameters, running, adamM, adamV, prior.mean, prior.m2]);
}

/** Graphs `indices` of a packed set as one-hot and adjacency tensors. */
export function uploadGraphs(packing: Packing, kinds: number, packed: Uint32Array, indices: ArrayLike<number>): GraphTensors {
  const { nodes } = packing;
  const count = indices.length;
  const operations = new Float32Array(count * nodes * kinds);
  const adjacency = new Float32Array(count * nodes * nodes);
  for (let i = 0; i < count; i++) {
    const graph = unpack(packing, packed, indices[i] as number);
    adjacency.set(graph.adjacency, i * nodes * nodes);
    for (const [node, operation] of graph.operations.entries()) {
      if (operation !== PADDING) operations[(i * nodes + node) * kinds + operation] = 1;
    }
  }
  return {
    operations: tf.tensor3d(operations, [count, nodes, kinds]),
    adjacency: tf.tensor3d(adjacency, [count, nodes, nodes]),
  };
}
