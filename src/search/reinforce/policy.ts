import type { Generator } from "../../random/generator.ts";
import { fillUniform } from "../sampling.ts";

/**
 * The policy of arch2vec-REINFORCE: an LSTM cell that reads the embedding of the current architecture and a linear layer that
 * says where in the embedding to go next, as the mean of a Gaussian with identity covariance (arch2vec, section 4.2). One flat
 * block of parameters, gradients mirror it; `backward` goes through all steps of an episode.
 *
 *   a = W_ih x + b_ih + W_hh h + b_hh            gates i, f, g, o in PyTorch's order, 4H rows
 *   c = sigmoid(f) c + sigmoid(i) tanh(g)        h = sigmoid(o) tanh(c)        mean = W h + b
 */
export interface Policy {
  /** Size of an embedding, D. */
  readonly dimensions: number;
  /** Width of the cell, H. */
  readonly hidden: number;
  /** W_ih (4H x D), W_hh (4H x H), b_ih (4H), b_hh (4H), W (D x H), b (D), in this order. */
  readonly parameters: Float64Array;
}

interface Offsets {
  readonly inputWeights: number;
  readonly stateWeights: number;
  readonly inputBias: number;
  readonly stateBias: number;
  readonly meanWeights: number;
  readonly meanBias: number;
  readonly end: number;
}

function offsets({ dimensions, hidden }: Pick<Policy, "dimensions" | "hidden">): Offsets {
  const gates = 4 * hidden;
  const stateWeights = gates * dimensions;
  const inputBias = stateWeights + gates * hidden;
  const stateBias = inputBias + gates;
  const meanWeights = stateBias + gates;
  const meanBias = meanWeights + dimensions * hidden;
  return { inputWeights: 0, stateWeights, inputBias, stateBias, meanWeights, meanBias, end: meanBias + dimensions };
}

/** A policy initialised as PyTorch does: everything uniform within 1/sqrt(hidden). */
export function initialPolicy(dimensions: number, hidden: number, random: Generator): Policy {
  const parameters = new Float64Array(offsets({ dimensions, hidden }).end);
  fillUniform(parameters, 1 / Math.sqrt(hidden), random);
  return { dimensions, hidden, parameters };
}

/** What a step leaves behind for the way back. */
interface Step {
  readonly x: Float64Array;
  /** Activated gates i, f, g, o: 4H. */
  readonly gates: Float64Array;
  readonly cell: Float64Array;
  readonly state: Float64Array;
}

/** An episode under way: the steps taken since the state was reset to zero. */
export type Episode = Step[];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** One step: reads `x` (length D), appends to `episode`, returns the mean of the next action (length D). */
export function forward(policy: Policy, episode: Episode, x: Float64Array): Float64Array {
  const { dimensions, hidden, parameters } = policy;
  const at = offsets(policy);
  const before = episode.at(-1);
  const gates = new Float64Array(4 * hidden);
  for (let k = 0; k < 4 * hidden; k++) {
    let sum = (parameters[at.inputBias + k] as number) + (parameters[at.stateBias + k] as number);
    for (let j = 0; j < dimensions; j++) sum += (parameters[k * dimensions + j] as number) * (x[j] as number);
    if (before) {
      const row = at.stateWeights + k * hidden;
      for (let j = 0; j < hidden; j++) sum += (parameters[row + j] as number) * (before.state[j] as number);
    }
    gates[k] = k >= 2 * hidden && k < 3 * hidden ? Math.tanh(sum) : sigmoid(sum);
  }
  const cell = new Float64Array(hidden);
  const state = new Float64Array(hidden);
  for (let k = 0; k < hidden; k++) {
    const kept = before ? (gates[hidden + k] as number) * (before.cell[k] as number) : 0;
    const c = kept + (gates[k] as number) * (gates[2 * hidden + k] as number);
    cell[k] = c;
    state[k] = (gates[3 * hidden + k] as number) * Math.tanh(c);
  }
  episode.push({ x, gates, cell, state });

  const mean = new Float64Array(dimensions);
  for (let i = 0; i < dimensions; i++) {
    let sum = parameters[at.meanBias + i] as number;
    for (let j = 0; j < hidden; j++) sum += (parameters[at.meanWeights + i * hidden + j] as number) * (state[j] as number);
    mean[i] = sum;
  }
  return mean;
}

/**
 * Back-propagation through all steps of an episode.
 * @param dMeans gradient of the loss with respect to each step's mean
 * @param dPoints where given, room for the gradients with respect to what each step read (length D each)
 * @returns gradients, laid out as the parameters
 */
export function backward(
  policy: Policy,
  episode: Episode,
  dMeans: readonly Float64Array[],
  dPoints: readonly Float64Array[] = [],
): Float64Array {
  const { dimensions, hidden, parameters } = policy;
  const at = offsets(policy);
  const gradients = new Float64Array(at.end);
  const add = (index: number, value: number): void => {
    gradients[index] = (gradients[index] as number) + value;
  };
  /** Gradients that reach a step from the one after it. */
  let dState = new Float64Array(hidden);
  let dCell = new Float64Array(hidden);

  for (let t = episode.length - 1; t >= 0; t--) {
    const { x, gates, cell, state } = episode[t] as Step;
    const before = t > 0 ? episode[t - 1] : undefined;
    const dMean = dMeans[t] as Float64Array;
    for (let i = 0; i < dimensions; i++) {
      const d = dMean[i] as number;
      add(at.meanBias + i, d);
      const row = i * hidden + at.meanWeights;
      for (let j = 0; j < hidden; j++) {
        add(row + j, d * (state[j] as number));
        dState[j] = (dState[j] as number) + d * (parameters[row + j] as number);
      }
    }

    const dGates = new Float64Array(4 * hidden);
    const dCellBefore = new Float64Array(hidden);
    for (let k = 0; k < hidden; k++) {
      const [i, f, g, o] = [0, 1, 2, 3].map((gate) => gates[gate * hidden + k] as number) as [number, number, number, number];
      const squashed = Math.tanh(cell[k] as number);
      const dh = dState[k] as number;
      const dc = (dCell[k] as number) + dh * o * (1 - squashed * squashed);
      dGates[k] = dc * g * i * (1 - i);
      dGates[hidden + k] = before ? dc * (before.cell[k] as number) * f * (1 - f) : 0;
      dGates[2 * hidden + k] = dc * i * (1 - g * g);
      dGates[3 * hidden + k] = dh * squashed * o * (1 - o);
      dCellBefore[k] = dc * f;
    }

    const dStateBefore = new Float64Array(hidden);
    const dPoint = dPoints[t]?.fill(0);
    for (let k = 0; k < 4 * hidden; k++) {
      const d = dGates[k] as number;
      add(at.inputBias + k, d);
      add(at.stateBias + k, d);
      for (let j = 0; j < dimensions; j++) {
        add(k * dimensions + j, d * (x[j] as number));
        if (dPoint) dPoint[j] = (dPoint[j] as number) + d * (parameters[k * dimensions + j] as number);
      }
      if (!before) continue;
      const row = at.stateWeights + k * hidden;
      for (let j = 0; j < hidden; j++) {
        add(row + j, d * (before.state[j] as number));
        dStateBefore[j] = (dStateBefore[j] as number) + d * (parameters[row + j] as number);
      }
    }
    dState = dStateBefore;
    dCell = dCellBefore;
  }
  return gradients;
}

/**
 * The loss of an episode, mean over its steps of -log N(action; mean, I) * (reward - baseline), differentiated with respect to
 * the means: -(action - mean) * advantage / steps.
 */
export function reinforceGradients(
  means: readonly Float64Array[],
  actions: readonly Float64Array[],
  advantages: ArrayLike<number>,
): Float64Array[] {
  return means.map((mean, t) =>
    mean.map((m, i) => ((m - ((actions[t] as Float64Array)[i] as number)) * (advantages[t] as number)) / means.length),
  );
}
