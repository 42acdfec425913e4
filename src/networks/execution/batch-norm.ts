import * as tf from "@tensorflow/tfjs-core";
import { type Images, sumOverMaps } from "./windows.ts";

const EPSILON = 1e-5;

export interface BatchStatistics {
  readonly mean: tf.Tensor1D;
  /** Biased. */
  readonly variance: tf.Tensor1D;
}

const countOf = ({ shape }: Images): number => shape[0] * shape[1] * shape[2];

/** x * scale + shift a channel, in one pass. */
function affine(x: Images, scale: tf.Tensor1D, shift: tf.Tensor1D): Images {
  const [channels] = scale.shape;
  return tf.batchNorm(x, tf.zeros<tf.Rank.R1>([channels]), tf.ones<tf.Rank.R1>([channels]), shift, scale, 0);
}

/** Scale and shift after normalisation. */
export interface Scaling {
  readonly weight: tf.Tensor1D;
  readonly bias: tf.Tensor1D;
}

/** Of a batch, for its own normalisation. */
export function statisticsOf(x: Images): BatchStatistics {
  const count = countOf(x);
  const mean: tf.Tensor1D = tf.div(sumOverMaps(x), count);
  const centred = affine(x, tf.onesLike(mean), tf.neg(mean));
  return { mean, variance: tf.div(sumOverMaps(tf.square(centred)), count) };
}

/** Normalises with these statistics, then scales and shifts, where the batch norm does. */
export function normalised(x: Images, { mean, variance }: BatchStatistics, scaling?: Scaling): Images {
  return tf.batchNorm(x, mean, variance, scaling?.bias, scaling?.weight, EPSILON);
}

export interface NormGradients extends Scaling {
  readonly x: Images;
}

/** Back through a batch that was normalised with its own statistics. */
export function normGradients(dy: Images, x: Images, { mean, variance }: BatchStatistics, weight?: tf.Tensor1D): NormGradients {
  const count = countOf(dy);
  const inverse = tf.rsqrt(tf.add<tf.Tensor1D>(variance, EPSILON));
  const bias = sumOverMaps(dy);
  // The sum of dy times the normalised x, which is (x - mean) * inverse.
  const products = tf.mul<tf.Tensor1D>(inverse, tf.sub(sumOverMaps(tf.mul(dy, x)), tf.mul(mean, bias)));
  const factor = weight ? tf.mul<tf.Tensor1D>(inverse, weight) : inverse;
  // factor * (dy - bias/count - normalised x * products/count), sorted by what multiplies dy and x.
  const slope = tf.neg(tf.div<tf.Tensor1D>(tf.mul(factor, tf.mul(inverse, products)), count));
  const shift = tf.neg(tf.add<tf.Tensor1D>(tf.div(tf.mul(factor, bias), count), tf.mul(slope, mean)));
  return { x: tf.add(affine(dy, factor, shift), affine(x, slope, tf.zerosLike(slope))), weight: products, bias };
}
