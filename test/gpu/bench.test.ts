import { describe, expect, it } from "vitest";
import { productBuffers, productDispatch } from "../../bench/ceilings.ts";
import { productVariants, strideOf } from "../../bench/product.ts";
import { profileStep } from "../../bench/profile.ts";
import { stopwatch } from "../../bench/stopwatch.ts";
import { makeWorkload } from "../../bench/workload.ts";
import { openDawn } from "../../src/cli/dawn.ts";
import { openDevice } from "../../src/gpu/device.ts";
import { COPY_DST, COPY_SRC } from "../../src/gpu/usage.ts";
import { generator } from "../../src/random/generator.ts";
import { readWords, sharedGpu, watch } from "./helpers.ts";

describe("the matrix product that is a ceiling", () => {
  it("is the product of its inputs in tiles of every kind, with subgroups where the adapter has them", async () => {
    const gpu = await sharedGpu();
    const size = { rows: 256, features: 32 };
    const stride = strideOf(size);
    const random = generator(5, "search");
    const weights = Float32Array.from({ length: 32 * 32 }, () => random.normal());
    const inputs = Float32Array.from({ length: 32 * stride }, () => random.normal());
    const expected = (feature: number, row: number): number => {
      let sum = 0;
      for (let k = 0; k < 32; k++) sum += (weights[32 * feature + k] as number) * (inputs[k * stride + row] as number);
      return sum;
    };
    const buffers = productBuffers(gpu, size, COPY_DST | COPY_SRC);
    gpu.device.queue.writeBuffer(buffers.weights, 0, weights);
    gpu.device.queue.writeBuffer(buffers.inputs, 0, inputs);
    // Half a dozen kernels, for a software adapter takes its time to compile each.
    const variants = productVariants(size, gpu.subgroupSize).filter(
      ({ rowsEach, columns, threads }) => columns <= 8 && threads === (rowsEach === 4 ? 32 : 128),
    );
    expect(variants.length).toBeGreaterThanOrEqual(4);
    for (const variant of variants) {
      const dispatch = await productDispatch(gpu, size, variant, buffers);
      gpu.device.queue.writeBuffer(buffers.outputs, 0, new Float32Array(32 * stride));
      await stopwatch(gpu, "host").time([[dispatch]]);
      const outputs = new Float32Array((await readWords(gpu, buffers.outputs)).buffer);
      let largest = 0;
      for (let feature = 0; feature < 32; feature++) {
        for (let row = 0; row < 256; row++) {
          largest = Math.max(largest, Math.abs((outputs[feature * stride + row] as number) - expected(feature, row)));
        }
      }
      expect(largest, dispatch.kernel.name).toBeLessThan(1e-4);
    }
  });
});

describe("the profile of a step", () => {
  it("has a time for each of the 18 dispatches, by the host's clock and by the adapter's own where it has one", async () => {
    const opened = await openDevice(await openDawn(), ["timestamp-query"]);
    if (!opened.ok) throw new Error(opened.message);
    const { gpu } = opened;
    watch(gpu);
    const workload = makeWorkload({ hidden: 32, batches: 1 });
    for (const clock of gpu.device.features.has("timestamp-query") ? (["host", "timestamps"] as const) : (["host"] as const)) {
      const profile = await profileStep(stopwatch(gpu, clock), workload, { rounds: 2, roundMs: 20 }, () => undefined);
      expect(profile.clock).toBe(clock);
      expect(profile.dispatches).toHaveLength(18);
      expect(profile.stepMs.median).toBeGreaterThan(0);
      for (const { ms, title } of profile.dispatches) expect(ms.median, title).toBeGreaterThanOrEqual(0);
      expect(profile.dispatches.reduce((sum, { ms }) => sum + ms.median, 0)).toBeGreaterThan(0);
    }
    gpu.device.destroy();
  });
});
