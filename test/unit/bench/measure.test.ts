import { describe, expect, it } from "vitest";
import { interleave, median, spreadOf, stepsOfBlock, timeBlock } from "../../../bench/measure.ts";
import { generator } from "../../../src/random/generator.ts";

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
  it("take the middle value, or the mean of the two middle ones, whatever the order", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([5])).toBe(5);
  });

  it("refuse a median of nothing", () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => spreadOf([])).toThrow(RangeError);
  });

  it("bound the median of 15 values by the 4th and the 12th, which covers 96.5 %, and leave the values in order", () => {
    const values = [15, 1, 14, 2, 13, 3, 12, 4, 11, 5, 10, 6, 9, 7, 8];
    const before = [...values];
    expect(spreadOf(values)).toMatchObject({ median: 8, lower: 4, upper: 12, count: 15 });
    expect(spreadOf(values).coverage).toBeCloseTo(0.9648, 4);
    expect(values).toEqual(before);
  });

  it("take the whole range of up to eight values, and say how much it covers", () => {
    expect(spreadOf([7, 1, 6, 2, 5, 3, 4])).toMatchObject({ median: 4, lower: 1, upper: 7 });
    expect(spreadOf([7, 1, 6, 2, 5, 3, 4]).coverage).toBeCloseTo(1 - 2 / 128);
    expect(spreadOf([1, 2, 3]).coverage).toBeCloseTo(0.75);
    expect(spreadOf([9])).toEqual({ median: 9, lower: 9, upper: 9, coverage: 0, count: 1 });
  });

  it("cover the median of skewed draws as often as they say", () => {
    const draw = generator(1, "search");
    let held = 0;
    for (let i = 0; i < 2000; i++) {
      const { lower, upper } = spreadOf(Array.from({ length: 15 }, () => -Math.log(1 - draw.uniform())));
      if (lower <= Math.LN2 && Math.LN2 <= upper) held++;
    }
    expect(held / 2000).toBeGreaterThan(0.95);
    expect(held / 2000).toBeLessThan(0.98);
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
