import type { SearchingStore } from "./searching.ts";
import { createStore, type Store } from "./store.ts";

/** A search that is played query by query. */
export interface ReplayView {
  /** Whether the player is out. */
  readonly isOpen: boolean;
  /** Queries shown; all of a run where the player is shut. */
  readonly shown: number;
  readonly isPlaying: boolean;
  /** Queries a second. */
  readonly speed: number;
}

export const SPEEDS = [2, 5, 20, 100] as const;

export interface ReplayingStore {
  readonly store: Store<ReplayView>;
  /** Takes the player out, at the first query. */
  open(): void;
  close(): void;
  /** Shows so many queries of the run, within what there is. */
  go(shown: number): void;
  /** From the beginning where the run is over. */
  play(isPlaying: boolean): void;
  pace(speed: number): void;
  /** Whether nobody can see it: what plays waits, and goes on afterwards. */
  rest(isResting: boolean): void;
  /** Queries to show of the run on the map; undefined for all. */
  limit(): number | undefined;
  stop(): void;
}

export function createReplaying(searching: SearchingStore): ReplayingStore {
  const store = createStore<ReplayView>({ isOpen: false, shown: 1, isPlaying: false, speed: 5 });
  let timer: ReturnType<typeof setInterval> | undefined;
  let seed: number | undefined;
  let isResting = false;
  const length = (): number => searching.run()?.queries.length ?? 0;
  const halt = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const self: ReplayingStore = {
    store,
    open: () => store.set({ isOpen: true, shown: 1 }),
    close() {
      halt();
      store.set({ isOpen: false, isPlaying: false });
    },
    go: (shown) => store.set({ shown: Math.max(1, Math.min(length(), Math.round(shown))) }),
    play(isPlaying) {
      halt();
      store.set({ isPlaying });
      if (!isPlaying) return;
      if (store.value.shown >= length()) self.go(1);
      timer = setInterval(() => {
        if (isResting || document.hidden) return;
        self.go(store.value.shown + 1);
        if (store.value.shown >= length()) self.play(false);
      }, 1000 / store.value.speed);
    },
    pace(speed) {
      store.set({ speed });
      if (store.value.isPlaying) self.play(true);
    },
    rest(is) {
      isResting = is;
    },
    limit: () => (store.value.isOpen ? store.value.shown : undefined),
    stop: halt,
  };
  // Another run, or none: the player begins again, or has nothing to play.
  const stopFollowing = searching.store.subscribe(() => {
    const run = searching.run();
    if (store.value.isOpen && !run) self.close();
    else if (store.value.isOpen && run?.seed !== seed) self.go(1);
    seed = run?.seed;
  });
  self.stop = () => {
    halt();
    stopFollowing();
  };
  return self;
}
