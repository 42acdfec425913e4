import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { type DngoOptions, dngo } from "../../../src/search/strategies/dngo.ts";
import { type SurrogateSizes, surrogatePlan } from "../../../src/surrogates/webgpu/plan.ts";

/** What every WebGPU device has. */
const LIMITS = { maxStorageBufferBindingSize: 2 ** 27, maxComputeWorkgroupStorageSize: 16_384 };
const OPTIONS = dngo.defaults({ protocol: "corrected", space: "nasbench201", accuracy: true });
const SIZES: SurrogateSizes = { inputs: 16, candidates: 15_625, capacity: 100, searches: 500, chunk: 4 };
const plan = (options: Partial<DngoOptions> = {}, sizes: Partial<SurrogateSizes> = {}) =>
  surrogatePlan({ ...OPTIONS, ...options }, { ...SIZES, ...sizes }, LIMITS);

describe("the room for many searches on a device with default limits", () => {
  it("is enough for 500 searches of NAS-Bench-201, and for some of NAS-Bench-101 at a time", () => {
    expect(plan().places).toBe(500);
    const large = plan({ batch: 5 }, { candidates: 423_624, capacity: 150 });
    expect(large.places).toBeGreaterThan(20);
    expect(large.places).toBeLessThan(500);
    for (const bytes of Object.values(large.bytes)) expect(bytes).toBeLessThanOrEqual(LIMITS.maxStorageBufferBindingSize);
  });

  it("holds an even number of rows, whole words of what was seen, and every candidate in a workgroup", () => {
    const { slots, stride, tiles, row } = plan({}, { capacity: 33, candidates: 1000, inputs: 6 });
    expect([slots, stride, tiles, row]).toEqual([34, 1024, 4, 2]);
  });

  it("refuses options that the kernels have no room for, naming option, limit and way out", () => {
    expect(() => plan({ hidden: 130 })).toThrow(
      "Option hidden of strategy bo: the search backend webgpu expects a multiple of 4 up to 256, found 130; the backend js takes others.",
    );
    expect(() => plan({ hidden: 512 })).toThrow(InputError);
    expect(() => plan({ batch: 65 })).toThrow("expects at most 64, found 65");
    expect(() => plan({ batchSize: 29 })).toThrow(/batchSize .* expects at most \d+ where hidden is 128, found 29/);
    expect(() => plan({}, { candidates: 3_000_000 })).toThrow(/do not fit the adapter's limit/);
  });
});
