import { describe, expect, it } from "vitest";
import { compareEngines, lossDifference } from "../../../bench/compare.ts";
import type { EngineKind } from "../../../bench/engine.ts";
import { sizeOf } from "../../../bench/tasks.ts";
import type { Workload } from "../../../bench/workload.ts";

/** An engine whose losses fall from `start`, and a note of how many steps it was asked for. */
function fakeKind(title: string, start: number, fails = false) {
  const asked = { steps: 0, closed: false };
  const kind: EngineKind = {
    name: "tfjs-wasm",
    title,
    webgpu: false,
    async open() {
      if (fails) throw new Error("no adapter");
      return {
        version: "1",
        detail: "",
        async step(count) {
          asked.steps += count;
        },
        finish: async () => start / asked.steps,
        close() {
          asked.closed = true;
        },
      };
    },
  };
  return { kind, asked };
}

const workload = {} as Workload;
const plan = { rounds: 7, blockMs: 1, maxSteps: 2 };
const quiet = (): void => undefined;

describe("engines side by side", () => {
  it("are timed as often as there are rounds when their first losses agree", async () => {
    const kinds = [fakeKind("ours", 2).kind, fakeKind("theirs", 2.0001).kind];
    const { engines, absent } = await compareEngines(kinds, workload, plan, quiet);
    expect(engines.map(({ title, ms }) => [title, ms.count])).toEqual([
      ["ours", 7],
      ["theirs", 7],
    ]);
    expect(engines[1]?.losses).toEqual([2.0001, 1.00005, 2.0001 / 3, 2.0001 / 4, 2.0001 / 5]);
    expect(absent).toEqual([]);
  });

  it("are not timed, but closed and named, when they train something else", async () => {
    const other = fakeKind("theirs", 2.1);
    const { engines, absent } = await compareEngines([fakeKind("ours", 2).kind, other.kind], workload, plan, quiet);
    expect(engines.map(({ title }) => title)).toEqual(["ours"]);
    expect(absent).toEqual([{ title: "theirs", reason: expect.stringContaining("are not those of the first engine") }]);
    expect(other.asked).toEqual({ steps: 5, closed: true });
  });

  it("are left out with the reason where they do not run", async () => {
    const { absent } = await compareEngines([fakeKind("ours", 2).kind, fakeKind("theirs", 2, true).kind], workload, plan, quiet);
    expect(absent).toEqual([{ title: "theirs", reason: "no adapter" }]);
  });

  it("are not timed at all without the first, whom they are compared with", async () => {
    const kinds = [fakeKind("ours", 2, true).kind, fakeKind("theirs", 2).kind];
    await expect(compareEngines(kinds, workload, plan, quiet)).rejects.toThrow("no adapter");
  });
});

describe("losses of two engines", () => {
  it("differ by the largest relative difference of any step", () => {
    expect(lossDifference([2, 1, 4], [2, 1.1, 4])).toBeCloseTo(0.1);
  });

  it("do not compare where one is missing or none", () => {
    expect(lossDifference([2, 1], [2])).toBeNaN();
    expect(lossDifference([2, 1], [2, Number.NaN])).toBeNaN();
  });
});

describe("the size of a task", () => {
  const time = { repeats: 7, taskMs: 6000, entire: true };

  it("is all of it, repeated, where that is quick", () => {
    expect(sizeOf({ whole: 1000, probe: 100 }, 10, time)).toEqual({ items: 1000, runs: 7 });
  });

  it("is as many probes as fit three times where it is slow, and at least one", () => {
    expect(sizeOf({ whole: 100_000, probe: 100 }, 100, time)).toEqual({ items: 2000, runs: 3 });
    expect(sizeOf({ whole: 100_000, probe: 100 }, 60_000, time)).toEqual({ items: 100, runs: 1 });
  });

  it("is all of it, at least once, where a part will not do", () => {
    expect(sizeOf({ whole: 100_000, probe: 100, entire: true }, 100, time)).toEqual({ items: 100_000, runs: 1 });
  });
});
