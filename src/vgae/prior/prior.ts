import type { Generator } from "../../random/generator.ts";

export const PRIORS = ["paper", "codes"] as const;
/** `paper`: the Gaussian of the paper, every number by itself. `codes`: codebooks, an autoregression over codes, a Gaussian given the codes. */
export type PriorName = (typeof PRIORS)[number];

/** A distribution over the latents of a graph, nodes x latent numbers. */
export interface Prior {
  readonly name: PriorName;
  /** `count` points, count x nodes x latent. Same generator, same points. */
  sample(count: number, random: Generator): Float32Array;
  /**
   * Logarithm of the density of each point (count x nodes x latent), in nats a graph. Every prior keeps to `LEAST_STD`, so that their
   * figures can be compared.
   */
  logDensity(latents: Float32Array): Float64Array;
}

/**
 * Latents of a trained encoder are a function of the graph and lie close to a thin surface: across it they hardly vary, and a density
 * there can be made as large as one likes. So no prior may claim a standard deviation below this in any direction. It is a
 * twentieth of the least noise that the shipped encoders add (0.2 a number), hence nothing that the decoder could tell apart.
 */
export const LEAST_STD = 0.01;
