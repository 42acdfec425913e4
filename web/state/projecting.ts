import { transfer } from "comlink";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { LATENT } from "../../src/vgae/config.ts";
import type { Outcome } from "../../workers/protocol.ts";
import type { UmapRequest } from "../map/umap.ts";
import type { UmapApi } from "../map/umap-protocol.ts";
import type { Atlas, AtlasStore } from "./atlas.ts";
import type { Settings } from "./settings.ts";
import { createStore, type Store, type Watchable } from "./store.ts";
import { openThread } from "./threads.ts";
import { isActive, type TrainingStore } from "./training.ts";
import { connect } from "./workers.ts";

export interface ProjectingView {
  /** Finished part of the layout under way, 0..1. */
  readonly share: number | undefined;
}

export interface ProjectingStore {
  readonly store: Store<ProjectingView>;
  /** Back to the plane. */
  cancel(): void;
  stop(): void;
}

/** A layout on its way. */
export interface LayoutJob {
  readonly points: Promise<Outcome<Float32Array>>;
  end(): void;
}

export interface ProjectingParts {
  readonly space: SearchSpace;
  readonly settings: Store<Settings>;
  readonly atlas: AtlasStore;
  readonly training: Pick<TrainingStore, "store">;
  readonly isShown: () => boolean;
  readonly screen: Watchable;
  readonly complain: (error: unknown) => void;
  /** Starts a layout: in a worker of its own, where nothing else is said. */
  readonly layOut?: (request: UmapRequest, onProgress: (share: number) => void) => LayoutJob;
}

type Ready = Extract<Atlas, { status: "ready" }>;

/** Lays the map out as the settings want it. What was laid out once is kept, so that going back and forth takes no time. */
export function createProjecting({
  space,
  settings,
  atlas,
  training,
  layOut = inWorker,
  ...parts
}: ProjectingParts): ProjectingStore {
  const store = createStore<ProjectingView>({ share: undefined });
  const kept = new WeakMap<Float32Array, Map<number, Float32Array>>();
  let underWay: { readonly rows: Float32Array; readonly seed: number; readonly job: LayoutJob } | undefined;

  const halt = (): void => {
    underWay?.job.end();
    underWay = undefined;
    store.set({ share: undefined });
  };

  const follow = (): void => {
    if (!parts.isShown()) return;
    const { atlas: chart } = atlas.store.value;
    const { projection, umapSeed: seed } = settings.value;
    // A map that changes with every epoch is not laid out anew each time.
    const wanted = chart.status === "ready" && projection === "umap" && !isActive(training.store.value.job) ? chart : undefined;
    if (underWay && (underWay.rows !== wanted?.rows || underWay.seed !== seed)) halt();
    if (chart.status !== "ready") return;
    const known = wanted && kept.get(wanted.rows)?.get(seed);
    if (!wanted || known) atlas.layOut(known && { points: known, seed });
    else if (!underWay) begin(wanted, seed);
  };

  const begin = ({ rows, plane, present }: Ready, seed: number): void => {
    const part = present && { present, size: space.size };
    const job = layOut({ rows, dimensions: LATENT, plane, part, seed }, (share) => {
      if (underWay?.job === job) store.set({ share });
    });
    underWay = { rows, seed, job };
    store.set({ share: 0 });
    void job.points.then((result) => {
      if (underWay?.job !== job) return;
      halt();
      if (!result.ok) {
        parts.complain(new Error(result.error.message));
        settings.set({ projection: "pca" });
        return;
      }
      const known = kept.get(rows) ?? new Map<number, Float32Array>();
      kept.set(rows, known.set(seed, result.value));
      follow();
    });
  };

  const stops = [settings, atlas.store, training.store, parts.screen].map((watched) => watched.subscribe(follow));
  follow();
  return {
    store,
    cancel: () => settings.set({ projection: "pca" }),
    stop() {
      halt();
      for (const stop of stops) stop();
    },
  };
}

function inWorker(request: UmapRequest, onProgress: (share: number) => void): LayoutJob {
  const own = () => new Worker(new URL("../map/umap.worker.ts", import.meta.url), { type: "module", name: "umap" });
  const client = connect<UmapApi>(() => openThread("umap", own), "layout");
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<number>) => onProgress(data);
  return {
    points: client.ask((api) => api.layOut(request, transfer(port2, [port2]))),
    end() {
      port1.postMessage("cancel");
      port1.close();
      client.close();
    },
  };
}
