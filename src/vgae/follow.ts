import { InputError } from "../errors.ts";
import { packSpace } from "../spaces/packing.ts";
import { type Graph, PADDING, type SearchSpace } from "../spaces/space.ts";
import type { TrainingOptions } from "./config.ts";
import { mostLikely } from "./decoding.ts";
import type { Inference } from "./lasting.ts";
import { normalNoise } from "./reference/noise.ts";
import type { Losses } from "./trainer.ts";

/**
 * One cell on its way through the model, each stage in numbers: encode, sample, decode, loss. The encoder is in evaluation mode (running
 * batch-norm statistics) and nothing is dropped, so that the cell does not depend on its batch.
 */
export interface CellPath {
  readonly index: number;
  /** Optimiser steps that the model has done. */
  readonly step: number;
  /** What goes in: operation by node (255 where there is none) and edges, nodes x nodes. */
  readonly graph: Graph;
  /** The posterior: mean and standard deviation, nodes x latent. */
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
  /** Standard normal draws; zeros for the mean itself, and for a plain autoencoder. */
  readonly noise: Float32Array;
  /** mean + deviation x noise. */
  readonly sampled: Float32Array;
  /** Probabilities: of operations, nodes x operations; of edges, nodes x nodes, of which those above the diagonal count. */
  readonly operations: Float32Array;
  readonly edges: Float32Array;
  /** What the decoder takes to be most likely. */
  readonly rebuilt: Graph;
  /** The cell's part of a batch's loss: the loss of a batch is the mean over its cells. */
  readonly loss: Losses;
}

/** @param draw number of the noise, from 1: the same draw is the same noise, at every step of a model. 0: none, the mean itself is decoded */
export async function followCell(
  { shape, step, encode, decode }: Inference,
  space: SearchSpace,
  options: TrainingOptions,
  index: number,
  draw: number,
): Promise<CellPath> {
  if (!Number.isInteger(index) || index < 0 || index >= space.size) {
    throw new InputError(`Expected the index of a cell, from 0 to ${space.size - 1}, found ${index}.`);
  }
  const { nodes, latent, operations: kinds } = shape;
  const { mu: mean, logvar } = await encode(packSpace(space, Uint32Array.of(index)));
  const noise =
    options.variational && draw > 0 ? normalNoise(options.seed, draw, nodes * latent) : new Float32Array(nodes * latent);
  const deviation = logvar.map(Math.exp);
  const sampled = mean.map((value, i) => value + (deviation[i] as number) * (noise[i] as number));
  const decoded = await decode(sampled);
  const graph = space.graph(index);
  return {
    index,
    step,
    graph,
    mean,
    deviation,
    noise,
    sampled,
    operations: decoded.operations.map(sigmoid),
    edges: decoded.adjacency.map(sigmoid),
    rebuilt: mostLikely(decoded, 0, nodes, kinds),
    loss: lossOf(graph, decoded, { mean, logvar }, { nodes, kinds }, options),
  };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/**
 * As in training (`reference/model.ts`, there for a whole batch). The KL term of the released code divides by the size of the batch twice, so
 * the part of one cell depends on it.
 */
function lossOf(
  graph: Graph,
  logits: { readonly operations: Float32Array; readonly adjacency: Float32Array },
  { mean, logvar }: { readonly mean: Float32Array; readonly logvar: Float32Array },
  { nodes, kinds }: { readonly nodes: number; readonly kinds: number },
  { klWeight, batchSize }: Pick<TrainingOptions, "klWeight" | "batchSize">,
): Losses {
  let [operations, adjacency, divergence] = [0, 0, 0];
  for (let node = 0; node < nodes; node++) {
    const own = graph.operations[node];
    for (let kind = 0; kind < kinds; kind++) {
      const logit = logits.operations[node * kinds + kind] as number;
      operations += softplus(logit) - (own !== PADDING && own === kind ? logit : 0);
    }
    for (let to = node + 1; to < nodes; to++) {
      const logit = logits.adjacency[node * nodes + to] as number;
      adjacency += softplus(logit) - (graph.adjacency[node * nodes + to] ? logit : 0);
    }
  }
  for (const [i, mu] of mean.entries()) {
    const log = logvar[i] as number;
    divergence += mu * mu + Math.exp(2 * log) - 1 - 2 * log;
  }
  const terms = {
    operations: operations / (nodes * kinds),
    adjacency: adjacency / nodes ** 2,
    kl: (klWeight * 0.5 * divergence) / (batchSize * nodes ** 2),
  };
  return { ...terms, total: terms.operations + terms.adjacency + terms.kl };
}
