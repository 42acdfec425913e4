import { afterEach, describe, expect, it, vi } from "vitest";
import { type SpaceRequest, searchSpace } from "../../../src/spaces/index.ts";
import { DEFAULT_TRAINING } from "../../../src/vgae/config.ts";
import { ago } from "../../../web/format.ts";
import type { Lab, SpacesStore, SpacesView } from "../../../web/state/context.ts";
import { createKept } from "../../../web/state/kept.ts";
import { createNotices } from "../../../web/state/notices.ts";
import { createStore } from "../../../web/state/store.ts";
import type { KeptRun, RunStore } from "../../../workers/run-keeper.ts";
import { fakeLocks } from "../workers/fake-storage.ts";

const kept = (id: string, date: number, more: Partial<KeptRun> = {}): KeptRun => ({
  id,
  space: { name: "nasbench201" },
  options: DEFAULT_TRAINING,
  step: 100,
  totalSteps: 4400,
  date,
  epochs: [],
  ...more,
});

function memory(...runs: readonly KeptRun[]): RunStore & { readonly runs: Map<string, KeptRun> } {
  const held = new Map(runs.map((run) => [run.id, run]));
  return {
    runs: held,
    list: async () => [...held.values()],
    checkpoint: async (id) => (held.has(id) ? Uint8Array.of(7) : undefined),
    put: async (run) => void held.set(run.id, run),
    remove: async (id) => void held.delete(id),
  };
}

/** Spaces that open at once, and labs that note what they are asked. */
function screen(shown: SpaceRequest | undefined, opens = true) {
  const resumed: [string, Uint8Array][] = [];
  const labOf = (request: SpaceRequest): Lab =>
    ({
      space: searchSpace(request),
      training: { store: createStore({ model: "loaded" }) },
      resumeTraining: async ({ id }: KeptRun, checkpoint: Uint8Array) => void resumed.push([id, checkpoint]),
    }) as unknown as Lab;
  const store = createStore<SpacesView>({ lab: shown && labOf(shown), opening: undefined });
  const open = vi.fn(async (request: SpaceRequest) => {
    if (opens) store.set({ lab: labOf(request) });
  });
  return { spaces: { store, open, cancel: () => undefined, close: () => undefined } satisfies SpacesStore, open, resumed };
}

const nasbench201 = { name: "nasbench201" } as const;

describe("what earlier visits left unfinished", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is offered, the newest first; discarding it offers the one before", async () => {
    const runs = memory(kept("old", 1000), kept("new", 2000));
    const store = createKept(screen(nasbench201).spaces, createNotices(), runs);
    await store.look();
    expect(store.store.value.offer?.id).toBe("new");
    await store.discard();
    expect(store.store.value.offer?.id).toBe("old");
    await store.discard();
    expect(store.store.value.offer).toBeUndefined();
    expect(runs.runs.size).toBe(0);
  });

  it("goes on in the space on the screen", async () => {
    const { spaces, open, resumed } = screen(nasbench201);
    const store = createKept(spaces, createNotices(), memory(kept("a", 1)));
    await store.look();
    await store.resume();
    expect(open).not.toHaveBeenCalled();
    expect(resumed).toEqual([["a", Uint8Array.of(7)]]);
  });

  it("goes on in its own space, which is opened first", async () => {
    const { spaces, open, resumed } = screen(nasbench201);
    const space = { name: "darts", seed: 3, count: 20 } as const;
    const store = createKept(spaces, createNotices(), memory(kept("a", 1, { space })));
    await store.look();
    await store.resume();
    expect(open).toHaveBeenCalledWith(space);
    expect(resumed).toHaveLength(1);
  });

  it("stays offered where its space is not opened after all", async () => {
    const { spaces, resumed } = screen(nasbench201, false);
    const store = createKept(spaces, createNotices(), memory(kept("a", 1, { space: { name: "darts", seed: 3, count: 20 } })));
    await store.look();
    await store.resume();
    expect(resumed).toEqual([]);
    expect(store.store.value.offer?.id).toBe("a");
  });

  it("is over once a model whose steps were all done is open", async () => {
    const runs = memory(kept("a", 1, { step: 4400 }));
    const store = createKept(screen(nasbench201).spaces, createNotices(), runs);
    await store.look();
    await store.resume();
    expect(runs.runs.size).toBe(0);
  });

  it("is not offered while another tab goes on with it, and is as soon as that is closed", async () => {
    const locks = fakeLocks();
    vi.stubGlobal("navigator", { locks });
    let close = (): void => undefined;
    void locks.request("archscape run a", {}, () => new Promise<void>((resolve) => (close = resolve)));
    const store = createKept(screen(nasbench201).spaces, createNotices(), memory(kept("a", 2), kept("b", 1)));
    await store.look();
    expect(store.store.value.offer?.id).toBe("b");
    close();
    await expect.poll(() => store.store.value.offer?.id).toBe("a");
  });

  it("is not taken up twice: a tab that comes late is told so", async () => {
    const locks = fakeLocks();
    vi.stubGlobal("navigator", { locks });
    const { spaces, resumed } = screen(nasbench201);
    const notices = createNotices();
    const store = createKept(spaces, notices, memory(kept("a", 1)));
    await store.look();
    void locks.request("archscape run a", {}, () => new Promise<void>(() => undefined));
    await store.resume();
    expect(resumed).toEqual([]);
    expect(notices.store.value.notices[0]?.text).toContain("another tab goes on with it");
    expect(store.store.value.offer).toBeUndefined();
  });

  it("is not discarded while another tab goes on with it", async () => {
    const locks = fakeLocks();
    vi.stubGlobal("navigator", { locks });
    const runs = memory(kept("a", 1));
    const store = createKept(screen(nasbench201).spaces, createNotices(), runs);
    await store.look();
    void locks.request("archscape run a", {}, () => new Promise<void>(() => undefined));
    await store.discard();
    expect(runs.runs.size).toBe(1);
    expect(store.store.value.offer).toBeUndefined();
  });

  it("is nothing where the storage refuses", async () => {
    const refusing = { ...memory(), list: () => Promise.reject(new Error("insecure")) };
    const store = createKept(screen(nasbench201).spaces, createNotices(), refusing);
    await store.look();
    expect(store.store.value.offer).toBeUndefined();
  });
});

describe("how long ago a run was kept", () => {
  const now = Date.UTC(2026, 0, 2, 12);
  it.each([
    [20, "just now"],
    [5 * 60 + 40, "5 min ago"],
    [3.9 * 3600, "3 h ago"],
  ])("%i seconds are told as %s", (seconds, text) => {
    expect(ago(now - seconds * 1000, now)).toBe(text);
  });

  it("is a date from a day on", () => {
    expect(ago(now - 30 * 3600 * 1000, now)).toMatch(/^on 1 Jan, \d\d:\d\d$/);
  });
});
