import { describe, expect, it } from "vitest";
import { withoutPoints } from "../../../src/search/points.ts";
import { type StrategyOptions, strategy } from "../../../src/search/strategies.ts";
import type { Edits, SearchSetting, Strategy } from "../../../src/search/strategy.ts";
import { cloud } from "./helpers.ts";

const SETTING: SearchSetting = { protocol: "corrected", accuracy: true, points: "none" };
const SIZE = 200;

/** A ring: every architecture is one edit away from the one before and the one after. */
const ring: Edits = (index) => [(index + SIZE - 1) % SIZE, (index + 1) % SIZE];

function evolve(options: StrategyOptions, setting: SearchSetting = SETTING, seed = 1, edits: Edits = ring): Strategy {
  const candidates = Uint32Array.from({ length: SIZE }, (_, index) => index);
  return strategy("evolution", setting, options).create({ embedding: withoutPoints(SIZE), edits, candidates, seed });
}

const tell = (asking: Strategy, batch: readonly number[], value: (index: number) => number): void =>
  asking.tell(batch.map((index) => ({ index, value: value(index) })));

describe("regularised evolution", () => {
  it("begins with random architectures, then asks a neighbour of one of the population at a time", () => {
    const asking = evolve({ initial: 4, population: 4, sample: 4 });
    const alive = [...asking.ask()];
    expect(alive).toHaveLength(4);
    tell(asking, alive, () => 0.5);
    for (let round = 0; round < 10; round++) {
      const batch = asking.ask();
      expect(batch).toHaveLength(1);
      const [child] = batch as [number];
      expect(alive.some((parent) => ring(child).length === 2 && Array.from(ring(child)).includes(parent))).toBe(true);
      tell(asking, batch, () => 0.5);
      alive.push(child);
    }
  });

  it("mutates the best of a tournament over the whole population", () => {
    // A tournament of 1,000 draws holds all eight, so that its best is the best of the population.
    const asking = evolve({ initial: 8, population: 100, sample: 1000 });
    const first = asking.ask();
    tell(asking, first, (index) => index / SIZE);
    const best = Math.max(...first);
    expect(Array.from(ring(best))).toContain(asking.ask()[0]);
  });

  it("discards the oldest, however good it is", () => {
    const asking = evolve({ initial: 1, population: 3, sample: 1000, pool: "all" });
    const [oldest] = asking.ask() as [number];
    tell(asking, [oldest], () => 1);
    const children: number[] = [];
    for (let round = 0; round < 3; round++) {
      const batch = asking.ask();
      children.push(...batch);
      tell(asking, batch, () => 0.1 + round / 100);
    }
    // While it lived it won every tournament; the third child pushed it out, and the last child is now the best of all.
    for (const child of children) expect(Array.from(ring(oldest))).toContain(child);
    const last = children.at(-1) as number;
    const next = asking.ask();
    expect(Array.from(ring(last))).toEqual(expect.arrayContaining([...next]));
    expect(Array.from(ring(oldest))).not.toEqual(expect.arrayContaining([...next]));
  });

  it("keeps as many alive as its population says, also of a larger random start", () => {
    const asking = evolve({ initial: 10, population: 1, sample: 1 });
    const first = asking.ask();
    expect(first).toHaveLength(10);
    tell(asking, first, () => 0.5);
    expect(Array.from(ring(first[9] as number))).toContain(asking.ask()[0]);
  });

  it("under the released protocol evaluates a child again, under the corrected one never", () => {
    const asked = (setting: SearchSetting): number[] => {
      const asking = evolve({ initial: 5, population: 5, sample: 5 }, setting);
      const all: number[] = [];
      while (all.length < 60) {
        const batch = asking.ask();
        all.push(...batch);
        tell(asking, batch, (index) => Math.abs(index - 100) / 100);
      }
      return all;
    };
    expect(new Set(asked({ ...SETTING, protocol: "released" })).size).toBeLessThan(60);
    expect(new Set(asked(SETTING)).size).toBe(60);
  });

  it("in a learnt embedding goes to latent neighbours, elsewhere to edits, by default", () => {
    const choices = (points: SearchSetting["points"]) => strategy("evolution", { ...SETTING, points });
    expect(choices("embedding").options).toMatchObject({ neighbours: "nearest", reach: 24 });
    expect(choices("embedding").needs).toEqual({ points: true, edits: false });
    for (const points of ["none", "path", "adjacency", "operations"] as const) {
      expect(choices(points).options).toMatchObject({ neighbours: "edits" });
      expect(choices(points).needs).toEqual({ points: false, edits: true });
    }
    const darts = (points: SearchSetting["points"]) => strategy("evolution", { ...SETTING, space: "darts", points }).options;
    // A sample lists hardly any edits.
    expect(darts("path")).toMatchObject({ neighbours: "nearest" });
    expect(darts("none")).toMatchObject({ neighbours: "edits" });
    const embedding = cloud(SIZE, 2);
    const at = (index: number): [number, number] => [
      embedding.data[2 * index] as number,
      embedding.data[2 * index + 1] as number,
    ];
    const distance = (a: number, b: number): number => Math.hypot(at(a)[0] - at(b)[0], at(a)[1] - at(b)[1]);
    const candidates = Uint32Array.from({ length: SIZE }, (_, index) => index);
    const asking = strategy("evolution", { ...SETTING, points: "embedding" }, { initial: 1, reach: 5 }).create({
      embedding,
      candidates,
      seed: 3,
    });
    const [parent] = asking.ask() as [number];
    tell(asking, [parent], () => 0.5);
    const [child] = asking.ask() as [number];
    const nearer = Array.from(candidates).filter(
      (other) => other !== parent && distance(parent, other) < distance(parent, child),
    );
    expect(nearer.length).toBeLessThan(5);
  });

  it("goes on among candidates that are not linked to anything it knows", () => {
    const asking = evolve({ initial: 2 }, SETTING, 1, () => []);
    const asked = new Set<number>();
    for (let batch = asking.ask(); batch.length > 0; batch = asking.ask()) {
      for (const index of batch) asked.add(index);
      tell(asking, batch, () => 0.5);
    }
    expect(asked.size).toBe(SIZE);
  });
});
