import { describe, expect, it } from "vitest";
import { batchAt, batchesTracked, batchIndices, permute, seenInEpoch, stepsPerEpoch } from "../../../src/vgae/schedule.ts";

const released = { protocol: "released", batchSize: 32, seed: 3 } as const;
const corrected = { ...released, protocol: "corrected" } as const;

/** Every index of an epoch, in order. */
const epochOf = (epoch: number, count: number, options: typeof released | typeof corrected): number[] => {
  const steps = stepsPerEpoch(count, options.batchSize);
  return Array.from({ length: steps }, (_, i) => [...batchIndices(epoch * steps + i, count, options)]).flat();
};
const ascending = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

describe("the shuffle", () => {
  it.each([1, 2, 3, 4, 5, 31, 32, 33, 63, 64, 65, 1000, 1023, 1024, 1025, 14_062])("is a bijection on %i graphs", (count) => {
    for (const seed of [0, 3, 0xffffffff]) {
      expect(sorted(ascending(count).map((position) => permute(position, count, seed, 1)))).toEqual(ascending(count));
    }
  });

  it("leaves few graphs where they were, and few neighbours together", () => {
    const order = ascending(1000).map((position) => permute(position, 1000, 3, 0));
    expect(order.filter((value, i) => value === i).length).toBeLessThan(10);
    expect(order.filter((value, i) => i > 0 && Math.abs(value - (order[i - 1] as number)) === 1).length).toBeLessThan(15);
  });

  it("spreads every position evenly over the graphs, from key to key", () => {
    const [count, keys] = [32, 3200];
    const seen = new Array<number>(count).fill(0);
    for (let key = 0; key < keys; key++) {
      const value = permute(5, count, 3, key);
      seen[value] = (seen[value] as number) + 1;
    }
    // 100 expected in each; chi-squared with 31 degrees of freedom stays below 61.1 with probability 0.999.
    expect(seen.reduce((sum, times) => sum + (times - 100) ** 2 / 100, 0)).toBeLessThan(61.1);
  });
});

describe("an epoch", () => {
  it.each([1, 31, 32, 33, 78, 1000])("shows each of %i graphs exactly once", (count) => {
    for (const options of [released, corrected]) {
      for (const epoch of [0, 1, 9]) expect(sorted(epochOf(epoch, count, options))).toEqual(ascending(count));
    }
  });

  it("has a new order each time when corrected, and the same one throughout when released", () => {
    expect(epochOf(1, 78, corrected)).not.toEqual(epochOf(0, 78, corrected));
    expect(epochOf(2, 78, corrected)).not.toEqual(epochOf(1, 78, corrected));
    expect(epochOf(1, 78, released)).toEqual(epochOf(0, 78, released));
    expect(epochOf(0, 78, { ...corrected, seed: 4 } as unknown as typeof corrected)).not.toEqual(epochOf(0, 78, corrected));
  });

  it("ends with a batch of what is left", () => {
    expect([0, 1, 2, 3].map((step) => batchAt(step, 78, corrected))).toEqual([
      { epoch: 0, index: 0, count: 32, mode: "train" },
      { epoch: 0, index: 1, count: 32, mode: "train" },
      { epoch: 0, index: 2, count: 14, mode: "train" },
      { epoch: 1, index: 0, count: 32, mode: "train" },
    ]);
  });

  it("after the first is frozen when released, and trains when corrected", () => {
    expect([2, 3, 30].map((step) => batchAt(step, 78, released).mode)).toEqual(["train", "frozen", "frozen"]);
    expect([2, 3, 30].map((step) => batchAt(step, 78, corrected).mode)).toEqual(["train", "train", "train"]);
  });
});

describe("the counts of a run", () => {
  it("track every batch seen in train mode", () => {
    expect([0, 2, 3, 4, 30].map((step) => batchesTracked(step, 78, released))).toEqual([0, 2, 3, 3, 3]);
    expect([0, 2, 3, 4, 30].map((step) => batchesTracked(step, 78, corrected))).toEqual([0, 2, 3, 4, 30]);
  });

  it("say how many graphs of its epoch a step has seen, the whole epoch at its end", () => {
    expect([0, 1, 2, 3, 4, 6].map((step) => seenInEpoch(step, 78, corrected))).toEqual([0, 32, 64, 78, 32, 78]);
  });
});
