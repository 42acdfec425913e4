import { type Cartographer, type Surroundings, when } from "../map/cartographer.ts";
import type { AtlasStore } from "./atlas.ts";
import type { Settings } from "./settings.ts";
import { createStore, type Store, type Watchable } from "./store.ts";

/** What lies around the selected cell; undefined while it is looked for, and where no cell is selected. */
export interface SurroundingsView {
  readonly around: (Surroundings & { readonly cell: number }) | undefined;
}

/** As many as the list of a cell shows. */
const NEAREST = 8;

export interface SurroundingsHooks {
  /** Architectures of the space. */
  readonly size: number;
  readonly isShown: () => boolean;
  /** Tells when another space comes on the screen. */
  readonly screen: Watchable;
  readonly complain: (error: unknown) => void;
}

/** Follows the selection and the map. */
export function watchSurroundings(
  settings: Store<Settings>,
  atlas: AtlasStore,
  maps: Cartographer,
  { size, isShown, screen, complain }: SurroundingsHooks,
): Store<SurroundingsView> & { stop(): void } {
  const store = createStore<SurroundingsView>({ around: undefined });
  let seen: readonly unknown[] = [];
  let request = 0;
  const look = (): void => {
    // The selection belongs to the space on the screen.
    if (!isShown()) return;
    const { cell } = settings.value;
    const chart = atlas.store.value.atlas;
    const now = [cell, chart.status === "ready" ? chart.rows : undefined];
    if (now.every((part, i) => part === seen[i])) return;
    seen = now;
    const mine = ++request;
    if (store.value.around?.cell !== cell) store.set({ around: undefined });
    if (cell < 0 || cell >= size) return;
    const arrive = (found: Surroundings): void => {
      if (mine === request) store.set({ around: { cell, ...found } });
    };
    when(maps.surroundings(cell, NEAREST), arrive, complain);
  };
  const stops = [settings, atlas.store, screen].map((store) => store.subscribe(look));
  look();
  return Object.assign(store, {
    stop() {
      for (const stop of stops) stop();
    },
  });
}
