import * as tf from "@tensorflow/tfjs-core";
import { EigenvalueDecomposition, LuDecomposition, Matrix } from "ml-matrix";
import type { ImageSet } from "../../datasets/images.ts";
import { backward, type Forward, forward, infer, logitsOf } from "../../networks/execution/passes.ts";
import { disposeWeights, upload, type WeightTensors } from "../../networks/execution/tensors.ts";
import type { Images } from "../../networks/execution/windows.ts";
import type { Network } from "../../networks/network.ts";
import { crossEntropy, imagesOf, type OnBackend, oneHot } from "../../networks/training.ts";
import { type Weights, weightShapes } from "../../networks/weights.ts";

/**
 * Zero-cost proxies: what an untrained network tells of the accuracy it would reach, from one batch of images. Higher is better.
 */
export const PROXIES = ["naswot", "synflow", "gradient-norm", "jacobian-covariance"] as const;
export type ProxyName = (typeof PROXIES)[number];

export interface Proxy {
  readonly name: ProxyName;
  readonly title: string;
  readonly source: string;
}

export const PROXY_FACTS: Readonly<Record<ProxyName, Omit<Proxy, "name">>> = {
  naswot: {
    title: "NASWOT: how differently the ReLUs see the images of a batch",
    source: 'Mellor et al., "Neural Architecture Search without Training", ICML 2021, equation 2',
  },
  synflow: {
    title: "synflow: how much of a signal of ones all weights pass on (logarithm)",
    source:
      'Tanaka et al., NeurIPS 2020, equation 6, summed over weights as in Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021',
  },
  "gradient-norm": {
    title: "gradient norm: of the loss of a batch, summed over the weight tensors",
    source: 'Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021, section 3.1',
  },
  "jacobian-covariance": {
    title: "Jacobian covariance: how little the gradients at the images of a batch are alike",
    source: "Mellor et al., first version of arXiv:2006.04647, equation 4",
  },
};

/**
 * @param weights untrained ones
 * @param rows images of the batch; NASWOT and the Jacobian grow with the square of their number
 * @returns a finite number, or NaN where the proxy has none: a network in which nothing reaches the output, or numbers beyond float32
 */
export function proxyScore(
  name: ProxyName,
  network: Network,
  weights: Weights,
  set: ImageSet,
  rows: Uint32Array,
  on: OnBackend,
): Promise<number> {
  switch (name) {
    case "naswot":
      return naswot(network, weights, set, rows, on);
    case "synflow":
      return synflow(network, weights, on);
    case "gradient-norm":
      return gradientNorm(network, weights, set, rows, on);
    case "jacobian-covariance":
      return jacobianCovariance(network, weights, set, rows, on);
  }
}

/** ln |det K|, K[i][j] the number of ReLUs that are both on or both off for images i and j. */
async function naswot(network: Network, weights: Weights, set: ImageSet, rows: Uint32Array, on: OnBackend): Promise<number> {
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
async function synflow(network: Network, weights: Weights, on: OnBackend): Promise<number> {
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

async function gradientNorm(
  network: Network,
  weights: Weights,
  set: ImageSet,
  rows: Uint32Array,
  on: OnBackend,
): Promise<number> {
  return readSum(
    on,
    (tensors) => {
      const { pass, gradient } = lossGradient(network, tensors, set, rows);
      const { weights: gradients } = backward(network, tensors, pass, gradient);
      return tf.sum(tf.stack([...gradients.values()].map((found) => tf.sqrt(tf.sum(tf.square(found))))));
    },
    () => upload(network, weights),
  );
}

function lossGradient(
  network: Network,
  tensors: WeightTensors,
  set: ImageSet,
  rows: Uint32Array,
): { pass: Forward; gradient: Images } {
  const pass = forward(network, tensors, imagesOf(set, rows));
  const logits = pass.outputs.at(-1) as Images;
  const { gradient } = crossEntropy(logitsOf(logits), oneHot(set, rows));
  return { pass, gradient: tf.reshape(gradient, logits.shape) };
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
async function jacobianCovariance(
  network: Network,
  weights: Weights,
  set: ImageSet,
  rows: Uint32Array,
  on: OnBackend,
): Promise<number> {
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
