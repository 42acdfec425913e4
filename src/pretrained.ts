import type { SpaceName } from "./spaces/space.ts";
import type { Protocol } from "./vgae/config.ts";

/**
 * Models that ship with the package, so that a map and a search need no training and no GPU. Each file's metadata say how it was
 * made: seed, protocol, epochs, adapter, version, commit.
 */
export interface Pretrained {
  /** Checkpoint without optimiser state, for `Engine.load` or PyTorch. */
  readonly weights: URL;
  /**
   * safetensors with one tensor `embedding`, size x 16: `readSafeTensors(bytes).tensors.get("embedding")`. Left out where it would weigh more
   * than it saves: a model that was loaded makes it (`Model.embed`).
   */
  readonly embedding?: URL;
}

/** By space and protocol. Addresses for `fetch` in a browser, `readFile` in Node. What is listed here, the lab offers. */
export const PRETRAINED = {
  nasbench201: {
    released: {
      weights: new URL("../data/nasbench201-released.safetensors", import.meta.url),
      embedding: new URL("../data/nasbench201-released.embedding.safetensors", import.meta.url),
    },
    corrected: {
      weights: new URL("../data/nasbench201-corrected.safetensors", import.meta.url),
      embedding: new URL("../data/nasbench201-corrected.embedding.safetensors", import.meta.url),
    },
  },
  nasbench101: {
    released: { weights: new URL("../data/nasbench101-released.safetensors", import.meta.url) },
    corrected: { weights: new URL("../data/nasbench101-corrected.safetensors", import.meta.url) },
  },
  darts: {},
} as const satisfies Readonly<Record<SpaceName, Readonly<Partial<Record<Protocol, Pretrained>>>>>;
