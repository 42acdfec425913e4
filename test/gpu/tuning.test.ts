import { expect, it } from "vitest";
import { trainingOptions } from "../../src/vgae/config.ts";
import { stepTime } from "../../src/vgae/webgpu/tuning.ts";
import { likelyVariant } from "../../src/vgae/webgpu/variant.ts";
import { packing, set, shape, sharedGpu } from "./helpers.ts";

it("the time of a step is measured without a trace on the device", { timeout: 300_000 }, async () => {
  const gpu = await sharedGpu();
  const options = trainingOptions();
  const { liveBuffers, bufferBytes, dispatches } = gpu.counts;
  const ms = await stepTime(gpu, shape, packing, set, options, likelyVariant(gpu, shape, options));
  expect(ms).toBeGreaterThan(0);
  expect(ms).toBeLessThan(60_000);
  expect(gpu.counts).toMatchObject({ liveBuffers, bufferBytes });
  expect(gpu.counts.dispatches).toBeGreaterThan(dispatches + 4 * 18);
});
