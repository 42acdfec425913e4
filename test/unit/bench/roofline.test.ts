import { describe, expect, it } from "vitest";
import { productText, productVariants, productWorkgroups, strideOf } from "../../../bench/product.ts";
import { meansOf } from "../../../bench/profile.ts";
import type { Ceiling, DispatchProfile } from "../../../bench/result.ts";
import { boundOf, kernelRows, roofOf, stepBound } from "../../../bench/roofline.ts";
import { workOf } from "../../../bench/work.ts";
import { declarations } from "../../../src/gpu/kernel.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { packingOf } from "../../../src/spaces/packing.ts";
import { modelShape, trainingOptions } from "../../../src/vgae/config.ts";
import { parameterLayout } from "../../../src/vgae/layout.ts";
import { planOf } from "../../../src/vgae/webgpu/buffers.ts";

const space = nasbench201();
const shape = modelShape(space);
const options = trainingOptions({ protocol: "corrected", seed: 1 });
const work = workOf({ ...shape, batchSize: options.batchSize });
const ROWS = 256;

const spread = (median: number) => ({ median, lower: median, upper: median, coverage: 0, count: 1 });
const ceilings: Ceiling[] = [
  { name: "product", title: "", unit: "GFLOP/s", value: spread(40) },
  { name: "cached-copy", title: "", unit: "GB/s", value: spread(10) },
  { name: "dispatch", title: "", unit: "µs", value: spread(100) },
];
const roof = { gflops: 40, gigabytes: 10, dispatchMicroseconds: 100 };

describe("the work of a step", () => {
  it("has a dispatch for each stage forward and back, the heads and Adam", () => {
    const forward = ["encodeInput", ...Array.from({ length: 7 }, () => "encode")];
    const back = [...Array.from({ length: 7 }, () => "backward"), "backwardFirst"];
    expect(work.map(({ kernel }) => kernel)).toEqual([...forward, "head", ...back, "adam"]);
  });

  it("adds up to the products of the model: one forward, one to the weights, one to the inputs but for the first", () => {
    const stage = 2 * ROWS * 128 * 128;
    const first = 2 * ROWS * 7 * 128;
    const heads = 2 * ROWS * 128 * 32;
    const decoder = 2 * ROWS * 16 * 7;
    const pairs = 2 * ROWS * 16 * 8;
    const total = work.reduce((sum, { flops }) => sum + flops, 0);
    expect(total).toBe(2 * first + 3 * 7 * stage + 3 * heads + 3 * decoder + 2 * pairs);
  });

  it("lets Adam read and write every parameter and moment once", () => {
    const { parameterFloats } = parameterLayout(shape);
    const adam = work.at(-1)?.bytes ?? 0;
    const mu = 4 * ROWS * 16;
    // The layout pads some tensors.
    expect(adam - mu).toBeLessThanOrEqual(7 * 4 * parameterFloats);
    expect(adam - mu).toBeGreaterThan(7 * 4 * parameterFloats * 0.99);
  });
});

describe("a bound", () => {
  it("is the longest of arithmetic, memory and the dispatch", () => {
    expect(boundOf({ flops: 40e6, bytes: 1e6 }, roof)).toEqual({ ms: 1, by: "arithmetic" });
    expect(boundOf({ flops: 4e6, bytes: 5e6 }, roof)).toEqual({ ms: 0.5, by: "memory" });
    expect(boundOf({ flops: 0, bytes: 16 }, roof)).toEqual({ ms: 0.1, by: "dispatch" });
  });

  it("needs all three ceilings", () => {
    expect(roofOf(ceilings)).toEqual(roof);
    expect(roofOf(ceilings.slice(1))).toBeUndefined();
  });

  it("of a step is the sum of its dispatches', as a fraction of the time measured", () => {
    const dispatches = [
      { kernel: "a", title: "a", flops: 40e6, bytes: 0, ms: spread(2) },
      { kernel: "b", title: "b", flops: 0, bytes: 0, ms: spread(0.2) },
    ];
    expect(stepBound(dispatches, 2.2, roof)).toEqual({
      flops: 40e6,
      arithmeticMs: 1,
      ms: 1.1,
      arithmeticFraction: 1 / 2.2,
      fraction: 0.5,
    });
  });
});

describe("rows of the kernel table", () => {
  const dispatch = (title: string, ms: number): DispatchProfile => ({
    kernel: "k",
    title,
    flops: 40e6,
    bytes: 0,
    ms: spread(ms),
  });

  it("take dispatches that do the same work together, with the mean of their times", () => {
    const rows = kernelRows([dispatch("inner", 2), dispatch("outer", 4), dispatch("inner", 6)], roof);
    expect(rows.map(({ title, count, ms, fraction }) => [title, count, ms, fraction])).toEqual([
      ["inner", 2, 4, 0.25],
      ["outer", 1, 4, 0.25],
    ]);
  });
});

describe("times", () => {
  it("of one step after the other become the mean of each dispatch over the steps", () => {
    expect(meansOf([1, 3, 3, 5], 2)).toEqual([2, 4]);
    expect(meansOf([1, 3, 5], 3)).toEqual([1, 3, 5]);
  });
});

describe("the matrix product of the ceiling", () => {
  const size = { rows: ROWS, features: 128 };

  it("has variants with and without subgroups that cover all rows and features exactly once", () => {
    const variants = productVariants(size, 8);
    expect(variants.some(({ subgroup }) => subgroup === 8)).toBe(true);
    expect(productVariants(size, undefined).every(({ subgroup }) => subgroup === 0)).toBe(true);
    for (const variant of variants) {
      const [x, y] = productWorkgroups(size, variant);
      expect(x * variant.threads * variant.rowsEach).toBe(size.rows);
      expect(y * variant.columns).toBe(size.features);
    }
  });

  it("has a sum and a store for each feature of a thread, and pads its strides as the step does", () => {
    const text = productText(size, { threads: 32, rowsEach: 4, columns: 8, subgroup: 0 });
    expect(text.match(/outputs\[/g)).toHaveLength(8);
    expect(new Set(text.match(/var sum\d+/g)).size).toBe(8);
    expect(declarations(text).map(({ name }) => name)).toEqual(["weights", "inputs", "outputs", "features"]);
    expect(strideOf(size) / 4).toBe(planOf(shape, packingOf(space), options, { columns: 4, subgroup: 0, held: "f32" }).blocks);
  });
});
