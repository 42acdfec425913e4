import { expose } from "comlink";
import { afterEach, describe, expect, test, vi } from "vitest";
import { prepareSpace } from "../../../src/preparation.ts";
import { darts, isPrepared, nasbench201, type SpaceRequest, tablesOf, useTables } from "../../../src/spaces/index.ts";
import { makeTables } from "../../../src/spaces/tables.ts";
import { engineService } from "../../../workers/engine-service.ts";
import { indexedDbCache } from "../../../workers/indexed-db.ts";
import { spaceService } from "../../../workers/space-service.ts";
import { preparedSpace } from "../../../workers/spaces.ts";
import { answering, fakeIndexedDb } from "./fake-storage.ts";

const sample = (seed: number, count = 3000) => ({ name: "darts", seed, count }) satisfies SpaceRequest;

/** A worker in this thread: what is posted is copied or transferred as to a real one. */
function workerOf<Api extends object>(api: Api): Worker & { readonly ended: boolean } {
  const { port1, port2 } = new MessageChannel();
  expose(api, port1);
  port2.start();
  const worker = port2 as unknown as Worker & { ended: boolean };
  worker.ended = false;
  worker.terminate = () => {
    worker.ended = true;
    port1.close();
    port2.close();
  };
  return worker;
}

/** A worker that the page's policy forbids: it says so with an event, and never answers. */
function brokenWorker(): Worker {
  const worker = new EventTarget() as unknown as Worker;
  worker.postMessage = () =>
    void setTimeout(() => worker.dispatchEvent(Object.assign(new Event("error"), { message: "blocked" })));
  worker.terminate = () => undefined;
  return worker;
}

describe("a space prepared by a worker", () => {
  test("answers on the page, with progress, and the worker is ended", async () => {
    const shares: number[] = [];
    const worker = workerOf(spaceService());
    const space = darts(sample(1, 60_000));
    expect(await prepareSpace(space, { worker, onProgress: (share) => shares.push(share) })).toBe(space);
    expect(isPrepared(sample(1, 60_000))).toBe(true);
    expect(worker.ended).toBe(true);
    expect(shares.length).toBeGreaterThan(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(space.format(0)).toBe(darts(sample(1, 1)).format(0));
  });

  test("is cancelled by ending the worker, with the signal's reason", async () => {
    const controller = new AbortController();
    const worker = workerOf(spaceService());
    const onProgress = (): void => controller.abort(new Error("enough"));
    const preparing = prepareSpace({ name: "darts", seed: 2 }, { worker, onProgress, signal: controller.signal });
    await expect(preparing).rejects.toThrow("enough");
    expect(worker.ended).toBe(true);
    expect(isPrepared({ name: "darts", seed: 2 })).toBe(false);
  });

  test("is prepared in this thread where workers are not allowed", async () => {
    await expect(prepareSpace(sample(3), { worker: brokenWorker() })).resolves.toBe(darts(sample(3)));
    expect(isPrepared(sample(3))).toBe(true);
  });

  test("needs none where it is prepared, and an unknown one is refused at once", async () => {
    expect(await prepareSpace("nasbench201", { worker: brokenWorker() })).toBe(nasbench201());
    expect(() => prepareSpace("nasbench301" as "darts")).toThrow('The search space "nasbench301" is not known');
  });
});

describe("the space worker's service", () => {
  test("tells a cancelled call from a failed one", async () => {
    const service = spaceService();
    const { port1, port2 } = new MessageChannel();
    const made = service.obtain("darts", port2);
    await service.cancel();
    expect(await made).toMatchObject({ ok: false, error: { kind: "cancelled" } });
    const refused = await service.obtain({ name: "darts", count: 0 }, new MessageChannel().port1);
    expect(refused).toMatchObject({ ok: false, error: { kind: "input", message: expect.stringContaining("found 0") } });
    port1.close();
  });
});

describe("a worker that asks spaces", () => {
  test("adopts tables, and refuses others in a sentence", async () => {
    const engine = engineService();
    const made = await makeTables(sample(4));
    expect(await engine.adopt(structuredClone(made))).toEqual({ ok: true, value: undefined });
    expect(preparedSpace(sample(4))).toBe(darts(sample(4)));
    const other = { ...structuredClone(made), seed: 5 } as typeof made;
    expect(await engine.adopt(other)).toMatchObject({
      ok: false,
      error: { kind: "input", message: expect.stringContaining("cannot be used") },
    });
    engine.close();
  });

  test("prepares by itself what was not adopted", async () => {
    const prepared = preparedSpace(sample(6));
    expect(prepared).toBeInstanceOf(Promise);
    expect(await prepared).toBe(darts(sample(6)));
    expect(preparedSpace("nasbench201")).toBe(nasbench201());
  });
});

describe("tables in IndexedDB", () => {
  afterEach(() => vi.unstubAllGlobals());

  test("are found again at the next visit", async () => {
    vi.stubGlobal("indexedDB", fakeIndexedDb());
    const cache = indexedDbCache();
    expect(await cache?.read("darts-1-2")).toBeUndefined();
    await cache?.write("darts-1-2", Uint8Array.of(1, 2, 3));
    expect(await indexedDbCache()?.read("darts-1-2")).toEqual(Uint8Array.of(1, 2, 3));
  });

  test.each<[string, unknown]>([
    ["missing", undefined],
    [
      "refusing",
      { open: () => answering("onerror", { error: new DOMException("The operation is insecure.", "SecurityError") }) },
    ],
    [
      "throwing",
      {
        open() {
          throw new DOMException("The operation is insecure.", "SecurityError");
        },
      },
    ],
  ])("are not needed where it is %s", async (word, indexedDB) => {
    vi.stubGlobal("indexedDB", indexedDB);
    const request = sample(100 + word.length);
    const outcome = await spaceService().obtain(request, new MessageChannel().port1);
    if (!outcome.ok) throw new Error(outcome.error.message);
    useTables(outcome.value);
    expect(tablesOf(request)).toMatchObject(request);
  });

  test("are not waited for where it never answers", async () => {
    vi.useFakeTimers();
    vi.stubGlobal("indexedDB", { open: () => ({}) });
    const reading = indexedDbCache()?.read("darts");
    const refused = expect(reading).rejects.toThrow("does not answer");
    await vi.advanceTimersByTimeAsync(5000);
    await refused;
    vi.useRealTimers();
  });
});
