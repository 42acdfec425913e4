import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { generator } from "../../../src/random/generator.ts";
import { nearestNeighbours } from "../../../src/vgae/nearest/neighbours.ts";

const random = generator(11, "search");
const DIMENSIONS = 16;
const normal = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
const points = { data: normal(3000 * DIMENSIONS), dimensions: DIMENSIONS };

/** Sorts everything. */
function bySorting(query: Float32Array, k: number): { index: number; distance: number }[] {
  return Array.from({ length: points.data.length / DIMENSIONS }, (_, index) => {
    let sum = 0;
    for (let d = 0; d < DIMENSIONS; d++) sum += ((points.data[index * DIMENSIONS + d] as number) - (query[d] as number)) ** 2;
    return { index, distance: Math.fround(Math.sqrt(sum)) };
  })
    .sort((a, b) => a.distance - b.distance || a.index - b.index)
    .slice(0, k);
}

describe("nearest neighbours", () => {
  it("are those that sorting all points gives, nearest first, for every query of a batch", () => {
    const queries = normal(5 * DIMENSIONS);
    for (const k of [1, 7, 100]) {
      const found = nearestNeighbours(points, queries, k);
      expect(found.k).toBe(k);
      for (let query = 0; query < 5; query++) {
        const expected = bySorting(queries.subarray(query * DIMENSIONS, (query + 1) * DIMENSIONS), k);
        expect([...found.indices.subarray(query * k, (query + 1) * k)]).toEqual(expected.map(({ index }) => index));
        expect([...found.distances.subarray(query * k, (query + 1) * k)]).toEqual(expected.map(({ distance }) => distance));
      }
    }
  });

  it("of a point that is there begin with the point itself, at distance 0", () => {
    const { indices, distances } = nearestNeighbours(points, points.data.slice(77 * DIMENSIONS, 78 * DIMENSIONS), 3);
    expect(indices[0]).toBe(77);
    expect(distances[0]).toBe(0);
    expect(distances[1]).toBeGreaterThan(0);
  });

  it("that are equally far come by index", () => {
    const same = { data: new Float32Array(40).fill(1), dimensions: 4 };
    expect([...nearestNeighbours(same, new Float32Array(4), 6).indices]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("are all points where fewer exist than were asked for", () => {
    const few = { data: Float32Array.of(3, 1, 2), dimensions: 1 };
    const found = nearestNeighbours(few, Float32Array.of(0), 10);
    expect(found.k).toBe(3);
    expect([...found.indices]).toEqual([1, 2, 0]);
    expect([...found.distances]).toEqual([1, 2, 3]);
  });

  it.each([
    [normal(15), 3, "Expected query points of 16 numbers each, found 15 numbers."],
    [new Float32Array(16).fill(Number.NaN), 3, "Expected finite query points, found NaN at position 0."],
    [normal(16), 0, "The number of neighbours must be a whole number from 1 to 1024, found 0."],
    [normal(16), 1.5, "The number of neighbours must be a whole number from 1 to 1024, found 1.5."],
  ])("refuse what cannot be asked, in one sentence (%#)", (query, k, sentence) => {
    expect(() => nearestNeighbours(points, query, k)).toThrow(new InputError(sentence));
  });
});
