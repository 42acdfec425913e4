import type { Generator } from "../../random/generator.ts";
import { adam } from "../adam.ts";
import { fillUniform } from "../sampling.ts";

/**
 * A deep, narrow network as BANANAS predicts with (White et al., AAAI 2021, section 5.1): `layers` dense layers of `width` ReLUs and a linear
 * output, trained by Adam on the mean absolute error. One flat block of parameters, gradients mirror it. Half of what ReLUs give and nearly all of a
 * path encoding is 0: every loop passes a zero over.
 */
export interface Mlp {
  /** Inputs, widths of the hidden layers, 1. */
  readonly sizes: readonly number[];
  /** Of each layer in turn its weights (inputs x outputs) and its biases (outputs). */
  readonly parameters: Float64Array;
}

export interface MlpTraining {
  readonly layers: number;
  readonly width: number;
  readonly epochs: number;
  /** Rows a step; the last step of an epoch takes what is left. */
  readonly batchSize: number;
  readonly learningRate: number;
}

/** Where the parameters of each layer begin. */
function offsetsOf(sizes: readonly number[]): number[] {
  const offsets = [0];
  for (let layer = 1; layer < sizes.length; layer++) {
    offsets.push((offsets.at(-1) as number) + (sizes[layer] as number) * ((sizes[layer - 1] as number) + 1));
  }
  return offsets;
}

/** Glorot's uniform weights and zero biases, as in the original code. */
export function initialMlp(inputs: number, { layers, width }: Pick<MlpTraining, "layers" | "width">, random: Generator): Mlp {
  const sizes = [inputs, ...new Array<number>(layers).fill(width), 1];
  const offsets = offsetsOf(sizes);
  const parameters = new Float64Array(offsets.at(-1) as number);
  for (let layer = 1; layer < sizes.length; layer++) {
    const [into, out] = [sizes[layer - 1] as number, sizes[layer] as number];
    const start = offsets[layer - 1] as number;
    fillUniform(parameters.subarray(start, start + into * out), Math.sqrt(6 / (into + out)), random);
  }
  return { sizes, parameters };
}

/** Activations of a batch, layer by layer: rows x size each, the inputs first. */
type Activations = readonly Float64Array[];

const roomFor = ({ sizes }: Mlp, rows: number): Float64Array[] => sizes.map((size) => new Float64Array(rows * size));

function forward({ sizes, parameters }: Mlp, activations: Activations, rows: number): void {
  let at = 0;
  for (let layer = 1; layer < sizes.length; layer++) {
    const into = sizes[layer - 1] as number;
    const out = sizes[layer] as number;
    const before = activations[layer - 1] as Float64Array;
    const values = activations[layer] as Float64Array;
    const biases = at + into * out;
    const isLast = layer === sizes.length - 1;
    for (let r = 0; r < rows; r++) {
      const own = r * out;
      for (let k = 0; k < out; k++) values[own + k] = parameters[biases + k] as number;
      for (let j = 0; j < into; j++) {
        const x = before[r * into + j] as number;
        if (x === 0) continue;
        const row = at + j * out;
        for (let k = 0; k < out; k++) values[own + k] = (values[own + k] as number) + x * (parameters[row + k] as number);
      }
      if (isLast) continue;
      for (let k = 0; k < out; k++) if (!((values[own + k] as number) > 0)) values[own + k] = 0;
    }
    at = biases + out;
  }
}

/**
 * Mean absolute error of the first `rows` rows of a batch, whose points stand in `activations[0]`; its gradients overwrite `gradients`.
 * @param slopes room of the same shape as `activations`
 */
export function lossAndGradients(
  mlp: Mlp,
  activations: Activations,
  slopes: Activations,
  targets: Float64Array,
  rows: number,
  gradients: Float64Array,
): number {
  const { sizes, parameters } = mlp;
  forward(mlp, activations, rows);
  gradients.fill(0);
  const last = sizes.length - 1;
  const output = activations[last] as Float64Array;
  let loss = 0;
  for (let r = 0; r < rows; r++) {
    const error = (output[r] as number) - (targets[r] as number);
    loss += Math.abs(error) / rows;
    (slopes[last] as Float64Array)[r] = Math.sign(error) / rows;
  }
  let at = parameters.length;
  for (let layer = last; layer >= 1; layer--) {
    const into = sizes[layer - 1] as number;
    const out = sizes[layer] as number;
    const before = activations[layer - 1] as Float64Array;
    const dValues = slopes[layer] as Float64Array;
    const dBefore = slopes[layer - 1] as Float64Array;
    const biases = at - out;
    at = biases - into * out;
    for (let r = 0; r < rows; r++) {
      const own = r * out;
      for (let k = 0; k < out; k++) {
        gradients[biases + k] = (gradients[biases + k] as number) + (dValues[own + k] as number);
      }
      for (let j = 0; j < into; j++) {
        const x = before[r * into + j] as number;
        // A ReLU that gave nothing passes nothing back.
        if (layer > 1) dBefore[r * into + j] = 0;
        if (x === 0) continue;
        const row = at + j * out;
        let slope = 0;
        for (let k = 0; k < out; k++) {
          const d = dValues[own + k] as number;
          gradients[row + k] = (gradients[row + k] as number) + d * x;
          slope += d * (parameters[row + k] as number);
        }
        if (layer > 1) dBefore[r * into + j] = slope;
      }
    }
  }
  return loss;
}

/** A fresh network, trained. @param x rows x inputs, row-major @param y one target a row */
export function trainMlp(x: Float64Array, y: Float64Array, training: MlpTraining, random: Generator): Mlp {
  const rows = y.length;
  const inputs = x.length / rows;
  const mlp = initialMlp(inputs, training, random);
  const gradients = new Float64Array(mlp.parameters.length);
  const optimiser = adam(gradients.length, training.learningRate);
  const size = Math.min(training.batchSize, rows);
  const activations = roomFor(mlp, size);
  const slopes = roomFor(mlp, size);
  const points = activations[0] as Float64Array;
  const targets = new Float64Array(size);
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  for (let epoch = 0; epoch < training.epochs; epoch++) {
    random.shuffle(order);
    for (let start = 0; start < rows; start += size) {
      const count = Math.min(size, rows - start);
      for (let r = 0; r < count; r++) {
        const row = order[start + r] as number;
        targets[r] = y[row] as number;
        for (let j = 0; j < inputs; j++) points[r * inputs + j] = x[row * inputs + j] as number;
      }
      lossAndGradients(mlp, activations, slopes, targets, count, gradients);
      optimiser.step(mlp.parameters, gradients);
    }
  }
  return mlp;
}

/** The prediction for each point. @param x rows x inputs, row-major */
export function predictMlp(mlp: Mlp, x: Float64Array): Float64Array {
  const rows = x.length / (mlp.sizes[0] as number);
  const activations = roomFor(mlp, rows);
  (activations[0] as Float64Array).set(x);
  forward(mlp, activations, rows);
  return activations.at(-1) as Float64Array;
}
