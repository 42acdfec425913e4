import { describe, expect, it } from "vitest";
import { withoutPoints } from "../../../src/search/points.ts";
import { search } from "../../../src/search/run.ts";
import { type StrategyOptions, strategy } from "../../../src/search/strategies.ts";
import type { Edits, SearchSetting, Strategy } from "../../../src/search/strategy.ts";
import { nasbench201 } from "../../../src/spaces/nasbench201/index.ts";
import { arrayObjective } from "./helpers.ts";

const SETTING: SearchSetting = { protocol: "corrected", accuracy: true, points: "none" };

/** Squares of a board, the four around each its neighbours. */
const SIDE = 20;
const SIZE = SIDE * SIDE;
const board: Edits = (index) => {
  const [x, y] = [index % SIDE, Math.floor(index / SIDE)];
  const around = [
    [x - 1, y],
    [x + 1, y],
    [x, y - 1],
    [x, y + 1],
  ] as const;
  return around.filter(([a, b]) => a >= 0 && b >= 0 && a < SIDE && b < SIDE).map(([a, b]) => b * SIDE + a);
};
/** One hill, highest in the middle of the board. */
const hill = (index: number): number => -Math.abs((index % SIDE) - 9) - 1.5 * Math.abs(Math.floor(index / SIDE) - 9);

function climb(options: StrategyOptions, seed = 1): Strategy {
  const candidates = Uint32Array.from({ length: SIZE }, (_, index) => index);
  const embedding = withoutPoints(SIZE);
  return strategy("local-search", SETTING, options).create({ embedding, edits: board, candidates, seed });
}

/** Batches asked until `most` architectures were. */
function play(asking: Strategy, value: (index: number) => number, most = SIZE): number[][] {
  const batches: number[][] = [];
  for (let asked = 0; asked < most; ) {
    const batch = asking.ask();
    if (batch.length === 0) break;
    batches.push([...batch]);
    asked += batch.length;
    asking.tell(batch.map((index) => ({ index, value: value(index) })));
  }
  return batches;
}

describe("local search", () => {
  it("starts at the best of its random draws and asks all neighbours of it", () => {
    const [start, next] = play(climb({ initial: 5 }), hill, 8) as [number[], number[]];
    expect(start).toHaveLength(5);
    const best = start.reduce((a, b) => (hill(b) > hill(a) ? b : a));
    const unseen = Array.from(board(best)).filter((index) => !start.includes(index));
    expect([...next].sort()).toEqual(unseen.sort());
  });

  it("moves to the best neighbour, again and again, up to the top of the hill", () => {
    const batches = play(climb({ initial: 1 }), hill, 90);
    let here = batches[0]?.[0] as number;
    const top = 9 * SIDE + 9;
    for (const batch of batches.slice(1)) {
      if (here === top) break;
      for (const index of batch) expect(Array.from(board(here))).toContain(index);
      here = [here, ...Array.from(board(here))].reduce((a, b) => (hill(b) > hill(a) ? b : a));
    }
    expect(here).toBe(top);
  });

  it("starts anew at random where no neighbour is better", () => {
    // On the flat no neighbour ever is: every climb is a start and one look around.
    const batches = play(climb({ initial: 2 }), () => 0.5, 60);
    const starts = batches.filter((_, i) => i % 2 === 0);
    const looks = batches.filter((_, i) => i % 2 === 1);
    for (const batch of starts) expect(batch).toHaveLength(2);
    for (const [i, batch] of looks.entries()) {
      const [first] = starts[i] as [number];
      for (const index of batch) expect(Array.from(board(first))).toContain(index);
    }
  });

  it.each(["best", "first"])("never asks what it has seen, and ends with all of the space seen (move %s)", (move) => {
    const asked = play(climb({ move }), (index) => Math.sin(index) + hill(index) / 100).flat();
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked).toHaveLength(SIZE);
  });

  it("with move first asks neighbours one by one, and goes on from the first better one", () => {
    const batches = play(climb({ initial: 1, move: "first" }), hill, 40);
    for (const batch of batches) expect(batch).toHaveLength(1);
    let here = batches[0]?.[0] as number;
    for (const [next] of batches.slice(1) as [number][]) {
      if (!Array.from(board(here)).includes(next)) break;
      if (hill(next) > hill(here)) here = next;
    }
    expect(here).toBe(9 * SIDE + 9);
  });

  it("runs on a space alone, with neither model nor points", async () => {
    const space = nasbench201();
    const values = Array.from({ length: space.size }, (_, index) => 1 - space.editDistance(index, 4242) / 10);
    const objective = arrayObjective(values);
    const request = { embedding: withoutPoints(space.size), objective, budget: { queries: 200 }, seed: 1 } as const;
    const trace = await search({ ...request, edits: space.neighbours, strategy: "local-search" });
    expect(trace.queries.at(-1)?.incumbent).toBe(4242);
    expect(trace.points).toBe("none");
    await expect(search({ ...request, strategy: "local-search" })).rejects.toThrow(
      'Strategy local-search goes by the space\'s own edits: expected the space, found only points; "nearest" neighbours need no more.',
    );
    await expect(search({ ...request, strategy: "bo" })).rejects.toThrow(
      'Strategy bo learns from points: expected an embedding, or an encoding such as "path", found neither.',
    );
  });
});
