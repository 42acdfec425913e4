/**
 * Before every GPU test file: an adapter, or failure (a GPU suite that silently tests nothing is worse than none). After every
 * test: WebGPU reports wrong calls to the device and computes nothing, so a device error that nobody asked about is a failure.
 */
import { afterEach, beforeAll, expect } from "vitest";
import { openDawn } from "../../src/cli/dawn.ts";
import { takeDeviceErrors } from "./helpers.ts";

beforeAll(async () => {
  const gpu = await openDawn();
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error("the GPU tests need a WebGPU adapter, and Dawn offers none");
});

afterEach(() => {
  expect(takeDeviceErrors()).toEqual([]);
});
