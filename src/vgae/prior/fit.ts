import { generator } from "../../random/generator.ts";
import { packSpace } from "../../spaces/packing.ts";
import type { SearchSpace } from "../../spaces/space.ts";
import { inSlices, type Watch } from "../../spaces/steps.ts";
import { collectPrior } from "../quality.ts";
import type { TrainingState } from "../state.ts";
import type { Trainer } from "../trainer.ts";
import { type CodesPrior, fitCodesPrior, MOST_GRAPHS } from "./codes.ts";
import { gaussianPrior } from "./gaussian.ts";
import type { Prior } from "./prior.ts";

type Encoder = Pick<Trainer, "encode" | "shape">;

/** Held-out graphs that the log-likelihood is the mean of, at most. */
const MOST_HELD_OUT = 10_000;
/** Graphs encoded at a time: bounds memory, not results. */
const CHUNK = 2048;
/** Substream of the stream "prior" that chooses the graphs to fit to. */
const CHOICE = 3;

/**
 * Fits the prior of codes to what the encoder makes of the training part (of a random 300,000 of it where it is larger), without labels. Same
 * weights and seed: same prior.
 * @param watch the finished share, and a way to stop
 */
export async function fitPrior(trainer: Encoder, space: SearchSpace, seed: number, watch: Watch = {}): Promise<CodesPrior> {
  const order = generator(seed, "prior", CHOICE).shuffle(Uint32Array.from({ length: space.trainSize }, (_, i) => i));
  const latents = await latentsOf(trainer, space, order.subarray(0, MOST_GRAPHS));
  return inSlices(fitCodesPrior(latents, trainer.shape, { seed }), watch);
}

/** The paper's prior from the sums that training kept, or from new ones over the training part for weights that came without. */
export async function paperPrior(
  trainer: Pick<Trainer, "encode" | "decode" | "shape">,
  space: SearchSpace,
  kept: TrainingState["prior"],
): Promise<Prior> {
  return gaussianPrior(kept.count > 0 ? kept : await collectPrior(trainer, space));
}

export interface HeldOutLikelihood {
  /** Mean over graphs, nats a graph. */
  readonly logLikelihood: number;
  /** Graphs it is the mean of: the held-out part, or 10,000 spread evenly over it. */
  readonly graphs: number;
}

/** How well a prior foresees latents of graphs that neither it nor the model was fitted to. */
export async function heldOutLikelihood(trainer: Encoder, space: SearchSpace, prior: Prior): Promise<HeldOutLikelihood> {
  const heldOut = space.size - space.trainSize;
  const graphs = Math.min(heldOut, MOST_HELD_OUT);
  const indices = Uint32Array.from({ length: graphs }, (_, i) => space.trainSize + Math.floor((i * heldOut) / graphs));
  const densities = prior.logDensity(await latentsOf(trainer, space, indices));
  return { logLikelihood: densities.reduce((sum, value) => sum + value, 0) / graphs, graphs };
}

/** mu of these architectures, count x nodes x latent. */
async function latentsOf(trainer: Encoder, space: SearchSpace, indices: Uint32Array): Promise<Float32Array> {
  const size = trainer.shape.nodes * trainer.shape.latent;
  const latents = new Float32Array(indices.length * size);
  for (let first = 0; first < indices.length; first += CHUNK) {
    const { mu } = await trainer.encode(packSpace(space, indices.subarray(first, first + CHUNK)));
    latents.set(mu, first * size);
  }
  return latents;
}
