import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createReplaying } from "../../../web/state/replaying.ts";
import type { SearchingStore } from "../../../web/state/searching.ts";
import { createStore } from "../../../web/state/store.ts";

const queries = Array.from({ length: 30 }, (_, query) => ({ query, index: query, value: query, incumbent: query }));
const searching = { store: createStore({}), run: () => ({ seed: 1, queries }) } as unknown as SearchingStore;
const tab = { hidden: false };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", tab);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("a search that is played waits while nobody can see it, off the screen or in a hidden tab, and goes on from there", () => {
  const replaying = createReplaying(searching);
  const shown = (): number => replaying.store.value.shown;
  replaying.open();
  replaying.play(true);
  vi.advanceTimersByTime(1000);
  expect(shown()).toBe(6);
  replaying.rest(true);
  vi.advanceTimersByTime(1000);
  expect(shown()).toBe(6);
  replaying.rest(false);
  tab.hidden = true;
  vi.advanceTimersByTime(1000);
  expect(shown()).toBe(6);
  tab.hidden = false;
  vi.advanceTimersByTime(1000);
  expect(shown()).toBe(11);
  expect(replaying.store.value.isPlaying).toBe(true);
  replaying.stop();
});
