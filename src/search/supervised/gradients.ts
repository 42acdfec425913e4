import { multiply } from "../multiply.ts";
import { aggregate, type Encoder, LATENT, type Pass, type Stage, type StagePass } from "./encoder.ts";

/**
 * Back-propagation through the encoder, after a pass in mode `train`: adds the gradients of a loss of the embeddings to `gradients`, which are laid out as the
 * parameters. That of a bias before batch statistics is 0, for they take it out again.
 * @param slopes gradient of the loss with respect to `pass.embedding`, G x D
 */
export function addGradients(encoder: Encoder, pass: Pass, slopes: Float64Array, gradients: Float64Array): void {
  const { nodes, width, parameters, stages } = encoder;
  const rows = pass.graphs * nodes;
  const turnedSums = new Float64Array(width * rows);
  const turnedInput = new Float64Array(width * rows);
  const turnedWeight = new Float64Array(width * width);
  const product = new Float64Array(width * width);
  let back = throughHead(encoder, pass, slopes, gradients);
  for (let number = stages.length - 1; number >= 0; number--) {
    const stage = stages[number] as Stage;
    const { inputs, layer, aggregates, weight } = stage;
    const own = pass.stages[number] as StagePass;
    const before = number === 0 ? pass.operations : (pass.stages[number - 1] as StagePass).output;
    throughNorm(encoder, stage, own, back, rows, gradients);

    transpose(back, 0, rows, width, turnedSums);
    transpose(aggregates ? own.input : before, 0, rows, inputs, turnedInput);
    multiply(turnedInput, 0, inputs, rows, turnedSums, width, product);
    for (let i = 0; i < width * inputs; i++) gradients[weight + i] = (gradients[weight + i] as number) + (product[i] as number);

    transpose(parameters, weight, width, inputs, turnedWeight);
    const slope = new Float64Array(rows * inputs);
    multiply(turnedWeight, 0, inputs, width, back, rows, slope);
    back = slope;
    if (!aggregates) continue;
    let dEps = 0;
    for (let i = 0; i < slope.length; i++) dEps += (slope[i] as number) * (before[i] as number);
    gradients[layer] = (gradients[layer] as number) + dEps;
    if (number === 0) return;
    back = new Float64Array(rows * inputs);
    aggregate(pass, slope, inputs, 1 + (parameters[layer] as number), rows, back);
  }
}

/** From the embeddings to the rows of the last stage, R x H. */
function throughHead({ nodes, width, parameters, head }: Encoder, pass: Pass, slopes: Float64Array, gradients: Float64Array) {
  const back = new Float64Array(pass.graphs * nodes * width);
  for (let g = 0; g < pass.graphs; g++) {
    const first = back.subarray(g * nodes * width, (g * nodes + 1) * width);
    for (let d = 0; d < LATENT; d++) {
      const slope = slopes[g * LATENT + d] as number;
      const row = head.weight + d * width;
      gradients[head.bias + d] = (gradients[head.bias + d] as number) + slope;
      for (let j = 0; j < width; j++) {
        gradients[row + j] = (gradients[row + j] as number) + slope * (pass.means[g * width + j] as number);
        first[j] = (first[j] as number) + (slope * (parameters[row + j] as number)) / nodes;
      }
    }
    for (let node = 1; node < nodes; node++) back.set(first, (g * nodes + node) * width);
  }
  return back;
}

/** Through ReLU and batch norm of a stage, in place: R x H. */
function throughNorm(
  { width, parameters }: Encoder,
  { scale, shift }: Stage,
  { normalised, inverseStd, output }: StagePass,
  back: Float64Array,
  rows: number,
  gradients: Float64Array,
): void {
  for (let j = 0; j < width; j++) {
    let dScale = 0;
    let dShift = 0;
    for (let at = j; at < rows * width; at += width) {
      if (!((output[at] as number) > 0)) back[at] = 0;
      dScale += (back[at] as number) * (normalised[at] as number);
      dShift += back[at] as number;
    }
    gradients[scale + j] = (gradients[scale + j] as number) + dScale;
    gradients[shift + j] = (gradients[shift + j] as number) + dShift;
    const factor = (parameters[scale + j] as number) * (inverseStd[j] as number);
    for (let at = j; at < rows * width; at += width) {
      const along = (dShift + (normalised[at] as number) * dScale) / rows;
      back[at] = ((back[at] as number) - along) * factor;
    }
  }
}

/** A matrix, `rows x columns` from `start` on, the other way round. */
function transpose(matrix: Float64Array, start: number, rows: number, columns: number, into: Float64Array): void {
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) into[j * rows + row] = matrix[start + row * columns + j] as number;
  }
}
