import { createStore, type Store } from "./store.ts";

/** A place on the page, as the tour names it. */
export type TourPlace = "map" | "cell" | "legend" | "pretrain" | "explore" | "search" | "tools";

export interface TourStop {
  readonly place: TourPlace;
  readonly title: string;
  readonly text: string;
}

/** What a newcomer should have heard of, in the order in which it is of use. */
export const TOUR: readonly TourStop[] = [
  {
    place: "map",
    title: "The map",
    text: "Every point is a small neural network, a cell. Points that lie close are built alike. A model learned to place them without seeing any accuracy.",
  },
  {
    place: "cell",
    title: "One cell",
    text: "Press any point of the map: here are its drawing, its numbers, and the cells that are most like it.",
  },
  {
    place: "legend",
    title: "Colours",
    text: "Colours show one number of each cell, now its size. Choose another in this menu; the little chart says how often each value occurs.",
  },
  {
    place: "pretrain",
    title: "Learn the map yourself",
    text: "Press Pre-train, and the map is learned anew on this machine while you look on. Follow one cell shows in slow motion what the model does.",
  },
  {
    place: "explore",
    title: "Bring accuracies",
    text: "Load demo labels colours the map by how accurate the cells were when they were trained. A table of your own can be dropped on the page.",
  },
  {
    place: "search",
    title: "Search",
    text: "A search looks for the best cell and asks for as few accuracies as it can. You see its path on the map, and charts of how good it is.",
  },
  {
    place: "tools",
    title: "Take it along",
    text: "Share makes a link to exactly this page, or a line for an article. The question mark has all words and keys, and this tour.",
  },
];

export interface TourView {
  /** Number of the stop; undefined while there is no tour. */
  readonly stop: number | undefined;
  /** Whether the page asks if somebody would like one. */
  readonly isOffered: boolean;
}

export interface TourStore {
  readonly store: Store<TourView>;
  /** Asks, at the first visit only. */
  offer(): void;
  decline(): void;
  start(): void;
  /** To another stop; past the last one the tour ends. */
  go(stop: number): void;
  end(): void;
}

const KEY = "archscape tour";

/** @param storage where it is remembered that the tour was offered; undefined where the browser has none */
export function createTour(storage: () => Pick<Storage, "getItem" | "setItem"> | undefined): TourStore {
  const store = createStore<TourView>({ stop: undefined, isOffered: false });
  const isKnown = (): boolean => {
    try {
      const known = storage();
      if (known?.getItem(KEY) === "offered") return true;
      known?.setItem(KEY, "offered");
      return known === undefined;
    } catch {
      // Who cannot be remembered would be asked at every visit.
      return true;
    }
  };
  const end = (): void => store.set({ stop: undefined });
  return {
    store,
    offer: () => store.set({ isOffered: !isKnown() }),
    decline: () => store.set({ isOffered: false }),
    start: () => store.set({ stop: 0, isOffered: false }),
    go(stop) {
      if (stop >= TOUR.length) end();
      else store.set({ stop: Math.max(0, stop) });
    },
    end,
  };
}
