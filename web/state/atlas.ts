import type { SearchSpace } from "../../src/spaces/space.ts";
import { LATENT, type Protocol } from "../../src/vgae/config.ts";
import { count } from "../format.ts";
import { type Cartographer, when } from "../map/cartographer.ts";
import type { Facts } from "../map/facts.ts";
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
  /** Nothing is shipped for this space, and nothing was made yet. */
  | { readonly status: "empty" }
  | {
      readonly status: "ready";
      readonly source: Source;
      /** 16 numbers a row, row-major: one row an architecture in index order, or those of `present`. */
      readonly rows: Float32Array;
      /** Architecture of each row, where not all have one yet. */
      readonly present: Uint32Array | undefined;
      /** The plane of the principal components: space.size x 2, NaN for those that are not present. */
      readonly plane: Float32Array;
      /** Share of the variance in the plane, 0..1. */
      readonly explained: number;
      /** Where architectures are drawn: the plane, or a layout of them. */
      readonly points: Float32Array;
      /** Seed of the layout by UMAP, where there is one. */
      readonly umapSeed: number | undefined;
    };

export interface AtlasView {
  readonly atlas: Atlas;
  /** Undefined while they are counted. */
  readonly facts: Facts | undefined;
  /** How much of that is done, 0..1. */
  readonly counted: number;
}

export interface AtlasStore {
  readonly store: Store<AtlasView>;
  /**
   * Shows an embedding, of the whole space or of the architectures `present`. Turned onto the one before, so that the eye can follow
   * where both belong to one run.
   */
  show(rows: Float32Array, source: Source, present?: Uint32Array): void;
  /** Fetches and shows a shipped embedding. */
  showShipped(protocol: Protocol, load: () => Promise<Float32Array>): Promise<void>;
  /** Draws the embedding in another layout, space.size x 2; in the plane where it is left out. */
  layOut(layout?: { readonly points: Float32Array; readonly seed: number }): void;
  /** Back to a map without points. */
  clear(): void;
}

export function createAtlas(space: SearchSpace, maps: Cartographer, complain: (error: unknown) => void): AtlasStore {
  const store = createStore<AtlasView>({ atlas: { status: "empty" }, facts: undefined, counted: 0 });
  let request = 0;

  const show = (rows: Float32Array, source: Source, present?: Uint32Array): void => {
    const mine = ++request;
    const before = store.value.atlas;
    const part = present && { present, size: space.size };
    const placed = maps.place({ rows, part, previous: before.status === "ready" ? before.plane : undefined });
    const arrive = ({ points, explained }: { points: Float32Array; explained: number }): void => {
      if (mine !== request) return;
      store.set({ atlas: { status: "ready", source, rows, present, plane: points, explained, points, umapSeed: undefined } });
    };
    when(placed, arrive, complain);
  };

  const factsCome = (facts: Facts): void => store.set({ facts, counted: 1 });
  when(
    maps.facts((counted) => store.set({ counted })),
    factsCome,
    complain,
  );

  return {
    store,
    show,
    async showShipped(protocol, load) {
      const mine = ++request;
      if (store.value.atlas.status !== "ready") store.set({ atlas: { status: "loading", protocol } });
      try {
        const embedding = await load();
        if (embedding.length !== space.size * LATENT) throw new Error(`expected ${space.size} x ${LATENT} numbers`);
        if (mine === request) show(embedding, { kind: "shipped", protocol });
      } catch (error) {
        if (mine !== request) return;
        store.set({ atlas: { status: "missing", protocol, reason: error instanceof Error ? error.message : String(error) } });
      }
    },
    layOut(layout) {
      const { atlas } = store.value;
      if (atlas.status !== "ready") return;
      const points = layout?.points ?? atlas.plane;
      if (points !== atlas.points) store.set({ atlas: { ...atlas, points, umapSeed: layout?.seed } });
    },
    clear() {
      request += 1;
      store.set({ atlas: { status: "empty" } });
    },
  };
}

/** "released weights that came with the page" and so on, for captions. */
export function sourceText(source: Source): string {
  if (source.kind === "shipped") return `shipped weights, protocol ${source.protocol}`;
  if (source.kind === "file") return source.name;
  return `your training, protocol ${source.protocol}, seed ${source.seed}, after ${source.reached}`;
}

/** How much of the space is on the map, where it is not all of it. */
export function partText(atlas: Atlas, { size }: Pick<SearchSpace, "size">): string | undefined {
  if (atlas.status !== "ready" || !atlas.present) return undefined;
  return `${count(atlas.present.length)} of ${count(size)} cells, spread evenly`;
}
