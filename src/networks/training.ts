import * as tf from "@tensorflow/tfjs-core";
import type { ImageSet } from "../datasets/images.ts";
import { generator } from "../random/generator.ts";
import { backward, forward, infer, logitsOf } from "./execution/passes.ts";
import { disposeWeights, download, upload, type WeightTensors } from "./execution/tensors.ts";
import type { Images } from "./execution/windows.ts";
import type { Network } from "./network.ts";
import type { TrainingSchedule } from "./schedule.ts";
import type { Weights } from "./weights.ts";

/** Runs a synchronous piece of work on the backend that was opened for networks. */
export type OnBackend = <T>(work: () => T) => T;

export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean cross-entropy over the batches of the epoch, in nats. */
  readonly loss: number;
  /** Of the validation images, a fraction. */
  readonly accuracy: number;
}

export interface TrainingRequest {
  readonly network: Network;
  readonly weights: Weights;
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly schedule: TrainingSchedule;
  /** Order of the images. 0..2^32-1. */
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onEpoch?: ((report: EpochReport) => void) | undefined;
  /** After each step, of all. */
  readonly onStep?: ((step: number, steps: number) => void) | undefined;
  /** Asked after each epoch but the last: whether to go on. */
  readonly goOn?: ((reports: readonly EpochReport[]) => boolean) | undefined;
}

export interface Trained {
  readonly weights: Weights;
  readonly epochs: readonly EpochReport[];
  /** Why it ended: all epochs were done, `goOn` or the signal ended it, or the loss was no number. */
  readonly end: "done" | "stopped" | "cancelled" | "diverged";
}

const MOMENTUM_OF_STATISTICS = 0.1;
/** A page and its cancel button get a turn after this many milliseconds. */
const TURN = 30;

/** Trains a network, in a worker or in Node. The caller's weights stay as they are. */
export async function trainNetwork(request: TrainingRequest, on: OnBackend): Promise<Trained> {
  const { network, train, schedule, seed, signal } = request;
  const size = Math.min(schedule.batchSize, train.count);
  const batches = Math.floor(train.count / size);
  const steps = schedule.epochs * batches;
  const random = generator(seed, "batches");
  const order = Uint32Array.from({ length: train.count }, (_, i) => i);
  const weights = on(() => upload(network, request.weights));
  const momenta: WeightTensors = new Map();
  const reports: EpochReport[] = [];
  let turn = performance.now();
  try {
    let end: Trained["end"] = "done";
    for (let epoch = 0; epoch < schedule.epochs && end === "done"; epoch++) {
      random.shuffle(order);
      const losses: tf.Scalar[] = [];
      for (let batch = 0; batch < batches; batch++) {
        const step = epoch * batches + batch;
        const rate = (schedule.learningRate * (1 + Math.cos((Math.PI * step) / steps))) / 2;
        losses.push(
          on(() =>
            trainStep(network, weights, momenta, train, order.subarray(batch * size, (batch + 1) * size), { ...schedule, rate }),
          ),
        );
        request.onStep?.(step + 1, steps);
        if (performance.now() - turn > TURN) {
          await new Promise((resolve) => setTimeout(resolve));
          turn = performance.now();
        }
        if (signal?.aborted) {
          end = "cancelled";
          break;
        }
      }
      const loss = await meanOf(losses, on);
      if (end === "cancelled") break;
      if (!Number.isFinite(loss)) {
        end = "diverged";
        break;
      }
      const accuracy = await accuracyWith(network, weights, request.validation, on, signal);
      if (signal?.aborted) {
        end = "cancelled";
        break;
      }
      const report = { epoch: epoch + 1, loss, accuracy };
      reports.push(report);
      request.onEpoch?.(report);
      if (epoch + 1 < schedule.epochs && request.goOn?.(reports) === false) end = "stopped";
    }
    return { weights: await download(network, weights), epochs: reports, end };
  } finally {
    on(() => {
      disposeWeights(weights);
      disposeWeights(momenta);
    });
  }
}

interface Step extends TrainingSchedule {
  readonly rate: number;
}

/** One step, in place; the loss of the batch. */
function trainStep(
  network: Network,
  weights: WeightTensors,
  momenta: WeightTensors,
  set: ImageSet,
  rows: Uint32Array,
  { rate, momentum, weightDecay }: Step,
): tf.Scalar {
  return tf.tidy(() => {
    const pass = forward(network, weights, imagesOf(set, rows));
    const { loss, gradient } = crossEntropy(logitsOf(pass.outputs.at(-1) as Images), oneHot(set, rows));
    const { weights: gradients } = backward(network, weights, pass, tf.reshape(gradient, [rows.length, 1, 1, set.classes]));
    const replace = (tensors: WeightTensors, name: string, value: tf.Tensor): void => {
      tensors.get(name)?.dispose();
      tensors.set(name, tf.keep(value));
    };
    for (const [name, gradient] of gradients) {
      const held = weights.get(name) as tf.Tensor;
      const pull = tf.add(gradient, tf.mul(held, weightDecay));
      const before = momenta.get(name);
      const speed = before ? tf.add(tf.mul(before, momentum), pull) : pull;
      const next = tf.sub(held, tf.mul(tf.add(pull, tf.mul(speed, momentum)), rate));
      replace(momenta, name, before ? speed : tf.clone(speed));
      replace(weights, name, next);
    }
    for (const [id, { mean, variance }] of pass.norms) {
      const layer = network.layers[id];
      if (layer?.kind !== "batch-norm") continue;
      const count = rows.length * layer.side * layer.side;
      for (const [part, value] of [
        ["running_mean", mean],
        // As PyTorch keeps it: unbiased.
        ["running_var", tf.mul(variance, count / Math.max(1, count - 1))],
      ] as const) {
        const held = weights.get(`${layer.name}.${part}`) as tf.Tensor;
        const next = tf.add(tf.mul(held, 1 - MOMENTUM_OF_STATISTICS), tf.mul(value, MOMENTUM_OF_STATISTICS));
        replace(weights, `${layer.name}.${part}`, next);
      }
    }
    return loss;
  });
}

async function meanOf(losses: tf.Scalar[], on: OnBackend): Promise<number> {
  if (losses.length === 0) return Number.NaN;
  const stacked = on(() => tf.tidy(() => tf.stack(losses)));
  const values = await stacked.data();
  on(() => tf.dispose([stacked, ...losses]));
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean cross-entropy of class scores with the classes, and its gradient with respect to the scores. */
export function crossEntropy(
  logits: tf.Tensor2D,
  classes: tf.Tensor2D,
): { readonly loss: tf.Scalar; readonly gradient: tf.Tensor2D } {
  const count = logits.shape[0];
  const shares = tf.softmax(logits);
  const picked = tf.sum(tf.mul(shares, classes), 1);
  const loss: tf.Scalar = tf.neg(tf.mean<tf.Scalar>(tf.log(tf.maximum(picked, 1e-30))));
  return { loss, gradient: tf.div(tf.sub(shares, classes), count) };
}

/** Some of the images, on the backend. */
export function imagesOf({ pixels, side, channels }: ImageSet, rows: Uint32Array): Images {
  const size = side * side * channels;
  const values = new Float32Array(rows.length * size);
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * size;
    values.set(pixels.subarray(start, start + size), i * size);
  }
  return tf.tensor4d(values, [rows.length, side, side, channels]);
}

/** Their classes as rows of 0 and 1. */
export function oneHot({ labels, classes }: ImageSet, rows: Uint32Array): tf.Tensor2D {
  const values = new Float32Array(rows.length * classes);
  for (let i = 0; i < rows.length; i++) values[i * classes + (labels[rows[i] as number] as number)] = 1;
  return tf.tensor2d(values, [rows.length, classes]);
}

const EVALUATED_AT_ONCE = 250;

/** Fraction of the images whose highest score is their class. */
export async function accuracyOf(network: Network, weights: Weights, set: ImageSet, on: OnBackend): Promise<number> {
  const tensors = on(() => upload(network, weights));
  try {
    return await accuracyWith(network, tensors, set, on);
  } finally {
    on(() => disposeWeights(tensors));
  }
}

async function accuracyWith(
  network: Network,
  weights: WeightTensors,
  set: ImageSet,
  on: OnBackend,
  signal?: AbortSignal,
): Promise<number> {
  let right = 0;
  for (let start = 0; start < set.count && !signal?.aborted; start += EVALUATED_AT_ONCE) {
    const rows = Uint32Array.from({ length: Math.min(EVALUATED_AT_ONCE, set.count - start) }, (_, i) => start + i);
    const guesses = on(() => tf.tidy(() => tf.argMax(infer(network, weights, imagesOf(set, rows)), 1)));
    const values = await guesses.data();
    on(() => guesses.dispose());
    for (let i = 0; i < rows.length; i++) if (values[i] === set.labels[start + i]) right++;
  }
  return right / set.count;
}
