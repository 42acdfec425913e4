import { describe, expect, it } from "vitest";
import { generator } from "../../../src/random/generator.ts";
import { mean, statistics } from "../../../src/search/summary.ts";
import { ascending, bootstrap, holm, permutationTest, quantile } from "../../../src/study/statistics.ts";

describe("mean, deviation and quantiles", () => {
  it("are those computed by hand", () => {
    const values = [4, 1, 3, 2];
    expect(mean(values)).toBe(2.5);
    // Squares 2.25 + 2.25 + 0.25 + 0.25 = 5, over 3.
    expect(statistics(values)?.deviation).toBeCloseTo(Math.sqrt(5 / 3), 12);
    expect(statistics([7])?.deviation).toBeUndefined();
    const sorted = ascending(values);
    expect([0, 0.25, 0.5, 1].map((share) => quantile(sorted, share))).toEqual([1, 1.75, 2.5, 4]);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it("count infinite values as the largest", () => {
    expect(quantile([3, 5, Number.POSITIVE_INFINITY], 0.5)).toBe(5);
    expect(quantile([3, 5, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 0.5)).toBe(Number.POSITIVE_INFINITY);
    expect(quantile([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 0.5)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("the bootstrap", () => {
  it("finds the interval of a mean that theory gives for many values", () => {
    const random = generator(1, "noise");
    const sample = Float64Array.from({ length: 400 }, () => 10 + 2 * random.normal());
    const { low, high } = bootstrap(400).interval(sample);
    const error = (statistics(sample)?.deviation as number) / 20;
    expect(low).toBeCloseTo(mean(sample) - 1.96 * error, 1);
    expect(high).toBeCloseTo(mean(sample) + 1.96 * error, 1);
    expect((high - low) / (2 * 1.96 * error)).toBeCloseTo(1, 1);
  });

  it("holds all that two values can give: 1, 1.5 and 2, a quarter, a half and a quarter of the time", () => {
    expect(bootstrap(2).interval([1, 2])).toEqual({ low: 1, high: 2 });
    expect(bootstrap(1).interval([3])).toEqual({ low: 3, high: 3 });
    expect(bootstrap(5).interval([2, 2, 2, 2, 2])).toEqual({ low: 2, high: 2 });
  });

  it("is the same for the same seed and another for another", () => {
    const sample = Float64Array.from({ length: 30 }, (_, i) => i ** 2);
    expect(bootstrap(30, 4).interval(sample)).toEqual(bootstrap(30, 4).interval(sample));
    expect(bootstrap(30, 4).interval(sample)).not.toEqual(bootstrap(30, 5).interval(sample));
  });
});

describe("the paired permutation test", () => {
  it("counts all signs of a few pairs: 1, 2, 3 are at least 6 apart from 0 in 2 of 8", () => {
    expect(permutationTest([1, 2, 3])).toBe(2 / 8);
    // Sums of 1, 2, -3 choices of sign: -6 -4 -2 0 0 2 4 6; observed 0, so all are as extreme.
    expect(permutationTest([1, 2, -3])).toBe(1);
    // Observed 1 + 2 - 1 = 2 of sums -4 -2 -2 0 0 2 2 4: six are at least 2 from 0.
    expect(permutationTest([1, 2, -1])).toBe(6 / 8);
  });

  it("takes no notice of pairs that are equal, nor of rounding", () => {
    expect(permutationTest([0, 1, 0, 2, 3, 0])).toBe(2 / 8);
    expect(permutationTest([0, 0])).toBe(1);
    // In binary fractions 0.1 + 0.2 is not 0.3.
    expect(permutationTest([0.1, 0.2, -0.3])).toBe(1);
  });

  it("draws signs where there are many pairs, and then tells the same as the normal approximation", () => {
    const random = generator(2, "noise");
    const differences = Float64Array.from({ length: 80 }, () => 0.25 + random.normal());
    const z = (mean(differences) * 80) / Math.sqrt(differences.reduce((sum, value) => sum + value ** 2, 0));
    // Two-sided tail of the standard normal, by integration.
    let tail = 0;
    for (let x = z; x < 8; x += 1e-4) tail += (2e-4 * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
    expect(permutationTest(differences)).toBeCloseTo(tail, 2);
    expect(permutationTest(Float64Array.from({ length: 80 }, () => 1))).toBeCloseTo(1 / 100_001, 8);
  });
});

describe("Holm's correction", () => {
  it("multiplies the smallest by their number, the next by one less, and never falls", () => {
    // 0.01 * 4 = 0.04; 0.02 * 3 = 0.06; 0.03 * 2 = 0.06; 0.04 * 1 is below 0.06.
    const adjusted = holm([0.04, 0.01, 0.03, 0.02]);
    for (const [i, expected] of [0.06, 0.04, 0.06, 0.06].entries()) expect(adjusted[i]).toBeCloseTo(expected, 12);
    expect(holm([0.6, 0.9])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});
