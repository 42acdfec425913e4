import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import type { Gpu } from "../../../src/gpu/device.ts";
import { DEFAULT_TRAINING, modelShape } from "../../../src/vgae/config.ts";
import {
  likelyVariant,
  namedVariant,
  VARIANTS,
  variantName,
  variantNamed,
  variantsFor,
} from "../../../src/vgae/webgpu/variant.ts";

const adapter = (status: Gpu["status"], subgroupSize?: number, maxComputeWorkgroupStorageSize = 16_384): Gpu =>
  ({ status, subgroupSize, adapter: "some adapter", device: { limits: { maxComputeWorkgroupStorageSize } } }) as unknown as Gpu;
const space = (nodes: number, operations: number) => ({ nodes, operations: Array.from({ length: operations }, String) });
const shape = modelShape(space(8, 7));
const names = (gpu: Gpu, of = shape): string[] => variantsFor(gpu, of, DEFAULT_TRAINING).map(variantName);

describe("kernel variants", () => {
  it("have names that lead back to them", () => {
    for (const variant of VARIANTS) expect(variantNamed(variantName(variant))).toBe(variant);
    expect(variantNamed("f32, 3 columns")).toBeUndefined();
  });

  it("are found by what version 0.1 called them in its checkpoints", () => {
    expect(variantNamed("f32, 8 columns, subgroups")).toEqual({ columns: 8, subgroup: 8, held: "f32" });
    expect(variantNamed("f32, 4 columns")).toEqual({ columns: 4, subgroup: 0, held: "f32" });
  });

  it("use subgroups only of the size that all of an adapter's have", () => {
    expect(names(adapter("hardware"))).toEqual(["f32, 4 columns", "f32, 8 columns"]);
    expect(names(adapter("software-adapter", 8, 32_768))).toContain("f32, 16 columns, subgroups of 8");
    expect(names(adapter("software-adapter", 8, 32_768)).join()).not.toContain("subgroups of 4");
  });

  it("keep to the adapter's workgroup memory: 16 columns of a batch of 256 rows take more than the default", () => {
    expect(names(adapter("software-adapter", 8))).not.toContain("f32, 16 columns, subgroups of 8");
    // 352 rows of DARTS.
    expect(names(adapter("hardware"), modelShape(space(11, 11)))).toEqual(["f32, 4 columns"]);
  });

  it("are subgroups first where the processor computes, and many workgroups first on a GPU", () => {
    expect(likelyVariant(adapter("software-adapter", 8, 32_768), shape, DEFAULT_TRAINING)).toEqual({
      columns: 16,
      subgroup: 8,
      held: "f32",
    });
    expect(likelyVariant(adapter("software-adapter", 4), shape, DEFAULT_TRAINING)).toEqual({
      columns: 16,
      subgroup: 4,
      held: "f32",
    });
    expect(likelyVariant(adapter("software-adapter"), shape, DEFAULT_TRAINING)).toEqual({ columns: 4, subgroup: 0, held: "f32" });
    expect(likelyVariant(adapter("hardware", 8, 32_768), shape, DEFAULT_TRAINING)).toEqual({
      columns: 4,
      subgroup: 0,
      held: "f32",
    });
  });

  it("of 16-bit floats are never chosen, only asked for, where the adapter has them", () => {
    const able = { ...adapter("hardware"), halfFloats: true };
    expect(names(able)).toEqual(["f32, 4 columns", "f32, 8 columns"]);
    expect(namedVariant("f16, 8 columns", able, shape, DEFAULT_TRAINING)).toEqual({ columns: 8, subgroup: 0, held: "f16" });
    expect(() => namedVariant("f16, 8 columns", adapter("hardware"), shape, DEFAULT_TRAINING)).toThrow(
      new InputError(
        'Kernel variant "f16, 8 columns" needs 16-bit floats in shaders, the feature shader-f16, which some adapter lacks.',
      ),
    );
  });

  it("that are asked for by name and cannot be are refused in one sentence with those that can", () => {
    const gpu = adapter("hardware");
    expect(namedVariant("f32, 8 columns", gpu, shape, DEFAULT_TRAINING)).toEqual({ columns: 8, subgroup: 0, held: "f32" });
    expect(() => namedVariant("f32, 8 columns, subgroups of 8", gpu, shape, DEFAULT_TRAINING)).toThrow(
      new InputError(
        'Kernel variant "f32, 8 columns, subgroups of 8" cannot run on some adapter for this model; expected "f32, 4 columns", "f32, 8 columns".',
      ),
    );
    expect(() => namedVariant("fast", gpu, shape, DEFAULT_TRAINING)).toThrow('found "fast"');
  });
});
