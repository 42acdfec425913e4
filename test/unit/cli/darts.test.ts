import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readSafeTensors } from "../../../src/formats/safetensors.ts";
import { darts } from "../../../src/spaces/index.ts";
import { CACHE_HOME } from "../../prepared.ts";
import { command, fresh } from "./command.ts";

beforeAll(() => void vi.stubEnv("XDG_CACHE_HOME", CACHE_HOME));
afterAll(() => vi.unstubAllEnvs());

describe("the way of a DARTS sample from pre-training to a search", () => {
  const model = fresh("model.safetensors");
  const embedding = fresh("embedding.safetensors");
  const sample = ["--cells", "120", "--cells-seed", "4"];
  const space = darts({ seed: 4, count: 120 });

  it("trains on it, and records it", async () => {
    const training = ["--backend", "tfjs-wasm", "--steps", "2", "--samples", "20"];
    const { code, result } = await command(["pretrain", "darts", ...sample, ...training, "--out", model, "--json"]);
    expect(code).toBe(0);
    expect(result()).toMatchObject({ type: "result", space: "darts", sample: { seed: 4, count: 120 }, step: 2 });
    expect(readSafeTensors(readFileSync(model)).metadata).toMatchObject({ sampleSeed: "4", sampleCount: "120" });
  });

  it("refuses to go on over another, in one sentence that names both", async () => {
    const other = ["--cells", "120", "--cells-seed", "5"];
    for (const args of [
      ["pretrain", "darts", ...other, "--resume", model, "--out", fresh("m.safetensors")],
      ["embed", "darts", ...other, "--model", model, "--out", fresh("e.npy")],
    ]) {
      const { code, err } = await command(args);
      expect(code).toBe(2);
      expect(err).toContain(
        "expected a model over the sample of 120 cells drawn with seed 5 of DARTS, found one over 120 cells drawn with seed 4.",
      );
    }
  });

  it("embeds every cell of it, and the embedding belongs to it, too", async () => {
    const to = ["--backend", "tfjs-wasm", "--out", embedding, "--json"];
    const { code, result } = await command(["embed", "darts", ...sample, "--model", model, ...to]);
    expect(code).toBe(0);
    expect(result()).toMatchObject({ architectures: 120, dimensions: 16, sample: { seed: 4, count: 120 } });
  });

  it("searches it with labels by genotype", async () => {
    const labels = fresh("labels.csv");
    const rows = Array.from({ length: 120 }, (_, index) => `"${space.format(index)}",${index / 120}`);
    writeFileSync(labels, ["arch,valid", ...rows].join("\n"));
    const args = ["--embedding", embedding, "--labels", labels, "--metric", "valid", "--strategy", "random", "--queries", "120"];
    const { code, result } = await command(["search", "darts", ...sample, ...args, "--jobs", "1", "--json"]);
    expect(code).toBe(0);
    expect(result()).toMatchObject({ sample: { seed: 4 }, runs: [{ index: 119, architecture: space.format(119) }] });
    const other = await command(["search", "darts", "--cells", "119", "--cells-seed", "4", ...args]);
    expect(other.code).toBe(2);
  });
});
