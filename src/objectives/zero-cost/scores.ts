import * as tf from "@tensorflow/tfjs-core";
import { EigenvalueDecomposition, LuDecomposition, Matrix } from "ml-matrix";
import type { ImageSet } from "../../datasets/images.ts";
import { backward, forward, infer, logitsOf } from "../../networks/execution/passes.ts";
import { disposeWeights, upload, type WeightTensors } from "../../networks/execution/tensors.ts";
import type { Images } from "../../networks/execution/windows.ts";
import type { Network } from "../../networks/network.ts";
import { crossEntropy, imagesOf, type OnBackend, oneHot } from "../../networks/training.ts";
import { type Weights, weightShapes } from "../../networks/weights.ts";
import type { ProxyName } from "./proxies.ts";

/** An untrained network and the batch that it is scored on. */
export interface Scored {
  readonly network: Network;
  /** Untrained ones. */
  readonly weights: Weights;
  readonly set: ImageSet;
  /** Images of the batch; NASWOT and the Jacobian grow with the square of their number. */
  readonly rows: Uint32Array;
}

const SCORES: Readonly<Record<ProxyName, (scored: Scored, on: OnBackend) => Promise<number>>> = {
  naswot,
  synflow,
  "gradient-norm": gradientNorm,
  "jacobian-covariance": jacobianCovariance,
};

/** Not finite where the proxy has no value: nothing reaches the output, two images look the same to every ReLU, or numbers leave float32. */
export const proxyScore = (name: ProxyName, scored: Scored, on: OnBackend): Promise<number> => SCORES[name](scored, on);

/** ln |det K|, K[i][j] the number of ReLUs that are both on or both off for images i and j. */
async function naswot({ network, weights, set, rows }: Scored, on: OnBackend): Promise<number> {
  const count = rows.length;
  let units = 0;
  const both = on(() => {
    const tensors = upload(network, weights);
    // Where both are on. Where both are off follows from how many each has on: the diagonal.
    let sum = tf.zeros<tf.Rank.R2>([count, count]);
    tf.tidy(() => {
      const scores = infer(network, tensors, imagesOf(set, rows), {
        batchStatistics: true,
        onLayer(layer, output) {
          if (layer.kind !== "relu") return;
          const size = layer.side * layer.side * layer.channels;
          units += size;
          const next = tf.tidy(() => {
            const codes: tf.Tensor2D = tf.reshape(tf.step(output), [count, size]);
            return tf.add<tf.Tensor2D>(sum, tf.matMul(codes, tf.transpose(codes)));
          });
          sum.dispose();
          sum = tf.keep(next);
        },
      });
      scores.dispose();
    });
    disposeWeights(tensors);
    return sum;
  });
  const values = await both.data();
  on(() => both.dispose());
  const entry = (i: number, j: number): number => values[i * count + j] as number;
  const kernel = new Matrix(count, count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) kernel.set(i, j, 2 * entry(i, j) - entry(i, i) - entry(j, j) + units);
  }
  return logOfDeterminant(kernel);
}

/** ln |det|; -Infinity for a singular matrix. */
function logOfDeterminant(matrix: Matrix): number {
  const upper = new LuDecomposition(matrix).upperTriangularMatrix;
  return upper.diagonal().reduce((sum, value) => sum + Math.log(Math.abs(value)), 0);
}

/** Batch norms taken out: every layer that reads one reads what it read. */
export function withoutNorms({ layers, classes }: Network): Network {
  return {
    classes,
    layers: layers.map((layer) =>
      layer.kind === "batch-norm" ? { kind: "add", of: [layer.from], channels: layer.channels, side: layer.side } : layer,
    ),
  };
}

/** ln of the sum over weights of |w dR/dw|, R the sum of the scores that weights |w| give to an image of ones. */
async function synflow({ network, weights }: Scored, on: OnBackend): Promise<number> {
  const plain = withoutNorms(network);
  const positive = new Map(
    [...weightShapes(plain)].map(([name]) => {
      const weight = weights.get(name);
      if (!weight) throw new Error(`Expected weights ${name}, found none`);
      return [name, { ...weight, data: weight.data.map(Math.abs) }] as const;
    }),
  );
  const image = plain.layers[0] as Network["layers"][number];
  return readSum(
    on,
    (tensors) => {
      const pass = forward(plain, tensors, tf.ones([1, image.side, image.side, image.channels]));
      const logits = pass.outputs.at(-1) as Images;
      const { weights: gradients } = backward(plain, tensors, pass, tf.onesLike(logits));
      const parts = [...gradients].map(([name, gradient]) => tf.sum(tf.abs(tf.mul(gradient, tensors.get(name) as tf.Tensor))));
      return tf.log(tf.sum(tf.stack(parts)));
    },
    () => upload(plain, positive),
  );
}

async function gradientNorm({ network, weights, set, rows }: Scored, on: OnBackend): Promise<number> {
  return readSum(
    on,
    (tensors) => {
      const pass = forward(network, tensors, imagesOf(set, rows));
      const logits = pass.outputs.at(-1) as Images;
      const { gradient } = crossEntropy(logitsOf(logits), oneHot(set, rows));
      const { weights: gradients } = backward(network, tensors, pass, tf.reshape(gradient, logits.shape));
      return tf.sum(tf.stack([...gradients.values()].map((found) => tf.sqrt(tf.sum(tf.square(found))))));
    },
    () => upload(network, weights),
  );
}

async function readSum(
  on: OnBackend,
  compute: (tensors: WeightTensors) => tf.Tensor,
  open: () => WeightTensors,
): Promise<number> {
  const result = on(() => {
    const tensors = open();
    const made = tf.tidy(() => compute(tensors));
    disposeWeights(tensors);
    return made;
  });
  const [value = Number.NaN] = await result.data();
  on(() => result.dispose());
  return value;
}

/** -sum (ln(v + k) + 1 / (v + k)) over the eigenvalues v of the correlations between the gradients of the scores at each image, k = 1e-5. */
async function jacobianCovariance({ network, weights, set, rows }: Scored, on: OnBackend): Promise<number> {
  const jacobian = on(() => {
    const tensors = upload(network, weights);
    const made = tf.tidy(() => {
      const pass = forward(network, tensors, imagesOf(set, rows));
      const logits = pass.outputs.at(-1) as Images;
      const { images } = backward(network, tensors, pass, tf.onesLike(logits), true);
      return images ? tf.reshape(images, [rows.length, -1]) : tf.zeros([rows.length, 1]);
    });
    disposeWeights(tensors);
    return made;
  });
  const values = await jacobian.data();
  const width = jacobian.shape[1] as number;
  on(() => jacobian.dispose());
  const centred = new Matrix(rows.length, width);
  for (let i = 0; i < rows.length; i++) {
    const row = values.subarray(i * width, (i + 1) * width);
    const mean = Array.from(row).reduce((sum, value) => sum + value, 0) / width;
    for (let j = 0; j < width; j++) centred.set(i, j, (row[j] as number) - mean);
  }
  const covariance = centred.mmul(centred.transpose());
  const deviations = covariance.diagonal().map(Math.sqrt);
  if (deviations.some((deviation) => !(deviation > 0))) return Number.NaN;
  const correlation = covariance.mul(1);
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < rows.length; j++) {
      correlation.set(i, j, covariance.get(i, j) / ((deviations[i] as number) * (deviations[j] as number)));
    }
  }
  const { realEigenvalues } = new EigenvalueDecomposition(correlation, { assumeSymmetric: true });
  return -realEigenvalues.reduce(
    (sum, value) => sum + Math.log(Math.max(value, 0) + SHIFT) + 1 / (Math.max(value, 0) + SHIFT),
    0,
  );
}

const SHIFT = 1e-5;
