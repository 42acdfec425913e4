import { afterEach, describe, expect, it, vi } from "vitest";
import type { Gpu } from "../../../src/gpu/device.ts";
import { DEFAULT_TRAINING, modelShape } from "../../../src/vgae/config.ts";
import { chosenVariant } from "../../../src/vgae/webgpu/tuning.ts";
import { type Variant, variantName } from "../../../src/vgae/webgpu/variant.ts";

const shape = modelShape({ nodes: 8, operations: Array.from({ length: 7 }, String) });
const adapter = (status: Gpu["status"], name = "some adapter"): Gpu =>
  ({ status, subgroupSize: 8, adapter: name, device: { limits: { maxComputeWorkgroupStorageSize: 32_768 } } }) as unknown as Gpu;

function memory() {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    read: async (key: string) => kept.get(key),
    write: async (key: string, bytes: Uint8Array) => void kept.set(key, bytes),
  };
}

/** Milliseconds of a step: eight columns with subgroups win. */
function stopwatch(takes = 0) {
  const tried: string[] = [];
  const measure = async (variant: Variant): Promise<number> => {
    if (takes > 0) vi.advanceTimersByTime(takes);
    tried.push(variantName(variant));
    return variant.columns === 8 ? (variant.subgroup === 8 ? 1 : 2) : 3;
  };
  return { tried, measure };
}

const choose = (gpu: Gpu, choice: Parameters<typeof chosenVariant>[3], { measure }: ReturnType<typeof stopwatch>) =>
  chosenVariant(gpu, shape, DEFAULT_TRAINING, choice, measure).then(variantName);

afterEach(() => void vi.useRealTimers());

describe("the choice of kernels", () => {
  it("is the fastest of those that the GPU can run, measured at the first use and kept", async () => {
    const [store, first, second] = [memory(), stopwatch(), stopwatch()];
    expect(await choose(adapter("hardware"), { store }, first)).toBe("f32, 8 columns, subgroups of 8");
    expect(first.tried.length).toBeGreaterThan(2);
    expect([...store.kept.keys()]).toEqual([expect.stringMatching(/^variant-[0-9a-f]{32}$/)]);
    expect(await choose(adapter("hardware"), { store }, second)).toBe("f32, 8 columns, subgroups of 8");
    expect(second.tried).toEqual([]);
  });

  it("is made for each adapter by itself", async () => {
    const [store, other] = [memory(), stopwatch()];
    await choose(adapter("hardware"), { store }, stopwatch());
    await choose(adapter("hardware", "another adapter"), { store }, other);
    expect(other.tried.length).toBeGreaterThan(2);
    expect(store.kept.size).toBe(2);
  });

  it("takes no longer than five seconds, whatever compilers need", async () => {
    vi.useFakeTimers();
    const slow = stopwatch(2000);
    await choose(adapter("hardware"), { store: memory() }, slow);
    expect(slow.tried).toEqual(["f32, 4 columns", "f32, 8 columns"]);
    const slower = stopwatch(20_000);
    expect(await choose(adapter("hardware"), { store: memory() }, slower)).toBe("f32, 4 columns");
  });

  it("is the one that a run wants, where the adapter can run it", async () => {
    const { tried, measure } = stopwatch();
    expect(await choose(adapter("hardware"), { name: "f32, 8 columns", store: memory() }, { tried, measure })).toBe(
      "f32, 8 columns",
    );
    expect(tried).toEqual([]);
    expect(await choose(adapter("hardware"), { name: "f64" }, { tried, measure })).toBe("f32, 4 columns");
  });

  it("is one of 16-bit floats only for a run that wants it, where the adapter can", async () => {
    const { tried, measure } = stopwatch();
    const able = { ...adapter("hardware"), halfFloats: true };
    expect(await choose(able, { store: memory() }, { tried, measure })).toMatch(/^f32/);
    expect(tried.join()).not.toContain("f16");
    expect(await choose(able, { name: "f16, 4 columns" }, { tried, measure })).toBe("f16, 4 columns");
    expect(await choose(adapter("hardware"), { name: "f16, 4 columns" }, { tried, measure })).toMatch(/^f32/);
  });

  it("is the most promising one, unmeasured, without a store and where the processor computes", async () => {
    const { tried, measure } = stopwatch();
    expect(await choose(adapter("hardware"), {}, { tried, measure })).toBe("f32, 4 columns");
    expect(await choose(adapter("software-adapter"), { store: memory() }, { tried, measure })).toBe(
      "f32, 16 columns, subgroups of 8",
    );
    expect(tried).toEqual([]);
  });

  it("outlives a store that refuses, and what is no choice", async () => {
    const refuse = async (): Promise<never> => {
      throw new Error("no room");
    };
    for (const read of [refuse, async () => Uint8Array.of(1, 2, 3)]) {
      const choice = { store: { read, write: refuse } };
      expect(await choose(adapter("hardware"), choice, stopwatch())).toBe("f32, 8 columns, subgroups of 8");
    }
  });
});
