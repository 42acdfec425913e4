import { packSpace } from "../spaces/packing.ts";
import { type Graph, PADDING, type SearchSpace } from "../spaces/space.ts";
import { mostLikely } from "./decoding.ts";
import { gaussianPrior } from "./prior/gaussian.ts";
import { drawSamples } from "./prior/samples.ts";
import type { TrainingState } from "./state.ts";
import type { Trainer } from "./trainer.ts";

/** What a pre-trained model is worth, without labels: arch2vec.md, section 3 (paper, section 4.1). */

export interface Reconstruction {
  /** Share of node rows of the held-out part with the right argmax operation. Padded rows count, with target 0. */
  readonly ops: number;
  /** Share of upper-triangle entries right at threshold 0.5. */
  readonly adjacency: number;
  /** Share of whole graphs exactly right on their real nodes. */
  readonly exact: number;
}

/** Shares as fractions. */
export interface ModelQuality {
  readonly reconstruction: Reconstruction;
  /** Share of prior samples that are valid as the paper's code checks it. */
  readonly validity: number;
  /** Share of prior samples that are members of the search space; of a sampled space, that fit its definition, listed or not. */
  readonly inSpaceValidity: number;
  /** Distinct module hashes among the valid samples. */
  readonly uniqueness: number;
  /** Distinct architectures among the members of the space. */
  readonly inSpaceUniqueness: number;
  /** Points drawn from the prior. */
  readonly samples: number;
}

/** Points the paper draws. */
export const PAPER_SAMPLES = 10_000;
/** Graphs or points decoded at a time: bounds memory, not results. */
const CHUNK = 512;

type Inference = Pick<Trainer, "encode" | "decode" | "shape">;

export async function modelQuality(
  trainer: Inference,
  space: SearchSpace,
  prior: TrainingState["prior"],
  samples = PAPER_SAMPLES,
  seed = 0,
): Promise<ModelQuality> {
  return { reconstruction: await reconstruct(trainer, space), ...(await samplePrior(trainer, space, prior, samples, seed)) };
}

/** Encodes and decodes the held-out part of a space (z = mu) and compares. */
export async function reconstruct(trainer: Inference, space: SearchSpace): Promise<Reconstruction> {
  const { nodes } = trainer.shape;
  const entries = (nodes * (nodes - 1)) / 2;
  const heldOut = space.size - space.trainSize;
  const right = { operations: 0, entries: 0, graphs: 0 };
  for (let first = space.trainSize; first < space.size; first += CHUNK) {
    const indices = Array.from({ length: Math.min(CHUNK, space.size - first) }, (_, i) => first + i);
    const { mu } = await trainer.encode(packSpace(space, indices));
    const decoded = await trainer.decode(mu);
    indices.forEach((index, i) => {
      const agreement = compareGraphs(space.graph(index), mostLikely(decoded, i, nodes, trainer.shape.operations), nodes);
      right.operations += agreement.operations;
      right.entries += agreement.entries;
      if (agreement.exact) right.graphs++;
    });
  }
  return {
    ops: right.operations / (heldOut * nodes),
    adjacency: right.entries / (heldOut * entries),
    exact: right.graphs / heldOut,
  };
}

/** Right node rows, right upper-triangle entries, and whether the graph is right on its real nodes. */
function compareGraphs(target: Graph, found: Graph, nodes: number): { operations: number; entries: number; exact: boolean } {
  let operations = 0;
  let entries = 0;
  let exact = true;
  for (let node = 0; node < nodes; node++) {
    const wanted = target.operations[node] as number;
    const real = wanted !== PADDING;
    if (found.operations[node] === (real ? wanted : 0)) operations++;
    else if (real) exact = false;
    for (let other = node + 1; other < nodes; other++) {
      const at = node * nodes + other;
      if (found.adjacency[at] === target.adjacency[at]) entries++;
      else if (real && target.operations[other] !== PADDING) exact = false;
    }
  }
  return { operations, entries, exact };
}

/**
 * Draws points z = noise * std + mean, with mean and std of mu a node and dimension over the last training epoch, and decodes
 * them by argmax and threshold.
 */
export async function samplePrior(
  trainer: Pick<Trainer, "decode" | "shape">,
  space: SearchSpace,
  prior: TrainingState["prior"],
  samples: number,
  seed: number,
): Promise<Omit<ModelQuality, "reconstruction">> {
  const { quality } = await drawSamples(trainer, space, gaussianPrior(prior), { count: samples, seed });
  const { validity, inSpaceValidity, uniqueness, inSpaceUniqueness } = quality;
  return { validity, inSpaceValidity, uniqueness, inSpaceUniqueness, samples };
}

/**
 * The sums of mu that training keeps, for weights that came without them: over the whole training part, in evaluation mode.
 */
export async function collectPrior(trainer: Inference, space: SearchSpace): Promise<TrainingState["prior"]> {
  const size = trainer.shape.nodes * trainer.shape.latent;
  const mean = new Float64Array(size);
  const m2 = new Float64Array(size);
  let count = 0;
  for (let first = 0; first < space.trainSize; first += CHUNK) {
    const indices = Array.from({ length: Math.min(CHUNK, space.trainSize - first) }, (_, i) => first + i);
    const { mu } = await trainer.encode(packSpace(space, indices));
    for (let graph = 0; graph < indices.length; graph++) {
      count++;
      for (let i = 0; i < size; i++) {
        const value = mu[graph * size + i] as number;
        const difference = value - (mean[i] as number);
        mean[i] = (mean[i] as number) + difference / count;
        m2[i] = (m2[i] as number) + difference * (value - (mean[i] as number));
      }
    }
  }
  return { count, mean: Float32Array.from(mean), m2: Float32Array.from(m2) };
}
