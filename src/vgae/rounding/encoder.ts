/**
 * The encoder in double precision, and how far single precision may be off at every ReLU. Each operation of a float32 engine rounds by
 * at most u = 2^-24 of its result (those that WGSL allows more, by so much more). Roundings are taken as independent and of mean zero,
 * so their squares add up and pass through a linear map with the squares of its weights (Higham and Mary, "A new approach to probabilistic
 * rounding error analysis", 2019): what they come to is off by more than sqrt(2 ln(2 M / delta)) times the root of that sum in one of M
 * values with a probability of at most delta (Hoeffding's inequality and a union bound). Bounds for the worst case would grow beyond use through eight stages.
 * The weights that a step starts from count as rounded, too: a golden file was computed before they were.
 */
import type { ModelShape } from "../config.ts";
import type { Layout } from "../layout.ts";
import { type Neighbourhood, type Neighbourhoods, weighted } from "./neighbourhood.ts";
import type { Decided, TwinStep } from "./problem.ts";

/** Unit roundoff of float32, and its square. */
const U = 2 ** -24;
const UU = U * U;
/** WGSL lets an inverse square root be off by two units in the last place, which are up to 4 u; a division by 2.5. */
const ROOT = (4 * U) ** 2;
const QUOTIENT = (5 * U) ** 2;
const BN_EPSILON = 1e-5;
/** Probability that one of a step's ReLU inputs is off by more than its bound. */
const DELTA = 0.01;

export interface EncodedStage {
  /** Input of the linear map, R x inputs, and what it was summed from. */
  readonly input: Float64Array;
  readonly source: Float64Array;
  /** x-hat, R x H. */
  readonly normalized: Float64Array;
  readonly inverseStd: Float64Array;
  /** R x H: 1 where the ReLU passes. */
  readonly passes: Uint8Array;
}

export interface Encoded {
  readonly stages: readonly EncodedStage[];
  /** Of the last stage, R x H. */
  readonly output: Float64Array;
  readonly decided: readonly Decided[];
}

interface Inputs {
  readonly weights: (name: string) => Float32Array;
  readonly running: (name: string) => Float32Array;
  readonly graphs: Neighbourhoods;
}

/** Values with the expected squares of their rounding errors. */
interface Rounded {
  readonly values: Float64Array;
  readonly squares: Float64Array;
}

export function encodeTwin(
  { nodes, hidden, layers, encoder }: ModelShape,
  layout: Layout,
  { weights, running, graphs }: Inputs,
  { count, mode, operations }: TwinStep,
): Encoded {
  const rows = count * nodes;
  const inputsOfRelu = rows * hidden * (encoder === "gcn" ? layers : 2 * layers);
  const factor = Math.sqrt(2 * Math.log((2 * inputsOfRelu) / DELTA));
  const stages: EncodedStage[] = [];
  const decided: Decided[] = [];
  let x: Rounded = { values: Float64Array.from(operations), squares: new Float64Array(operations.length) };
  for (const [stage, { inputs, linear, norm, layer, aggregates }] of layout.stages.entries()) {
    const source = x.values;
    const input = aggregates ? aggregated(x, inputs, graphs.weights(layer, weights)) : x;
    const sums = linearTwin(input, inputs, weights(`${linear}.weight`), weights(`${linear}.bias`));
    const taken =
      mode === "train" ? statistics(sums, hidden) : known(running(`${norm}.running_mean`), running(`${norm}.running_var`));
    const normalized = new Float64Array(rows * hidden);
    const passes = new Uint8Array(rows * hidden);
    const output = { values: new Float64Array(rows * hidden), squares: new Float64Array(rows * hidden) };
    const [scale, shift] = [weights(`${norm}.weight`), weights(`${norm}.bias`)];
    for (let at = 0; at < normalized.length; at++) {
      const j = at % hidden;
      const centred = (sums.values[at] as number) - (taken.mean[j] as number);
      const root = taken.inverseStd[j] as number;
      const hat = centred * root;
      const scaled = hat * (scale[j] as number);
      const value = scaled + (shift[j] as number);
      const centredSquare = (sums.squares[at] as number) + (taken.meanSquares[j] as number) + UU * centred ** 2;
      const hatSquare = root ** 2 * centredSquare + hat ** 2 * ((taken.rootSquares[j] as number) + UU);
      // Rounded scale, product, rounded shift, sum.
      const square = (scale[j] as number) ** 2 * hatSquare + UU * (2 * scaled ** 2 + (shift[j] as number) ** 2 + value ** 2);
      const bound = factor * Math.sqrt(square);
      normalized[at] = hat;
      passes[at] = value > 0 ? 1 : 0;
      output.values[at] = Math.max(0, value);
      if (Math.abs(value) <= bound) decided.push({ stage, row: Math.floor(at / hidden), feature: j, value, bound });
      if (value > -bound) output.squares[at] = square;
    }
    stages.push({ input: input.values, source, normalized, inverseStd: taken.inverseStd, passes });
    x = output;
  }
  return { stages, output: x.values, decided };
}

/** The sum over neighbours. Errors of one feature's rows may have one cause (its statistics): they add up as they are. */
function aggregated({ values, squares }: Rounded, features: number, by: Neighbourhood): Rounded {
  const magnitudes = weighted(values.map(Math.abs), features, by);
  const errors = weighted(squares.map(Math.sqrt), features, by);
  return {
    values: weighted(values, features, by),
    squares: errors.map((error, i) => error ** 2 + by.nodes * UU * (magnitudes[i] as number) ** 2),
  };
}

/** X W^T + b, added up one product after the other. */
function linearTwin(x: Rounded, inputs: number, weight: Float32Array, bias: Float32Array): Rounded {
  const outputs = bias.length;
  const rows = x.values.length / inputs;
  const into = { values: new Float64Array(rows * outputs), squares: new Float64Array(rows * outputs) };
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < outputs; j++) {
      let sum = bias[j] as number;
      let roundings = sum ** 2;
      let carried = 0;
      for (let k = 0; k < inputs; k++) {
        const w = weight[j * inputs + k] as number;
        const product = (x.values[row * inputs + k] as number) * w;
        sum += product;
        // Rounded weight, product, sum.
        roundings += 2 * product * product + sum * sum;
        carried += w * w * (x.squares[row * inputs + k] as number);
      }
      into.values[row * outputs + j] = sum;
      into.squares[row * outputs + j] = UU * roundings + carried;
    }
  }
  return into;
}

interface Statistics {
  readonly mean: Float64Array;
  readonly meanSquares: Float64Array;
  readonly inverseStd: Float64Array;
  /** Expected squares of the relative errors of `inverseStd`. */
  readonly rootSquares: Float64Array;
}

/** A batch's own mean and variance, R rows of each feature added up one after the other. */
function statistics({ values, squares }: Rounded, features: number): Statistics {
  const rows = values.length / features;
  const into = emptyStatistics(features);
  for (let j = 0; j < features; j++) {
    let [sum, roundings] = [0, 0];
    for (let at = j; at < values.length; at += features) {
      sum += values[at] as number;
      roundings += UU * sum * sum + (squares[at] as number);
    }
    const mean = sum / rows;
    const meanSquare = roundings / rows ** 2 + QUOTIENT * mean ** 2;
    let [spread, spreadRoundings] = [0, 0];
    for (let at = j; at < values.length; at += features) {
      const centred = (values[at] as number) - mean;
      spread += centred * centred;
      // Difference, square, sum; and what the value and the mean are off.
      const off = (squares[at] as number) + meanSquare + UU * centred ** 2;
      spreadRoundings += UU * (centred ** 4 + spread * spread) + 4 * centred ** 2 * off;
    }
    const variance = spread / rows + BN_EPSILON;
    into.mean[j] = mean;
    into.meanSquares[j] = meanSquare;
    into.inverseStd[j] = 1 / Math.sqrt(variance);
    into.rootSquares[j] = (spreadRoundings / (rows * variance) ** 2 + QUOTIENT + UU) / 4 + ROOT;
  }
  return into;
}

/** Running statistics, rounded when they were written down. */
function known(mean: Float32Array, variance: Float32Array): Statistics {
  const into = emptyStatistics(mean.length);
  for (let j = 0; j < mean.length; j++) {
    into.mean[j] = mean[j] as number;
    into.meanSquares[j] = UU * (mean[j] as number) ** 2;
    into.inverseStd[j] = 1 / Math.sqrt((variance[j] as number) + BN_EPSILON);
    into.rootSquares[j] = (2 * UU) / 4 + ROOT;
  }
  return into;
}

const emptyStatistics = (features: number): Statistics => ({
  mean: new Float64Array(features),
  meanSquares: new Float64Array(features),
  inverseStd: new Float64Array(features),
  rootSquares: new Float64Array(features),
});
