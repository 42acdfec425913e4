import { describe, expect, it } from "vitest";
import { kendallTau, pearson, rootMeanSquare, spearman } from "../../../src/predictors/agreement.ts";
import { generator } from "../../../src/random/generator.ts";

/** Tau-b by its definition, pair by pair. */
function pairwise(a: readonly number[], b: readonly number[]): number {
  let [sum, first, second] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    for (let j = 0; j < i; j++) {
      const [p, q] = [Math.sign(x - (a[j] as number)), Math.sign((b[i] as number) - (b[j] as number))];
      sum += p * q;
      first += p * p;
      second += q * q;
    }
  }
  return sum / Math.sqrt(first * second);
}

describe("agreement of two lists", () => {
  it("is 1 for the same order, -1 for the reverse, whatever the values", () => {
    const values = [3, 1, 4, 1.5, 9];
    const reversed = values.map((value) => -(value ** 3));
    expect(kendallTau(values, values)).toBe(1);
    expect(kendallTau(values, reversed)).toBe(-1);
    expect(spearman(values, values)).toBeCloseTo(1, 12);
    expect(spearman(values, reversed)).toBeCloseTo(-1, 12);
  });

  it("takes Kendall's tau as all pairs give it, ties in either list or in both included", () => {
    for (const [seed, kinds] of [
      [1, 3],
      [2, 10],
      [3, 1000],
    ] as const) {
      const random = generator(seed, "search");
      const draw = () => Array.from({ length: 157 }, () => random.integer(kinds));
      const [a, b] = [draw(), draw()];
      const mixed = a.map((value, i) => value + (b[i] as number));
      expect(kendallTau(a, mixed)).toBeCloseTo(pairwise(a, mixed), 12);
      expect(kendallTau(mixed, b)).toBeCloseTo(pairwise(mixed, b), 12);
    }
  });

  it("gives equal values the mean of their ranks in Spearman's rho", () => {
    // Ranks 0.5, 0.5, 2 against 0, 1, 2.
    expect(spearman([5, 5, 7], [1, 2, 3])).toBeCloseTo(Math.sqrt(3) / 2, 12);
  });

  it("has Pearson's correlation of values, whatever their unit", () => {
    expect(pearson([1, 2, 4], [12, 14, 18])).toBeCloseTo(1, 12);
    expect(pearson([1, 2, 3], [3, 5, 1])).toBeCloseTo(-0.5, 12);
    expect(pearson([1, 1], [1, 2])).toBeNaN();
  });

  it("has the error in the unit of the values, and refuses lists of different lengths", () => {
    expect(rootMeanSquare([1, 2], [1, 5])).toBeCloseTo(3 / Math.SQRT2, 12);
    expect(() => kendallTau([1, 2], [1])).toThrow("2 and 1 numbers");
  });
});
