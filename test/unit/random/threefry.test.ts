import { describe, expect, it } from "vitest";
import { generator } from "../../../src/random/generator.ts";
import { STREAMS, threefry2x32, unitFloat } from "../../../src/random/threefry.ts";

describe("Threefry-2x32", () => {
  it.each([
    [0, 0, 0, 0, 0x6b200159, 0x99ba4efe],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
    [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0],
  ])("gives the known answer of its authors for key %i, %i and counter %i, %i", (k0, k1, c0, c1, x0, x1) => {
    expect(threefry2x32(k0, k1, c0, c1)).toEqual([x0, x1]);
  });

  it("has a stream of its own for each use", () => {
    expect(new Set(Object.values(STREAMS)).size).toBe(Object.keys(STREAMS).length);
  });

  it("becomes a float below 1 that float32 holds exactly", () => {
    expect(unitFloat(0)).toBe(0);
    expect(unitFloat(0xffffffff)).toBe(1 - 2 ** -24);
    expect(Math.fround(unitFloat(0x89abcdef))).toBe(unitFloat(0x89abcdef));
  });
});

describe("a generator", () => {
  const draw = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

  it("repeats itself for the same seed, stream and substream, and for no other", () => {
    const words = (...[seed, stream, substream]: Parameters<typeof generator>) => {
      const random = generator(seed, stream, substream);
      return draw(8, random.uint32);
    };
    const first = words(1, "search", 2);
    expect(words(1, "search", 2)).toEqual(first);
    for (const other of [words(2, "search", 2), words(1, "prior", 2), words(1, "search", 3)]) expect(other).not.toEqual(first);
  });

  it("draws uniform numbers from [0, 1) with the right mean and variance", () => {
    const values = draw(20_000, generator(1, "search").uniform);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(mean(values.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
  });

  it.each([1, 2, 3, 7, 100])("draws integers below %i, each as often as the others", (bound) => {
    const random = generator(1, "search");
    const counts = new Array<number>(bound).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const value = random.integer(bound);
      counts[value] = (counts[value] ?? Number.NaN) + 1;
    }
    const expected = 20_000 / bound;
    // Five standard deviations of a binomial count.
    for (const count of counts) expect(Math.abs(count - expected)).toBeLessThanOrEqual(5 * Math.sqrt(expected));
  });

  it("has no modulo bias, even at three quarters of all words, where it would be worst", () => {
    const random = generator(1, "search");
    const bound = 3 * 2 ** 30;
    const low = draw(4000, () => random.integer(bound)).filter((value) => value < 2 ** 30).length;
    // With a bias, words beyond the bound would fall into the lowest third again: 2000 instead of 1333.
    expect(Math.abs(low - 4000 / 3)).toBeLessThan(150);
    expect(random.integer(2 ** 32)).toBeLessThan(2 ** 32);
  });

  it("draws normal numbers with mean 0, variance 1, no skew and the tails of the bell", () => {
    const values = draw(40_000, generator(1, "noise").normal);
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1, 1);
    expect(Math.abs(mean(values.map((value) => value ** 3)))).toBeLessThan(0.08);
    expect(Math.abs(mean(values.map((value) => value ** 4)) - 3)).toBeLessThan(0.25);
  });

  it("shuffles in place into a permutation, every order as often as another", () => {
    const random = generator(1, "search");
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffle([0, 1, 2]).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect([...orders.keys()].sort()).toEqual(["012", "021", "102", "120", "201", "210"]);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it("goes on exactly from a position", () => {
    const straight = generator(1, "search", 4);
    draw(10, straight.uniform);
    const resumed = generator(1, "search", 4, straight.position());
    expect(draw(5, resumed.uint32)).toEqual(draw(5, straight.uint32));
  });
});
