/** Before every GPU test file: an adapter, or failure. A GPU suite that silently tests nothing is worse than none. */
import { beforeAll } from "vitest";
import { openDawn } from "../../src/cli/dawn.ts";

beforeAll(async () => {
  const gpu = await openDawn();
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error("the GPU tests need a WebGPU adapter, and Dawn offers none");
});
