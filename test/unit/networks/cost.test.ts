import { describe, expect, it } from "vitest";
import { networkOf } from "../../../src/networks/build.ts";
import { networkCost } from "../../../src/networks/network.ts";
import { PUBLISHED_SIZES } from "../../../src/networks/size.ts";
import { darts } from "../../../src/spaces/darts/index.ts";
import { nasbench201 } from "../../../src/spaces/nasbench201/index.ts";
import type { SearchSpace } from "../../../src/spaces/space.ts";
import { prepared } from "../../prepared.ts";

/** Every `step`-th architecture whose network at the published size has another cost than the space says. */
function different(space: SearchSpace, step: number): number[] {
  const found: number[] = [];
  for (let index = 0; index < space.size; index += step) {
    const own = networkCost(networkOf(space, index, PUBLISHED_SIZES[space.name]));
    const { params, macs } = space.cost(index);
    if (own.params !== params || own.macs !== macs) found.push(index);
  }
  return found;
}

// The spaces' own formulas are held to the benchmarks' tables in test/unit/spaces, row by row.
describe("a network at the published size", () => {
  it("has the parameters and multiply-adds of every cell of NAS-Bench-201", () => {
    expect(different(nasbench201(), 1)).toEqual([]);
  });
  it("has those of every 97th cell of NAS-Bench-101", async () => {
    expect(different(await prepared("nasbench101"), 97)).toEqual([]);
  });
  it("has those of DARTS cells", () => {
    expect(different(darts({ seed: 0, count: 500 }), 1)).toEqual([]);
  });
});
