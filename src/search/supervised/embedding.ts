import type { Embedding, Graphs } from "../strategy.ts";
import { type Encoder, encode, LATENT, load, passFor } from "./encoder.ts";

/** Graphs encoded at a time: their rows and the weights of a stage stay in the processor's memory. */
const BLOCK = 8;

/** What an encoder makes of some architectures, by its running statistics: row i is architecture `indices[i]`. */
export function embed(encoder: Encoder, graphs: Graphs, indices: ArrayLike<number>): Embedding {
  const data = new Float32Array(indices.length * LATENT);
  const pass = passFor(encoder, BLOCK);
  const all = Array.from(indices);
  for (let start = 0; start < all.length; start += BLOCK) {
    const some = all.slice(start, start + BLOCK);
    load(pass, graphs, some);
    encode(encoder, pass, "frozen");
    data.set(pass.embedding.subarray(0, some.length * LATENT), start * LATENT);
  }
  return { data, count: all.length, dimensions: LATENT };
}
