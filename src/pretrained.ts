import type { Protocol } from "./vgae/config.ts";

/**
 * Models of NAS-Bench-201 that ship with the package, so that a map and a search need no training and no GPU. Each file's
 * metadata say how it was made: seed, protocol, epochs, adapter, version, commit.
 */
export interface Pretrained {
  /** Checkpoint without optimiser state, for `Engine.load` or PyTorch. */
  readonly weights: URL;
  /** safetensors with one tensor `embedding`, 15,625 x 16: `readSafeTensors(bytes).tensors.get("embedding")`. */
  readonly embedding: URL;
}

/** Addresses for `fetch` in a browser, `readFile` in Node. */
export const PRETRAINED: Readonly<Record<Protocol, Pretrained>> = {
  released: {
    weights: new URL("../data/nasbench201-released.safetensors", import.meta.url),
    embedding: new URL("../data/nasbench201-released.embedding.safetensors", import.meta.url),
  },
  corrected: {
    weights: new URL("../data/nasbench201-corrected.safetensors", import.meta.url),
    embedding: new URL("../data/nasbench201-corrected.embedding.safetensors", import.meta.url),
  },
};
