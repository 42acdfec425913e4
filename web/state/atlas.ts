import type { SearchSpace } from "../../src/spaces/space.ts";
import { LATENT, type Protocol } from "../../src/vgae/config.ts";
import { type Facts, factsOf } from "../map/facts.ts";
import { project } from "../map/projection.ts";
import { createStore, type Store } from "./store.ts";

/** Whose embedding is on the map. */
export type Source =
  | { readonly kind: "shipped"; readonly protocol: Protocol }
  /** `reached`: how far, e.g. "epoch 3" or "120 steps". */
  | { readonly kind: "training"; readonly protocol: Protocol; readonly seed: number; readonly reached: string }
  | { readonly kind: "file"; readonly name: string };

export type Atlas =
  | { readonly status: "loading"; readonly protocol: Protocol }
  | { readonly status: "missing"; readonly protocol: Protocol; readonly reason: string }
  | {
      readonly status: "ready";
      readonly source: Source;
      /** space.size x 16, row-major. */
      readonly embedding: Float32Array;
      /** space.size x 2. */
      readonly points: Float32Array;
      /** Share of the variance in the plane, 0..1. */
      readonly explained: number;
    };

export interface AtlasStore {
  readonly store: Store<{ readonly atlas: Atlas }>;
  readonly facts: Facts;
  /** Shows an embedding. Turned onto the one before where both belong to one run, so that the eye can follow. */
  show(embedding: Float32Array, source: Source): void;
  /** Fetches and shows a shipped embedding. */
  showShipped(protocol: Protocol): Promise<void>;
}

export type LoadShipped = (protocol: Protocol) => Promise<Float32Array>;

export function createAtlas(space: SearchSpace, load: LoadShipped): AtlasStore {
  const store = createStore<{ atlas: Atlas }>({ atlas: { status: "loading", protocol: "released" } });
  let request = 0;

  const show = (embedding: Float32Array, source: Source): void => {
    request += 1;
    const before = store.value.atlas;
    const { points, explained } = project(embedding, LATENT, before.status === "ready" ? before.points : undefined);
    store.set({ atlas: { status: "ready", source, embedding, points, explained } });
  };

  return {
    store,
    facts: factsOf(space),
    show,
    async showShipped(protocol) {
      const mine = ++request;
      if (store.value.atlas.status !== "ready") store.set({ atlas: { status: "loading", protocol } });
      try {
        const embedding = await load(protocol);
        if (embedding.length !== space.size * LATENT) throw new Error(`expected ${space.size} x ${LATENT} numbers`);
        if (mine === request) show(embedding, { kind: "shipped", protocol });
      } catch (error) {
        if (mine !== request) return;
        store.set({ atlas: { status: "missing", protocol, reason: error instanceof Error ? error.message : String(error) } });
      }
    },
  };
}

/** "released weights that came with the page" and so on, for captions. */
export function sourceText(source: Source): string {
  if (source.kind === "shipped") return `shipped weights, protocol ${source.protocol}`;
  if (source.kind === "file") return source.name;
  return `your training, protocol ${source.protocol}, seed ${source.seed}, after ${source.reached}`;
}
