/**
 * arch2vec as a lesson: encoder, decoder and losses in TensorFlow.js ops, one line a formula, written for reading (Yan et al.,
 * NeurIPS 2020, section 3.1; where paper and released code differ, the code). The shaders are the fast twin; a test holds
 * both against the numbers of the original PyTorch code. Letters: B graphs, N nodes, R = B N rows, K operations, H hidden,
 * D latent dimensions.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Mode, ModelShape } from "../config.ts";
import type { Layout, Stage } from "../layout.ts";
import { turned } from "./gradients.ts";
import { type GraphTensors, type Named, named } from "./tensors.ts";

const NORM_EPSILON = 1e-5;
const NORM_MOMENTUM = 0.1;

export interface Encoding {
  /** B x N x D each. `logvar` is in fact a log standard deviation. */
  readonly mu: tf.Tensor;
  readonly logvar: tf.Tensor;
  /** Running batch-norm statistics after this batch; those given, in frozen mode. */
  readonly running: Named;
}

/**
 * Encoder: GIN layers (paper, equations 1 and 2) or graph convolutions, then two linear heads. Every row counts, those of padding nodes too.
 */
export function encode(
  weights: Named,
  running: Named,
  layout: Layout,
  shape: ModelShape,
  graphs: GraphTensors,
  mode: Mode,
): Encoding {
  const { nodes, hidden, latent } = shape;
  const [count] = graphs.adjacency.shape;
  const rows = count * nodes;
  // The encoder sees edges in both directions: A + triu(A, 1)^T, B x N x N.
  const neighbours = tf.add(graphs.adjacency, turned(graphs.adjacency));
  const updated: Record<string, tf.Tensor> = { ...running };
  let x: tf.Tensor = graphs.operations; // B x N x K, from the first stage on B x N x H
  for (const stage of layout.stages) {
    if (stage.aggregates) {
      x =
        shape.encoder === "gcn"
          ? convolve(x, neighbours)
          : aggregate(x, neighbours, tf.slice(named(weights, "eps"), stage.layer, 1));
    }
    const linear = affine(tf.reshape(x, [rows, stage.inputs]), weights, stage.linear); // R x H
    x = tf.reshape(tf.relu(normalise(linear, weights, updated, stage, mode)), [count, nodes, hidden]);
  }
  const flat = tf.reshape(x, [rows, hidden]);
  return {
    mu: tf.reshape(affine(flat, weights, "fc1"), [count, nodes, latent]),
    logvar: tf.reshape(affine(flat, weights, "fc2"), [count, nodes, latent]),
    running: updated,
  };
}

/** (1 + eps) X + A~ X, B x N x I (GIN with a learned eps). `eps` has one element. */
function aggregate(x: tf.Tensor, neighbours: tf.Tensor, eps: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(tf.add(eps, 1), x), tf.matMul(neighbours, x));
}

/** D^-1/2 (A~ + I) D^-1/2 X, B x N x I (Kipf and Welling, 2017, equation 2). A node without neighbours, such as padding, stays as it is. */
export function convolve(x: tf.Tensor, neighbours: tf.Tensor): tf.Tensor {
  const scale = tf.rsqrt(tf.add(tf.sum(neighbours, 2, true), 1)); // B x N x 1
  const scaled = tf.mul(scale, x);
  return tf.mul(scale, tf.add(scaled, tf.matMul(neighbours, scaled)));
}

/** x W^T + b: R x I to R x O. Weights are O x I, as PyTorch keeps them. */
function affine(x: tf.Tensor, weights: Named, name: string): tf.Tensor {
  return tf.add(tf.matMul(x, turned(named(weights, `${name}.weight`))), named(weights, `${name}.bias`));
}

/**
 * Batch normalisation over all R rows, R x H to R x H. In train mode with the batch's own statistics: the biased variance
 * normalises, the unbiased one (R / (R - 1)) enters the running average. Replaces the running tensors in `running`.
 */
function normalise(x: tf.Tensor, weights: Named, running: Record<string, tf.Tensor>, stage: Stage, mode: Mode): tf.Tensor {
  const meanName = `${stage.norm}.running_mean`;
  const varianceName = `${stage.norm}.running_var`;
  const rows = x.shape[0] as number;
  let mean = named(running, meanName); // H
  let variance = named(running, varianceName); // H
  if (mode === "train") {
    const batchMean = meanOf(x, rows);
    const batchVariance = meanOf(tf.square(tf.sub(x, batchMean)), rows);
    running[meanName] = keep(average(mean, batchMean));
    running[varianceName] = keep(average(variance, tf.mul(batchVariance, rows / (rows - 1))));
    mean = batchMean;
    variance = batchVariance;
  }
  const standardised = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, NORM_EPSILON)));
  return tf.add(tf.mul(standardised, named(weights, `${stage.norm}.weight`)), named(weights, `${stage.norm}.bias`));
}

const meanOf = (x: tf.Tensor, rows: number): tf.Tensor => tf.mul(tf.sum(x, 0), 1 / rows);

const average = (old: tf.Tensor, batch: tf.Tensor): tf.Tensor =>
  tf.add(tf.mul(old, 1 - NORM_MOMENTUM), tf.mul(batch, NORM_MOMENTUM));

/** Marks a by-product of a differentiated function, which would otherwise be freed with the tape. */
const keep = <T extends tf.Tensor>(tensor: T): T => tf.keep(tensor);

/** z = mu + exp(logvar) noise, B x N x D; without noise z = mu. */
export function sample({ mu, logvar }: Encoding, noise: tf.Tensor | undefined): tf.Tensor {
  return noise ? tf.add(mu, tf.mul(tf.exp(logvar), noise)) : mu;
}

export interface Logits {
  /** B x N x K. */
  readonly operations: tf.Tensor;
  /** z z^T, B x N x N. */
  readonly adjacency: tf.Tensor;
}

/** Decoder (paper, equation 3; the code's sigmoid on operations), before the sigmoids. `z` is B x N x D. */
export function decode(weights: Named, shape: ModelShape, z: tf.Tensor): Logits {
  const { nodes, operations, latent } = shape;
  const count = z.shape[0] as number;
  const logits = affine(tf.reshape(z, [count * nodes, latent]), weights, "decoder.weight");
  return { operations: tf.reshape(logits, [count, nodes, operations]), adjacency: tf.matMul(z, turned(z)) };
}

export interface LossTensors {
  readonly total: tf.Tensor;
  readonly operations: tf.Tensor;
  readonly adjacency: tf.Tensor;
  readonly kl: tf.Tensor;
}

/**
 * Reconstruction and divergence (paper, equation 4, scaled as in the code). Cross-entropy on logits x against y in {0, 1} is
 * softplus(x) - x y, which neither overflows nor saturates. Entries on and below the diagonal compare 0 with 0: they add
 * nothing but count in the mean.
 */
export function losses(logits: Logits, { mu, logvar }: Encoding, graphs: GraphTensors, klWeight: number): LossTensors {
  const [count, nodes, kinds] = graphs.operations.shape;
  const rows = count * nodes;
  const upper = tf.sub(1, tf.linalg.bandPart(tf.ones([nodes, nodes]), -1, 0)); // N x N, 1 above the diagonal
  const operations = tf.mul(tf.sum(crossEntropy(logits.operations, graphs.operations)), 1 / (rows * kinds));
  const adjacency = tf.mul(tf.sum(tf.mul(upper, crossEntropy(logits.adjacency, graphs.adjacency))), 1 / (rows * nodes));
  const inner = tf.sub(tf.add(tf.mul(logvar, 2), 1), tf.add(tf.square(mu), tf.exp(tf.mul(logvar, 2))));
  // -0.5 / (B N) times the mean over B N rows of the sum over D: the batch size enters twice in the released code.
  const kl = tf.mul(tf.sum(inner), (-0.5 * klWeight) / rows ** 2);
  return { total: tf.add(tf.add(operations, adjacency), kl), operations, adjacency, kl };
}

const crossEntropy = (logits: tf.Tensor, targets: tf.Tensor): tf.Tensor => tf.sub(tf.softplus(logits), tf.mul(logits, targets));
