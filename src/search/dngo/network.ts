import type { Generator } from "../../random/generator.ts";
import { adam } from "../adam.ts";
import { multiply } from "../multiply.ts";
import { fillUniform } from "../sampling.ts";

/**
 * The network whose hidden layer gives DNGO its basis functions (Snoek et al., "Scalable Bayesian Optimization Using Deep
 * Neural Networks", ICML 2015; sizes as in arch2vec's released code): x -> tanh(W x + b) -> v . h + c, trained on the mean
 * squared error. One flat block of parameters, gradients mirror it; plain loops over typed arrays, because this runs after
 * every query over every architecture.
 */
export interface Network {
  readonly inputs: number;
  readonly hidden: number;
  /** W (hidden x inputs), b (hidden), v (hidden), c (1), in this order. */
  readonly parameters: Float64Array;
}

export interface NetworkTraining {
  readonly hidden: number;
  readonly epochs: number;
  /** Rows a step; what is left at the end of an epoch is dropped. All rows where there are fewer. */
  readonly batchSize: number;
  readonly learningRate: number;
}

export const parameterCount = (inputs: number, hidden: number): number => hidden * (inputs + 2) + 1;

/** A network initialised as PyTorch does: each layer uniform within 1/sqrt(its inputs), biases too. */
export function initialNetwork(inputs: number, hidden: number, random: Generator): Network {
  const parameters = new Float64Array(parameterCount(inputs, hidden));
  fillUniform(parameters.subarray(0, hidden * (inputs + 1)), 1 / Math.sqrt(inputs), random);
  fillUniform(parameters.subarray(hidden * (inputs + 1)), 1 / Math.sqrt(hidden), random);
  return { inputs, hidden, parameters };
}

/** Trains a fresh network: see `trainOn`. */
export function trainNetwork(
  x: Float64Array,
  y: Float64Array,
  inputs: number,
  training: NetworkTraining,
  random: Generator,
): Network {
  const network = initialNetwork(inputs, training.hidden, random);
  trainOn(network, x, y, training, (order) => void random.shuffle(order));
  return network;
}

/**
 * Trains a network, in place.
 * @param x rows x inputs, row-major, standardised
 * @param y one target a row
 * @param reorder brings the rows into the order of an epoch; it is given them as the epoch before left them
 */
export function trainOn(
  network: Network,
  x: Float64Array,
  y: Float64Array,
  training: NetworkTraining,
  reorder: (order: Uint32Array, epoch: number) => void,
): void {
  const rows = y.length;
  const { inputs } = network;
  const gradients = new Float64Array(network.parameters.length);
  const optimiser = adam(gradients.length, training.learningRate);
  const size = Math.min(training.batchSize, rows);
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  const batch = workspace(size, network);
  for (let epoch = 0; epoch < training.epochs; epoch++) {
    reorder(order, epoch);
    for (let start = 0; start + size <= rows; start += size) {
      for (let r = 0; r < size; r++) {
        const row = order[start + r] as number;
        for (let j = 0; j < inputs; j++) batch.x[r * inputs + j] = x[row * inputs + j] as number;
        batch.y[r] = y[row] as number;
      }
      lossAndGradients(network, batch, gradients);
      optimiser.step(network.parameters, gradients);
    }
  }
}

/** A batch of rows and the room its passes need. */
export interface Workspace {
  /** rows x inputs. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** inputs x rows. */
  readonly transposed: Float64Array;
  /** rows x hidden. */
  readonly activations: Float64Array;
  /** Gradient of the loss with respect to each prediction. */
  readonly dOutput: Float64Array;
  /** The same for the inputs of tanh: hidden x rows. */
  readonly dSums: Float64Array;
}

export function workspace(rows: number, { inputs, hidden }: Network): Workspace {
  return {
    x: new Float64Array(rows * inputs),
    y: new Float64Array(rows),
    transposed: new Float64Array(inputs * rows),
    activations: new Float64Array(rows * hidden),
    dOutput: new Float64Array(rows),
    dSums: new Float64Array(hidden * rows),
  };
}

/** Mean squared error of a batch; its gradients overwrite `gradients` (laid out as the parameters). */
export function lossAndGradients(network: Network, batch: Workspace, gradients: Float64Array): number {
  const { inputs, hidden, parameters } = network;
  const { x, y, transposed, activations, dOutput, dSums } = batch;
  const rows = y.length;
  const b = hidden * inputs;
  const v = b + hidden;
  const c = v + hidden;

  let loss = 0;
  let dc = 0;
  hiddenFeatures(network, x, rows, activations);
  for (let r = 0; r < rows; r++) {
    let output = parameters[c] as number;
    for (let k = 0; k < hidden; k++) output += (parameters[v + k] as number) * (activations[r * hidden + k] as number);
    const error = output - (y[r] as number);
    loss += (error * error) / rows;
    dOutput[r] = (2 * error) / rows;
    dc += (2 * error) / rows;
    for (let j = 0; j < inputs; j++) transposed[j * rows + r] = x[r * inputs + j] as number;
  }

  gradients[c] = dc;
  for (let k = 0; k < hidden; k++) {
    const weight = parameters[v + k] as number;
    let db = 0;
    let dv = 0;
    for (let r = 0; r < rows; r++) {
      const h = activations[r * hidden + k] as number;
      const d = dOutput[r] as number;
      const dz = d * weight * (1 - h * h);
      dv += d * h;
      db += dz;
      dSums[k * rows + r] = dz;
    }
    gradients[b + k] = db;
    gradients[v + k] = dv;
  }
  multiply(transposed, 0, inputs, rows, dSums, hidden, gradients);
  return loss;
}

/** Gradients of that loss with respect to the batch's points, after `lossAndGradients`: rows x inputs, overwritten. */
export function inputGradients({ inputs, hidden, parameters }: Network, { y, dSums }: Workspace, into: Float64Array): void {
  const rows = y.length;
  into.fill(0);
  for (let k = 0; k < hidden; k++) {
    for (let r = 0; r < rows; r++) {
      const slope = dSums[k * rows + r] as number;
      for (let j = 0; j < inputs; j++) {
        into[r * inputs + j] = (into[r * inputs + j] as number) + slope * (parameters[k * inputs + j] as number);
      }
    }
  }
}

/** Hidden activations of the first `rows` points (rows x inputs) into `out` (rows x hidden). */
export function hiddenFeatures(network: Network, points: Float64Array, rows: number, out: Float64Array): void {
  const { inputs, hidden, parameters } = network;
  const b = hidden * inputs;
  multiply(parameters, 0, hidden, inputs, points, rows, out);
  for (let r = 0; r < rows; r++) {
    const start = r * hidden;
    for (let k = 0; k < hidden; k++) out[start + k] = tanh((out[start + k] as number) + (parameters[b + k] as number));
  }
}

/**
 * The same network for raw points: the standardisation (x - mean)/deviation is folded into W and b, so that the points of a
 * whole space need not be rewritten each round.
 */
export function forRawPoints(network: Network, mean: Float64Array, deviation: Float64Array): Network {
  const { inputs, hidden } = network;
  const parameters = network.parameters.slice();
  for (let k = 0; k < hidden; k++) {
    for (let j = 0; j < inputs; j++) {
      const at = k * inputs + j;
      const weight = (parameters[at] as number) / (deviation[j] as number);
      parameters[at] = weight;
      const bias = hidden * inputs + k;
      parameters[bias] = (parameters[bias] as number) - weight * (mean[j] as number);
    }
  }
  return { inputs, hidden, parameters };
}

/**
 * tanh to about 1e-7, a quarter of the time of Math.tanh and the same bits in every browser: Lambert's continued fraction
 * for tanh(x/2), cut at x^7, then the double angle, which squeezes its error where it is largest. The original computes in
 * float32.
 */
export function tanh(x: number): number {
  if (x > 10) return 1;
  if (x < -10) return -1;
  const h = 0.5 * x;
  const s = h * h;
  const p = h * (135135 + s * (17325 + s * (378 + s)));
  const q = 135135 + s * (62370 + s * (3150 + 28 * s));
  return (2 * p * q) / (p * p + q * q);
}
