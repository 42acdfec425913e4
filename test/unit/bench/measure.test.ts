import { describe, expect, it } from "vitest";
import { interleave, quantile, spreadOf, stepsOfBlock, timeBlock } from "../../../bench/measure.ts";

/** A clock that moves only when an engine works, and engines that take so many ticks a step. */
function fakeEngines(...msPerStep: number[]) {
  let time = 0;
  const order: number[] = [];
  const engines = msPerStep.map((ms, i) => {
    let pending = 0;
    return {
      async step(count: number) {
        order.push(i);
        pending += count * ms;
      },
      async finish() {
        time += pending;
        pending = 0;
        return 0;
      },
    };
  });
  return { engines, order, now: () => time };
}

describe("statistics", () => {
  it("interpolates quantiles between the sorted values, whatever their order", () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 20], 0.25)).toBe(12.5);
    expect(quantile([5], 0.75)).toBe(5);
  });

  it("refuses a quantile of nothing", () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });

  it("tells median, quartiles and number of values, and leaves the values in order", () => {
    const values = [5, 1, 4, 2, 3];
    expect(spreadOf(values)).toEqual({ median: 3, lower: 2, upper: 4, count: 5 });
    expect(values).toEqual([5, 1, 4, 2, 3]);
  });
});

describe("blocks", () => {
  it("time steps until they are finished, not until they are begun", async () => {
    const { engines, now } = fakeEngines(4);
    expect(await timeBlock(engines[0] as (typeof engines)[number], 5, now)).toBe(4);
  });

  it("are about as long as planned, at least one step and at most as many as allowed", () => {
    const plan = { blockMs: 100, maxSteps: 50 };
    expect(stepsOfBlock(10, plan)).toBe(10);
    expect(stepsOfBlock(1000, plan)).toBe(1);
    expect(stepsOfBlock(0.1, plan)).toBe(50);
  });

  it("take turns, and each round begins with the next engine", async () => {
    const { engines, order, now } = fakeEngines(1, 10, 100);
    const times = await interleave(
      engines.map((engine, i) => ({ engine, steps: i + 1 })),
      4,
      now,
    );
    expect(order).toEqual([0, 1, 2, 1, 2, 0, 2, 0, 1, 0, 1, 2]);
    expect(times).toEqual([
      [1, 1, 1, 1],
      [10, 10, 10, 10],
      [100, 100, 100, 100],
    ]);
  });
});
