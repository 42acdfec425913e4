import { describe, expect, it } from "vitest";
import { networkOf } from "../../../src/networks/build.ts";
import { networkCost } from "../../../src/networks/network.ts";
import { PUBLISHED_SIZES } from "../../../src/networks/size.ts";
import { darts } from "../../../src/spaces/darts/index.ts";
import { nasbench201 } from "../../../src/spaces/nasbench201/index.ts";
import { prepared } from "../../prepared.ts";

describe("a network at the published size", () => {
  // The spaces' own formulas are held to the benchmarks' tables in test/unit/spaces, row by row.
  it("has the parameters and multiply-adds of every cell of NAS-Bench-201", () => {
    const space = nasbench201();
    for (let index = 0; index < space.size; index++) {
      expect({ index, ...networkCost(networkOf(space, index, PUBLISHED_SIZES.nasbench201)) }).toEqual({
        index,
        ...space.cost(index),
      });
    }
  });
  it("has those of every 97th cell of NAS-Bench-101", async () => {
    const space = await prepared("nasbench101");
    for (let index = 0; index < space.size; index += 97) {
      expect({ index, ...networkCost(networkOf(space, index, PUBLISHED_SIZES.nasbench101)) }).toEqual({
        index,
        ...space.cost(index),
      });
    }
  });
  it("has those of DARTS cells", () => {
    const space = darts({ seed: 0, count: 500 });
    for (let index = 0; index < space.size; index++) {
      expect({ index, ...networkCost(networkOf(space, index, PUBLISHED_SIZES.darts)) }).toEqual({ index, ...space.cost(index) });
    }
  });
});
