import { describe, expect, it } from "vitest";
import type { RowWriter } from "../../../src/predictors/features.ts";
import { liveWayRows, structureRows } from "../../../src/predictors/structure.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";

const space = nasbench201();

function rowOf({ dimensions, write }: RowWriter, index: number): number[] {
  const row = new Float64Array(dimensions);
  write(index, row, 0);
  return Array.from(row);
}

/** Positions of the sets of operations among the features: 1x1 = 1, 3x3 = 2, pool = 4, skip = 8. */
const SETS = 3 + 4;
const ofSet = (row: readonly number[], set: number) => row.slice(SETS + 3 * (set - 1), SETS + 3 * set);

describe("structure of a cell", () => {
  // Ways: 3x3 (0-3), skip then 1x1 (0-1-3), 3x3 then pool (0-2-3); the edge 1-2 is none.
  const index = space.parse("|skip_connect~0|+|nor_conv_3x3~0|none~1|+|nor_conv_3x3~0|nor_conv_1x1~1|avg_pool_3x3~2|");
  const row = rowOf(structureRows(space), index);

  it("counts ways, live nodes, edges and operations", () => {
    // Edges of the graph with operations as nodes: three from the input, two between operations, three into the output.
    expect(row.slice(0, 3)).toEqual([3, 5, 8]);
    expect(row.slice(3, SETS)).toEqual([1, 2, 1, 1]);
  });

  it("has most, fewest and all nodes of each set of operations on its ways", () => {
    expect(ofSet(row, 2)).toEqual([1, 0, 2]);
    expect(ofSet(row, 2 | 4)).toEqual([2, 0, 3]);
    expect(ofSet(row, 15)).toEqual([2, 1, 5]);
  });

  it("ends with edges at input and output, and the logarithms of the cost", () => {
    const { params, macs } = space.cost(index);
    expect(row.slice(-4)).toEqual([3, 3, Math.log(params), Math.log(macs)]);
  });

  it("leaves out what a none cuts off: a cell without a way has neither nodes nor ways", () => {
    const cut = space.parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|nor_conv_1x1~2|");
    const dead = rowOf(structureRows(space), cut);
    expect(dead.slice(0, SETS)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(ofSet(dead, 2)).toEqual([-1, -1, 0]);
    expect(rowOf(liveWayRows(space), cut).every((value) => value === 0)).toBe(true);
  });
});

describe("live ways of a cell", () => {
  it("are the same in all cells that compute the same", () => {
    const ways = liveWayRows(space);
    const different: number[] = [];
    for (let index = 0; index < space.size; index += 3) {
      const [own, first] = [rowOf(ways, index), rowOf(ways, space.canonical(index))];
      if (own.some((value, i) => value !== first[i])) different.push(index);
    }
    expect(different).toEqual([]);
  });

  it("count a way once for each time it is there, skip_connect left out", () => {
    const twice = space.parse("|skip_connect~0|+|none~0|none~1|+|nor_conv_3x3~0|nor_conv_3x3~1|none~2|");
    const row = rowOf(liveWayRows(space), twice);
    expect(row.filter((value) => value !== 0)).toEqual([2]);
  });
});
