import { expose } from "comlink";
import { afterEach, describe, expect, it, vi } from "vitest";
import { allowWays, openThread, type Way } from "../../../web/state/threads.ts";
import { connect } from "../../../web/state/workers.ts";
import { announceLife, endOf } from "../../../workers/life.ts";
import type { Outcome } from "../../../workers/protocol.ts";
import type { Handover } from "../../../workers/serving.ts";
import type { TableApi } from "../../../workers/table-protocol.ts";
import { fakeLocks } from "../workers/fake-storage.ts";

interface Counting {
  count(): Promise<Outcome<number>>;
  /** Never answers. */
  wait(): Promise<Outcome<number>>;
}

/** A worker in this thread that counts its calls, and can be made to fail. */
function countingWorker() {
  const { port1, port2 } = new MessageChannel();
  let calls = 0;
  const api: Counting = {
    count: async () => ({ ok: true, value: ++calls }),
    wait: () => new Promise(() => undefined),
  };
  const others = new EventTarget();
  const worker = {
    isEnded: false,
    postMessage: ({ archscapePort }: Handover) => expose(api, archscapePort),
    addEventListener(type: string, listener: (event: Event) => void) {
      if (type !== "message") return others.addEventListener(type, listener);
      port2.addEventListener(type, listener);
      port2.start();
    },
    /** As if the worker itself had posted it. */
    say: (data: unknown) => port1.postMessage(data),
    fail: (message: string) => others.dispatchEvent(Object.assign(new Event("error"), { message })),
    terminate() {
      worker.isEnded = true;
      port1.close();
      port2.close();
    },
  };
  return worker;
}

const barred = (): Worker => {
  throw new DOMException("Workers of other origins are not allowed.", "SecurityError");
};

function counting() {
  const workers: ReturnType<typeof countingWorker>[] = [];
  const client = connect<Counting>(() => {
    const made = countingWorker();
    workers.push(made);
    made.say({ archscapeReady: true });
    return openThread("tables", () => made as unknown as Worker);
  }, "counting");
  return { client, workers };
}

describe("a worker of the page", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("that throws answers all calls under way with a sentence, and the next call finds another one", async () => {
    const { client, workers } = counting();
    expect(await client.ask((api) => api.count())).toEqual({ ok: true, value: 1 });
    const waiting = client.ask((api) => api.wait());
    workers[0]?.fail("out of memory.");
    expect(await waiting).toEqual({
      ok: false,
      error: { kind: "device", message: "The counting worker stopped: out of memory." },
    });
    expect(workers[0]?.isEnded).toBe(true);
    expect(client.ended).toBe(1);
    expect(await client.ask((api) => api.count())).toEqual({ ok: true, value: 1 });
    expect(workers).toHaveLength(2);
    client.close();
  });

  it("that is ended by the browser, which tells nobody, is missed by the lock that it held", async () => {
    const locks = fakeLocks();
    vi.stubGlobal("navigator", { locks });
    let release = (): void => undefined;
    void locks.request("life", {}, () => new Promise<void>((resolve) => (release = resolve)));
    const { client, workers } = counting();
    const waiting = client.ask((api) => api.wait());
    workers[0]?.say({ archscapeLife: "life" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(client.ended).toBe(0);
    release();
    expect(await waiting).toMatchObject({
      ok: false,
      error: { message: "The counting worker stopped: the browser ended it." },
    });
    client.close();
  });

  it("that is closed is not replaced", async () => {
    const { client, workers } = counting();
    await client.ask((api) => api.count());
    client.close();
    expect(workers[0]?.isEnded).toBe(true);
    expect(workers).toHaveLength(1);
  });
});

describe("a service's thread", () => {
  afterEach(() => {
    allowWays([], "");
    vi.unstubAllGlobals();
  });

  it("is the first worker that says that it runs, after one that is barred at once, and one that fails later", async () => {
    const tried: string[] = [];
    const failing = countingWorker();
    const running = countingWorker();
    const way = (where: Way["where"], worker: unknown): Way => ({
      where,
      start() {
        tried.push(where);
        return worker as Worker;
      },
    });
    allowWays([way("imported", failing), way("copied", running), way("data", running)], "");
    const client = connect<Counting>(() => openThread("tables", barred), "counting");
    const counted = client.ask((api) => api.count());
    await expect.poll(() => tried).toEqual(["imported"]);
    failing.fail("");
    running.say({ archscapeReady: true });
    expect(await counted).toEqual({ ok: true, value: 1 });
    expect(tried).toEqual(["imported", "copied"]);
    expect(failing.isEnded).toBe(true);
    expect(client.where).toBe("copied");
    client.close();
    expect(running.isEnded).toBe(true);
  });

  it.each([
    ["is begun from its own file where that lies on the page's site", "https://elsewhere.example", 1],
    ["is not, where it lies on another, which browsers refuse aloud", "https://author.example", 0],
  ])("%s", async (_, origin, asked) => {
    vi.stubGlobal("origin", origin);
    allowWays([], "https://elsewhere.example/elements/");
    const own = vi.fn(barred);
    const client = connect<TableApi>(() => openThread("tables", own), "tables");
    const read = await client.ask((api) => api.read({ space: "nasbench201", text: "arch,x\n", source: "test", partial: true }));
    expect(read.ok).toBe(false);
    expect(own).toHaveBeenCalledTimes(asked);
    client.close();
  });

  it("is the page's own where no worker may be made", async () => {
    const client = connect<TableApi>(() => openThread("tables", barred), "tables");
    const read = await client.ask((api) => api.read({ space: "nasbench201", text: "arch,x\n", source: "test", partial: true }));
    expect(read).toMatchObject({ ok: false, error: { kind: "input" } });
    expect(client.where).toBe("page");
    client.close();
  });
});

describe("a worker's life", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is a lock that it tells the page of once it has it", async () => {
    const held: string[] = [];
    const told: unknown[] = [];
    const request = async (name: string, use: () => Promise<void>): Promise<void> => {
      held.push(name);
      return use();
    };
    vi.stubGlobal("navigator", { locks: { request } });
    vi.stubGlobal("postMessage", (data: unknown) => told.push(data));
    announceLife();
    expect(held[0]).toMatch(/^archscape worker \d+-/);
    expect(told).toEqual([{ archscapeLife: held[0] }]);
  });

  it("needs no locks where the browser has none: errors are still heard", async () => {
    vi.stubGlobal("navigator", {});
    announceLife();
    const worker = countingWorker();
    const ended = endOf(worker as unknown as Worker);
    worker.say({ archscapeLife: "life" });
    worker.fail("");
    expect(await ended).toBe("no reason given");
  });
});
