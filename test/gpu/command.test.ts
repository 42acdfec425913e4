/** The command on the adapter, run in this process as a shell would run it. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readEmbedding } from "../../src/formats/embedding.ts";
import { nasbench201 } from "../../src/spaces/index.ts";
import { relativeError } from "../../src/vgae/golden.ts";
import { command, fixturePath, fresh, smallModel } from "../unit/cli/command.ts";

const PRETRAIN = ["pretrain", "nasbench201", "--backend", "webgpu", "--samples", "20"] as const;

describe("archscape on the adapter", () => {
  it("verifies the golden steps of all three spaces", async () => {
    const files = ["nasbench101", "nasbench201", "darts"].map(fixturePath);
    const { code, lines, result } = await command(["verify", ...files, "--json"]);
    expect(lines().filter(({ type, ok }) => type === "tensor" && !ok)).toEqual([]);
    expect(code).toBe(0);
    expect(result()).toMatchObject({ type: "result", ok: true, backend: "webgpu", adapter: expect.any(String) });
    expect(result()["files"]).toHaveLength(3);
  });

  it("resumes a stopped run to the same bytes as a run without a stop", async () => {
    const [half, resumed, straight] = [fresh("half.safetensors"), fresh("resumed.safetensors"), fresh("straight.safetensors")];
    const first = await command([...PRETRAIN, "--seed", "3", "--steps", "4", "--out", half, "--json"]);
    expect(first.result()).toMatchObject({ type: "result", state: "stopped", step: 4, backend: "webgpu" });
    await command([...PRETRAIN, "--resume", half, "--steps", "8", "--out", resumed]);
    await command([...PRETRAIN, "--seed", "3", "--steps", "8", "--out", straight]);
    expect(readFileSync(resumed).equals(readFileSync(straight))).toBe(true);
    expect(readFileSync(resumed).equals(readFileSync(half))).toBe(false);
  });

  it("saves the steps done when it is cancelled", async () => {
    const out = fresh("cut.safetensors");
    const { code, result } = await command([...PRETRAIN, "--out", out, "--json"], AbortSignal.abort());
    expect(code).toBe(130);
    expect(result()).toMatchObject({ type: "result", state: "cancelled", step: 0, file: out });
    const { code: resumed } = await command([...PRETRAIN, "--resume", out, "--steps", "1", "--out", fresh("on.safetensors")]);
    expect(resumed).toBe(0);
  });

  it("embeds a space as the reference does", async () => {
    const model = fresh("model.safetensors");
    writeFileSync(model, smallModel());
    const embed = async (backend: string): Promise<Float32Array> => {
      const out = fresh("embedding.npy");
      const args = ["embed", "nasbench201", "--model", model, "--backend", backend, "--out", out];
      expect((await command(args)).code).toBe(0);
      return readEmbedding(nasbench201(), new Uint8Array(readFileSync(out)), out).data;
    };
    expect(relativeError(await embed("webgpu"), await embed("tfjs-wasm"))).toBeLessThan(1e-4);
  });

  it("tells the adapter, its limits and the spaces", async () => {
    const { code, result } = await command(["info", "--json"]);
    expect(code).toBe(0);
    expect(result()).toMatchObject({
      type: "result",
      adapter: expect.stringMatching(/./),
      status: expect.stringMatching(/^(hardware|software-adapter)$/),
      driver: expect.stringMatching(/^WebGPU uses /),
      limits: { maxStorageBuffersPerShaderStage: expect.any(Number) },
      features: { subgroups: expect.any(Boolean) },
      spaces: [
        expect.objectContaining({ name: "nasbench101", size: 423624, trainSize: 381261, nodes: 7, operations: 5 }),
        expect.objectContaining({ name: "nasbench201", size: 15625, trainSize: 14062, nodes: 8, operations: 7, ready: true }),
        expect.objectContaining({ name: "darts", size: 600000, trainSize: 540000, sample: { seed: 0, count: 600000 } }),
      ],
    });
  });
});
