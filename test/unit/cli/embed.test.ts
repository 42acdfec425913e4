import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readEmbedding } from "../../../src/formats/embedding.ts";
import { readSafeTensors } from "../../../src/formats/safetensors.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { command, fresh, smallModel } from "./command.ts";

describe("archscape embed", () => {
  it("writes every architecture of the space, with the model it came from", async () => {
    const model = fresh("model.safetensors");
    writeFileSync(model, smallModel());
    const embed = ["embed", "nasbench201", "--model", model, "--backend", "tfjs-wasm", "--out"];
    const out = fresh("embedding.safetensors");
    const ran = await command([...embed, out, "--json"]);
    expect(ran.code).toBe(0);
    expect(ran.result()).toMatchObject({ type: "result", space: "nasbench201", file: out, architectures: 15625, dimensions: 16 });
    const bytes = new Uint8Array(readFileSync(out));
    expect(readSafeTensors(bytes).metadata).toMatchObject({ space: "nasbench201", model: "model.safetensors", model_seed: "1" });
    const { data } = readEmbedding(nasbench201(), bytes, out);
    expect(data.length).toBe(15625 * 16);
    expect(new Set(data).size).toBeGreaterThan(10_000);

    const npy = fresh("embedding.npy");
    expect((await command([...embed, npy])).out).toContain("15,625 architectures of NAS-Bench-201, 16 numbers each");
    expect(readEmbedding(nasbench201(), new Uint8Array(readFileSync(npy)), npy).data).toEqual(data);
  });
});
