import { generator } from "../../random/generator.ts";
import { type Steps, share } from "../../spaces/steps.ts";
import { fitAutoregression, logProbabilities, sampleCodes } from "./autoregression.ts";
import type { Autoregression } from "./code-network.ts";
import { type Codebook, codesOf, fitCodebook } from "./codebook.ts";
import { type Effects, fitEffects, meansOf } from "./effects.ts";
import { addNoise, fitNoise, logDensityOf, type Noise } from "./noise.ts";
import type { Prior } from "./prior.ts";

/**
 * A prior over the latents of a trained encoder, fitted without labels. An encoder of graphs puts the latents of a node in clumps, one for each
 * thing that the node can be, and shifts them a little by what its neighbours are. So:
 * 1. a codebook a node says which clump (as many codes as a given distortion takes: none for a node that hardly varies);
 * 2. an autoregression says which codes go together;
 * 3. means with interactions say where in the clumps a graph with these codes lies;
 * 4. a Gaussian says how far graphs are from there.
 * Sampled codes need not have been seen: what generalises is 2 and 3. Compare priors over discrete codes (van den Oord et al., "Neural
 * Discrete Representation Learning", NeurIPS 2017); here the encoder is left as it is, and the density of any point can be told.
 */
export interface CodesPrior extends Prior {
  readonly name: "codes";
  readonly parts: CodesParts;
}

/** What was fitted: plain data. */
export interface CodesParts {
  readonly nodes: number;
  readonly latent: number;
  /** One a node. */
  readonly books: readonly Codebook[];
  readonly codes: Autoregression;
  readonly effects: Effects;
  readonly noise: Noise;
}

export interface FitOptions {
  /** Feeds the stream "prior". 0..2^32-1. */
  readonly seed: number;
  /** Share of the mean variance of a node that codes may leave. */
  readonly distortion?: number;
  /** Most codes a node, at most 256. */
  readonly mostCodes?: number;
}

/**
 * On NAS-Bench-201 four codes a node would leave a quarter of its variance and six would split a clump that is one: from .13 to .2 finds the
 * five operations in five of six models; the sixth encodes some of them alike.
 */
const DISTORTION = 0.15;
const MOST_CODES = 40;
/** Graphs that codebooks are fitted to. */
const CODEBOOK_GRAPHS = 10_000;
/** Graphs that means and noise are fitted to, and that codes are learned from: the time of a fit does not grow beyond them. */
const MEANS_GRAPHS = 60_000;
export const MOST_GRAPHS = 300_000;
/** Substreams of the stream "prior"; samples are drawn from the first. */
const SUBSTREAMS = { codebooks: 1, codes: 2 } as const;

/**
 * Fits the prior to latents of the training part, in random order (count x nodes x latent, count up to `MOST_GRAPHS`).
 * Same latents and seed: same prior. Takes seconds; where nodes have many codes, minutes.
 */
export function* fitCodesPrior(
  latents: Float32Array,
  { nodes, latent }: { readonly nodes: number; readonly latent: number },
  { seed, distortion = DISTORTION, mostCodes = MOST_CODES }: FitOptions,
): Steps<CodesPrior> {
  const width = nodes * latent;
  const count = latents.length / width;
  const random = generator(seed, "prior", SUBSTREAMS.codebooks);
  const variances = Array.from({ length: nodes }, (_, node) => variance(latents, width, node * latent, latent));
  const allowed = (distortion * variances.reduce((a, b) => a + b, 0)) / nodes;
  const books: Codebook[] = [];
  const codes = new Uint8Array(count * nodes);
  for (let node = 0; node < nodes; node++) {
    const points = column(latents, width, node * latent, latent);
    const book = fitCodebook(points.subarray(0, CODEBOOK_GRAPHS * latent), latent, allowed, mostCodes, random);
    const own = codesOf(book, points, latent);
    for (let graph = 0; graph < count; graph++) codes[graph * nodes + node] = own[graph] as number;
    books.push(book);
    yield (0.2 * (node + 1)) / nodes;
  }
  const sizes = books.map(({ size }) => size);
  const residuals = latents.slice(0, MEANS_GRAPHS * width);
  const effects = yield* share(fitEffects(sizes, codes.subarray(0, MEANS_GRAPHS * nodes), residuals, width), 0.2, 0.5);
  const noise = fitNoise(residuals, width);
  const autoregression = yield* share(fitAutoregression(sizes, codes, generator(seed, "prior", SUBSTREAMS.codes)), 0.5, 1);
  return codesPrior({ nodes, latent, books, codes: autoregression, effects, noise });
}

export function codesPrior(parts: CodesParts): CodesPrior {
  const { nodes, latent, books, codes, effects, noise } = parts;
  const width = nodes * latent;
  return {
    name: "codes",
    parts,
    sample(count, random) {
      const points = meansOf(effects, sampleCodes(codes, count, random));
      for (let row = 0; row < count; row++) addNoise(noise, points, row, random);
      return points;
    },
    /** Of all codes a point could have come from, only its nearest ones are counted: a lower bound, tight where clumps lie apart. */
    logDensity(latents) {
      const count = latents.length / width;
      const own = new Uint8Array(count * nodes);
      for (const [node, book] of books.entries()) {
        const column_ = codesOf(book, column(latents, width, node * latent, latent), latent);
        for (let graph = 0; graph < count; graph++) own[graph * nodes + node] = column_[graph] as number;
      }
      const residuals = meansOf(effects, own);
      for (let i = 0; i < residuals.length; i++) residuals[i] = (latents[i] as number) - (residuals[i] as number);
      return logProbabilities(codes, own).map((value, graph) => value + logDensityOf(noise, residuals, graph));
    },
  };
}

/** Columns `first..first+taken-1` of a matrix with rows of `width`. */
function column(values: Float32Array, width: number, first: number, taken: number): Float32Array {
  const count = values.length / width;
  const out = new Float32Array(count * taken);
  for (let row = 0; row < count; row++) {
    const from = row * width + first;
    out.set(values.subarray(from, from + taken), row * taken);
  }
  return out;
}

/** Sum over the columns of their variances. */
function variance(values: Float32Array, width: number, first: number, taken: number): number {
  const count = values.length / width;
  let total = 0;
  for (let i = first; i < first + taken; i++) {
    let [sum, squares] = [0, 0];
    for (let at = i; at < values.length; at += width) {
      const value = values[at] as number;
      sum += value;
      squares += value * value;
    }
    total += squares / count - (sum / count) ** 2;
  }
  return total;
}
