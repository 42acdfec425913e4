import { type Cartographer, when } from "../map/cartographer.ts";
import type { DensityLevel } from "../map/density.ts";
import type { AtlasStore } from "./atlas.ts";
import type { Settings } from "./settings.ts";
import { createStore, type Store, type Watchable } from "./store.ts";

/** Where the points of the map lie thick. */
export interface ThicknessView {
  /** Undefined while nobody wants to know, and while it is computed. */
  readonly levels: readonly DensityLevel[] | undefined;
}

export interface ThicknessParts {
  readonly settings: Store<Settings>;
  readonly atlas: AtlasStore;
  readonly maps: Cartographer;
  readonly isShown: () => boolean;
  readonly screen: Watchable;
  readonly complain: (error: unknown) => void;
}

export type ThicknessStore = Store<ThicknessView> & { stop(): void };

/** Follows the map, while the settings want its density. */
export function createThickness({ settings, atlas, maps, isShown, screen, complain }: ThicknessParts): ThicknessStore {
  const store = createStore<ThicknessView>({ levels: undefined });
  let seen: Float32Array | undefined;
  const follow = (): void => {
    if (!isShown()) return;
    const { atlas: chart } = atlas.store.value;
    const points = settings.value.density && chart.status === "ready" ? chart.points : undefined;
    if (points === seen) return;
    seen = points;
    if (!points) {
      store.set({ levels: undefined });
      return;
    }
    const arrive = (levels: DensityLevel[]): void => {
      if (points === seen) store.set({ levels });
    };
    when(maps.density(points), arrive, complain);
  };
  const stops = [settings, atlas.store, screen].map((watched) => watched.subscribe(follow));
  follow();
  return Object.assign(store, {
    stop() {
      for (const stop of stops) stop();
    },
  });
}
