import { describe, expect, it } from "vitest";
import { productText } from "../../../bench/ceilings.ts";
import type { EngineResult } from "../../../bench/result.ts";
import { boundOf, stepFlops } from "../../../bench/roofline.ts";
import { declarations } from "../../../src/gpu/kernel.ts";

const sizes = {
  space: "NAS-Bench-201",
  protocol: "corrected",
  nodes: 8,
  operations: 7,
  batchSize: 32,
  hidden: 128,
  latent: 16,
  layers: 4,
};
const one = (median: number) => ({ median, lower: median, upper: median, count: 1 });
const ours: EngineResult = {
  name: "archscape",
  title: "Archscape",
  detail: "",
  ms: one(10),
  stepsPerBlock: 1,
  firstStepMs: 1,
  losses: [],
  lossDifference: 0,
  calls: { dispatches: 18, submits: 1, buffers: 0, bindGroups: 0, pipelines: 0, writes: 0 },
};
const ceilings = [
  { name: "product", title: "", unit: "GFLOP/s", value: one(40) },
  { name: "dispatch", title: "", unit: "µs", value: one(100) },
] as const;

describe("the bound of a step", () => {
  it("counts the products of the model: 256 rows through one stage of 7 x 128 and seven of 128 x 128, and the heads", () => {
    const rows = 256;
    const heads = 2 * rows * (128 * 32 + 16 * 7 + 8 * 16);
    expect(stepFlops(sizes)).toBe(2 * (2 * rows * 7 * 128) + 3 * (7 * 2 * rows * 128 * 128 + heads));
  });

  it("is the larger of arithmetic and dispatches, as a fraction of the time measured", () => {
    const bound = boundOf({ engines: [ours], ceilings, workload: sizes });
    expect(bound?.arithmeticMs).toBeCloseTo(stepFlops(sizes) / 40e6);
    expect(bound?.dispatchMs).toBeCloseTo(1.8);
    expect(bound?.fraction).toBeCloseTo((bound?.arithmeticMs ?? 0) / 10);
    const slow = boundOf({ engines: [ours], ceilings: [ceilings[0], { ...ceilings[1], value: one(400) }], workload: sizes });
    expect(slow?.fraction).toBeCloseTo(0.72);
  });

  it("is unknown where a ceiling or the calls were not measured", () => {
    expect(boundOf({ engines: [ours], ceilings: [ceilings[0]], workload: sizes })).toBeUndefined();
    expect(boundOf({ engines: [], ceilings, workload: sizes })).toBeUndefined();
  });
});

describe("the matrix product of the ceiling", () => {
  it("writes every value of the output once: four features a block and row, each with a sum of its own", () => {
    const text = productText(256, 128, 32, 2);
    expect(text.match(/outputs\[/g)).toHaveLength(8);
    expect(new Set(text.match(/var s\d[xyzw]/g)).size).toBe(8);
    expect(declarations(text).map(({ name }) => name)).toEqual(["weights", "inputs", "outputs"]);
  });
});
