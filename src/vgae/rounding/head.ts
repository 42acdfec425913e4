/** From the encoder's output to the loss and back, in double precision (arch2vec, equations 3 to 7; docs: src/vgae/reference/model.ts). */
import type { ModelShape } from "../config.ts";
import { sigmoid } from "../golden.ts";
import type { TwinOptions, TwinStep } from "./problem.ts";

export interface OutputGradients {
  /** Of the encoder's output, R x H. */
  readonly hidden: Float64Array;
  /** Of the heads and the decoder, by name. */
  readonly gradients: ReadonlyMap<string, Float64Array>;
}

export function outputGradients(
  { nodes, operations: kinds, hidden, latent }: ModelShape,
  { dropout, klWeight, variational }: TwinOptions,
  { operations, adjacency, noise, keep, mode }: TwinStep,
  weights: (name: string) => Float32Array,
  output: Float64Array,
): OutputGradients {
  const rows = output.length / hidden;
  const mu = linear(output, hidden, weights("fc1.weight"), weights("fc1.bias"));
  const logvar = linear(output, hidden, weights("fc2.weight"), weights("fc2.bias"));
  const train = mode === "train";
  /** d latent / d mu, and d latent / d logvar. */
  const kept = mu.map((_, i) => (train && keep ? (keep[i] as number) / (1 - dropout) : 1));
  const spread = logvar.map((value, i) => (train && variational && noise ? Math.exp(value) * (noise[i] as number) : 0));
  const z = mu.map((value, i) => (value + (spread[i] as number)) * (kept[i] as number));

  const decoder = weights("decoder.weight.weight");
  const logits = linear(z, latent, decoder, weights("decoder.weight.bias"));
  const operationError = logits.map((logit, i) => (sigmoid(logit) - (operations[i] as number)) / (rows * kinds));
  const back = linearBack(operationError, z, latent, decoder);
  const latentError = back.input;
  for (let row = 0; row < rows; row++) {
    const first = row - (row % nodes);
    for (let other = first; other < first + nodes; other++) {
      // Only entries above the diagonal count, each for both of its nodes.
      const [a, b] = [Math.min(row, other), Math.max(row, other)];
      if (a === b) continue;
      let logit = 0;
      for (let d = 0; d < latent; d++) logit += (z[a * latent + d] as number) * (z[b * latent + d] as number);
      const error = (sigmoid(logit) - (adjacency[a * nodes + (b - first)] as number)) / (rows * nodes);
      for (let d = 0; d < latent; d++) {
        const at = row * latent + d;
        latentError[at] = (latentError[at] as number) + error * (z[other * latent + d] as number);
      }
    }
  }
  const kl = klWeight / rows ** 2;
  const muError = mu.map((value, i) => (latentError[i] as number) * (kept[i] as number) + kl * value);
  const logvarError = logvar.map(
    (value, i) => (latentError[i] as number) * (kept[i] as number) * (spread[i] as number) + kl * (Math.exp(2 * value) - 1),
  );
  const first = linearBack(muError, output, hidden, weights("fc1.weight"));
  const second = linearBack(logvarError, output, hidden, weights("fc2.weight"));
  return {
    hidden: first.input.map((value, i) => value + (second.input[i] as number)),
    gradients: new Map([
      ["fc1.weight", first.weight],
      ["fc1.bias", first.bias],
      ["fc2.weight", second.weight],
      ["fc2.bias", second.bias],
      ["decoder.weight.weight", back.weight],
      ["decoder.weight.bias", back.bias],
    ]),
  };
}

/** X W^T + b, R x outputs; W is outputs x inputs. */
function linear(x: Float64Array, inputs: number, weight: Float32Array, bias: Float32Array): Float64Array {
  const outputs = bias.length;
  return Float64Array.from({ length: (x.length / inputs) * outputs }, (_, at) => {
    const [row, j] = [Math.floor(at / outputs), at % outputs];
    let sum = bias[j] as number;
    for (let k = 0; k < inputs; k++) sum += (x[row * inputs + k] as number) * (weight[j * inputs + k] as number);
    return sum;
  });
}

/** Gradients of a linear map's input, weight and bias from that of its output. */
function linearBack(gradient: Float64Array, x: Float64Array, inputs: number, weight: Float32Array) {
  const outputs = weight.length / inputs;
  const into = { input: new Float64Array(x.length), weight: new Float64Array(weight.length), bias: new Float64Array(outputs) };
  for (let at = 0; at < gradient.length; at++) {
    const [row, j] = [Math.floor(at / outputs), at % outputs];
    const value = gradient[at] as number;
    into.bias[j] = (into.bias[j] as number) + value;
    for (let k = 0; k < inputs; k++) {
      const [of, to] = [row * inputs + k, j * inputs + k];
      into.weight[to] = (into.weight[to] as number) + value * (x[of] as number);
      into.input[of] = (into.input[of] as number) + value * (weight[to] as number);
    }
  }
  return into;
}
