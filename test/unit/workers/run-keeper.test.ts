import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { darts, requestOf } from "../../../src/spaces/index.ts";
import { DEFAULT_TRAINING } from "../../../src/vgae/config.ts";
import { engineService } from "../../../workers/engine-service.ts";
import { indexedDbRuns } from "../../../workers/indexed-db.ts";
import type { EngineEvent, Outcome } from "../../../workers/protocol.ts";
import { claimedRuns, type KeptRun, type RunStore, runKeeper, runSetFree } from "../../../workers/run-keeper.ts";
import { fakeIndexedDb, fakeLocks } from "./fake-storage.ts";

const run = (step: number) => ({
  space: { name: "nasbench201" } as const,
  options: DEFAULT_TRAINING,
  step,
  totalSteps: 4400,
  epochs: [],
});
const bytes = () => Uint8Array.of(1, 2, 3);

/** A store in memory whose writes take `milliseconds`. */
function memory(milliseconds = 0): RunStore & { readonly runs: Map<string, KeptRun>; writes: number } {
  const runs = new Map<string, KeptRun>();
  return {
    runs,
    writes: 0,
    list: async () => [...runs.values()],
    checkpoint: async (id) => (runs.has(id) ? bytes() : undefined),
    async put(kept) {
      this.writes++;
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      runs.set(kept.id, kept);
    },
    remove: async (id) => void runs.delete(id),
  };
}

const told = () => ({ onKept: vi.fn<(step: number) => void>(), onRefused: vi.fn<(sentence: string) => void>() });

describe("a keeper of a run", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("keeps what the run says of itself, under its name, with the date", async () => {
    vi.setSystemTime(1000);
    const store = memory();
    const hooks = told();
    runKeeper("a", store, hooks).save(run(7), bytes);
    await vi.advanceTimersByTimeAsync(1);
    expect(store.runs.get("a")).toEqual({ ...run(7), id: "a", date: 1000 });
    expect(hooks.onKept).toHaveBeenCalledWith(7);
    expect(hooks.onRefused).not.toHaveBeenCalled();
  });

  test("does not encode while it writes, and writes for no more than 3 % of the time", async () => {
    const store = memory(600);
    const encode = vi.fn(bytes);
    const keeper = runKeeper("a", store, told());
    for (let second = 0; second < 300; second++) {
      keeper.save(run(second), encode);
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(store.writes).toBeGreaterThanOrEqual(12);
    expect(store.writes * 0.6).toBeLessThanOrEqual(0.04 * 300);
    expect(encode).toHaveBeenCalledTimes(store.writes);
  });

  test("keeps every snapshot of every three seconds where writing is quick", async () => {
    const store = memory(30);
    const keeper = runKeeper("a", store, told());
    for (let i = 0; i < 20; i++) {
      keeper.save(run(i), bytes);
      await vi.advanceTimersByTimeAsync(3000);
    }
    expect(store.writes).toBe(20);
  });

  test("leaves nothing of a run that is over, not even what is being written", async () => {
    const store = memory(50);
    const keeper = runKeeper("a", store, told());
    keeper.save(run(1), bytes);
    const dropped = keeper.drop();
    await vi.advanceTimersByTimeAsync(100);
    await dropped;
    keeper.save(run(2), bytes);
    await vi.advanceTimersByTimeAsync(100);
    expect(store.runs.size).toBe(0);
  });

  test("leaves a run that broke off to be offered", async () => {
    const store = memory();
    const keeper = runKeeper("a", store, told());
    keeper.save(run(1), bytes);
    await vi.advanceTimersByTimeAsync(1);
    await keeper.leave();
    expect([...store.runs.keys()]).toEqual(["a"]);
  });

  test.each<[string, RunStore | undefined, string]>([
    [
      "is full",
      { ...memory(), put: () => Promise.reject(new DOMException("The quota has been exceeded.", "QuotaExceededError")) },
      "The quota has been exceeded.",
    ],
    ["is missing", undefined, "this browser has no storage for pages."],
  ])("says once that nothing is kept where the storage %s", async (_, store, reason) => {
    const hooks = told();
    const keeper = runKeeper("a", store, hooks);
    for (let i = 0; i < 3; i++) {
      keeper.save(run(i), bytes);
      await vi.advanceTimersByTimeAsync(3000);
    }
    expect(hooks.onRefused.mock.calls).toEqual([[`This run is not kept, so closing the page loses it: ${reason}`]]);
    expect(hooks.onKept).not.toHaveBeenCalled();
    await keeper.drop();
  });

  test("claims its run as long as it lives, and touches none that another tab has", async () => {
    vi.stubGlobal("navigator", { locks: fakeLocks() });
    const store = memory();
    const first = runKeeper("a", store, told());
    first.save(run(1), bytes);
    await vi.advanceTimersByTimeAsync(1);
    const hooks = told();
    const second = runKeeper("a", store, hooks);
    second.save(run(2), bytes);
    await vi.advanceTimersByTimeAsync(1);
    expect(hooks.onRefused).toHaveBeenCalledWith(expect.stringContaining("another tab keeps it"));
    await second.drop();
    expect(store.runs.get("a")?.step).toBe(1);

    const kept = await store.list();
    expect(await claimedRuns(kept)).toEqual(kept);
    let isFree = false;
    void runSetFree("a").then(() => {
      isFree = true;
    });
    await vi.advanceTimersByTimeAsync(1);
    expect(isFree).toBe(false);
    await first.leave();
    await vi.advanceTimersByTimeAsync(1);
    expect(isFree).toBe(true);
    expect(await claimedRuns(kept)).toEqual([]);

    // What was left, another tab went on with: it is not ours to drop any more.
    const third = runKeeper("a", store, told());
    await first.drop();
    expect(store.runs.size).toBe(1);
    await third.leave();
    await first.drop();
    expect(store.runs.size).toBe(0);
  });
});

describe("an engine that keeps its run", () => {
  beforeEach(() => void vi.stubGlobal("indexedDB", fakeIndexedDb()));
  afterEach(() => vi.unstubAllGlobals());

  const space = darts({ seed: 11, count: 40 });
  const options = { ...DEFAULT_TRAINING, epochs: 2, batchSize: 8, seed: 5 };

  function valueIn<T>(outcome: Outcome<T>): T {
    if (!outcome.ok) throw new Error(outcome.error.message);
    return outcome.value;
  }

  /** Trains; `onKept` sees what is kept when an event says so. */
  async function train(from: { resume?: Uint8Array; epochs?: KeptRun["epochs"] }, onKept?: (id: string) => void) {
    const engine = engineService();
    await engine.open("tfjs-wasm");
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<EngineEvent>) => {
      if (data.type === "kept") onKept?.("a");
    };
    const { epochs = [], resume } = from;
    const keep = { id: "a", epochs };
    const ended = await engine.pretrain({ space: requestOf(space), options, keep, ...(resume ? { resume } : {}) }, port2);
    port1.close();
    engine.close();
    return valueIn(ended);
  }

  test("leaves a checkpoint from which another goes on bit for bit, and nothing once the run is over", async () => {
    const runs = indexedDbRuns() as RunStore;
    const found: Promise<readonly [readonly KeptRun[], Uint8Array | undefined]>[] = [];
    const whole = await train({}, (id) => found.push(Promise.all([runs.list(), runs.checkpoint(id)])));
    const [kept, resume] = (await found[0]) ?? [];
    expect(kept).toMatchObject([{ id: "a", space: { name: "darts", seed: 11, count: 40 }, options, step: 5, totalSteps: 10 }]);
    expect(await runs.list()).toEqual([]);
    expect(await runs.checkpoint("a")).toBeUndefined();

    const rest = await train({ resume: resume as Uint8Array });
    expect(rest.epochs.map(({ epoch }) => epoch)).toEqual([2]);
    expect(rest.checkpoint).toEqual(whole.checkpoint);
  });

  test("leaves nothing of a run that is cancelled", async () => {
    const engine = engineService();
    await engine.open("tfjs-wasm");
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<EngineEvent>) => {
      if (data.type === "kept") void engine.cancel();
    };
    const request = { space: requestOf(space), options: { ...options, epochs: 1000 }, keep: { id: "a", epochs: [] } };
    expect(valueIn(await engine.pretrain(request, port2)).state).toBe("cancelled");
    expect(await indexedDbRuns()?.list()).toEqual([]);
    port1.close();
    engine.close();
  });
});
