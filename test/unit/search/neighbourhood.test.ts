import { describe, expect, it } from "vitest";
import { generator } from "../../../src/random/generator.ts";
import { drawSome, freshCandidates, mutant, nearest, neighbourhood } from "../../../src/search/neighbourhood.ts";
import { withoutPoints } from "../../../src/search/points.ts";
import type { Embedding } from "../../../src/search/strategy.ts";

/** Points on a line. */
const line: Embedding = { data: Float32Array.of(0, 1, 3, 4, 10, 3), count: 6, dimensions: 1 };
const all = Uint32Array.of(0, 1, 2, 3, 4, 5);

describe("a neighbourhood", () => {
  it("of nearest points has the nearest first, of equals the smaller index, and never the architecture itself", () => {
    expect(nearest(line, all, 2, 3)).toEqual([5, 3, 1]);
    expect(nearest(line, all, 1, 3)).toEqual([0, 2, 5]);
    expect(nearest(line, all, 4, 99)).toEqual([3, 2, 5, 1, 0]);
  });

  it("holds candidates only, whichever way it is found", () => {
    const candidates = Uint32Array.of(0, 3, 4);
    const edits = (index: number) => [0, 1, 2, 3, 4, 5].filter((other) => other !== index);
    const near = (neighbours: "edits" | "nearest") =>
      neighbourhood({ embedding: line, edits, candidates }, { neighbours, reach: 2 });
    expect(near("edits")(1)).toEqual([0, 3, 4]);
    expect(near("nearest")(1)).toEqual([0, 3]);
  });

  it("is asked of the space once an architecture", () => {
    const asked: number[] = [];
    const edits = (index: number) => {
      asked.push(index);
      return [0];
    };
    const near = neighbourhood({ embedding: withoutPoints(6), edits, candidates: all }, { neighbours: "edits", reach: 1 });
    for (const index of [2, 3, 2, 3, 2]) near(index);
    expect(asked).toEqual([2, 3]);
  });

  it("of edits is refused where no edits are known", () => {
    expect(() => neighbourhood({ embedding: line, candidates: all }, { neighbours: "edits", reach: 1 })).toThrow(
      "Neighbours that are one edit away need the space: expected its edits, found none.",
    );
  });
});

describe("a mutant", () => {
  const chain = (index: number): readonly number[] => [index - 1, index + 1].filter((other) => other >= 0 && other < 6);

  it("is a free neighbour where there is one", () => {
    for (let seed = 0; seed < 20; seed++) expect(mutant(3, chain, (index) => index !== 2, generator(seed, "search"))).toBe(4);
  });

  it("is looked for further away where all neighbours were seen, and given up in the end", () => {
    const found = new Set<number | undefined>();
    for (let seed = 0; seed < 40; seed++) {
      found.add(mutant(3, chain, (index) => index === 0 || index === 5, generator(seed, "search")));
    }
    expect(found).toContain(0);
    expect(found).toContain(5);
    expect(mutant(3, chain, () => false, generator(1, "search"))).toBeUndefined();
    expect(
      mutant(
        3,
        () => [],
        () => true,
        generator(1, "search"),
      ),
    ).toBeUndefined();
  });
});

describe("fresh candidates", () => {
  it("are drawn once each, those that were taken never", () => {
    const fresh = freshCandidates(Uint32Array.of(1, 3, 5, 7), 9, generator(1, "search"));
    fresh.take(5);
    expect([1, 2, 5].map(fresh.has)).toEqual([true, false, false]);
    expect(drawSome(fresh, 10).sort()).toEqual([1, 3, 7]);
    expect(fresh.draw()).toBeUndefined();
    expect(fresh.has(1)).toBe(false);
  });
});
