import type { Generator } from "../../random/generator.ts";
import { type Adam, adam } from "../adam.ts";
import { initialNetwork, inputGradients, lossAndGradients, type Network, type Workspace, workspace } from "../dngo/network.ts";
import type { Graphs } from "../strategy.ts";
import { type Encoder, encode, initialEncoder, LATENT, load, type Pass, passFor } from "./encoder.ts";
import { addGradients } from "./gradients.ts";

/** An encoder and DNGO's network on its embeddings, trained as one: graph -> 16 numbers -> tanh layer -> label. */
export interface Predictor {
  readonly encoder: Encoder;
  readonly network: Network;
  readonly optimisers: { readonly encoder: Adam; readonly network: Adam };
}

export interface PredictorTraining {
  /** Features of a layer of the encoder. */
  readonly width: number;
  /** Units of the network's tanh layer. */
  readonly hidden: number;
  /** Graphs a step; what is left at the end of an epoch is dropped. All graphs where there are fewer. */
  readonly batchSize: number;
  readonly learningRate: number;
}

export function initialPredictor(graphs: Graphs, training: PredictorTraining, random: Generator): Predictor {
  const encoder = initialEncoder(graphs, training.width, random);
  const network = initialNetwork(LATENT, training.hidden, random);
  const optimiser = ({ length }: Float64Array): Adam => adam(length, training.learningRate);
  return { encoder, network, optimisers: { encoder: optimiser(encoder.parameters), network: optimiser(network.parameters) } };
}

/** Room for a step's passes and gradients. */
export interface PredictorStep {
  readonly pass: Pass;
  readonly batch: Workspace;
  readonly slopes: Float64Array;
  readonly gradients: { readonly encoder: Float64Array; readonly network: Float64Array };
}

export const stepFor = ({ encoder, network }: Predictor, size: number): PredictorStep => ({
  pass: passFor(encoder, size),
  batch: workspace(size, network),
  slopes: new Float64Array(size * LATENT),
  gradients: { encoder: new Float64Array(encoder.parameters.length), network: new Float64Array(network.parameters.length) },
});

/** Mean squared error of the graphs in `step.pass` against the targets in `step.batch.y`; its gradients overwrite `step.gradients`. */
export function predictorLoss({ encoder, network }: Predictor, { pass, batch, slopes, gradients }: PredictorStep): number {
  encode(encoder, pass, "train");
  batch.x.set(pass.embedding);
  const loss = lossAndGradients(network, batch, gradients.network);
  inputGradients(network, batch, slopes);
  gradients.encoder.fill(0);
  addGradients(encoder, pass, slopes, gradients.encoder);
  return loss;
}

/**
 * Trains encoder and network together by Adam on the mean squared error, from where they are.
 * @param indices architectures with a label @param values one a label
 */
export function trainPredictor(
  predictor: Predictor,
  graphs: Graphs,
  indices: readonly number[],
  values: Float64Array,
  epochs: number,
  batchSize: number,
  random: Generator,
): void {
  const size = Math.min(batchSize, indices.length);
  const step = stepFor(predictor, size);
  const order = Uint32Array.from(indices, (_, i) => i);
  for (let epoch = 0; epoch < epochs; epoch++) {
    random.shuffle(order);
    for (let start = 0; start + size <= order.length; start += size) {
      const some = order.subarray(start, start + size);
      load(
        step.pass,
        graphs,
        Array.from(some, (place) => indices[place] as number),
      );
      for (const [i, place] of some.entries()) step.batch.y[i] = values[place] as number;
      predictorLoss(predictor, step);
      predictor.optimisers.encoder.step(predictor.encoder.parameters, step.gradients.encoder);
      predictor.optimisers.network.step(predictor.network.parameters, step.gradients.network);
    }
  }
}
