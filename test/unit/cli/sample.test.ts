import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readSafeTensors } from "../../../src/formats/safetensors.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { command, fresh, smallModel } from "./command.ts";

const SHIPPED = fileURLToPath(new URL("../../../data/nasbench201-corrected.safetensors", import.meta.url));
const model = fresh("model.safetensors");
writeFileSync(model, smallModel());
const draw = ["sample", "nasbench201", "--model", model, "--backend", "tfjs-wasm", "--json"];

describe("archscape sample", () => {
  it("says what samples of the paper's prior are worth, beside what uniform draws reach", async () => {
    const { code, result } = await command([...draw, "--prior", "paper", "--count", "300", "--seed", "7"]);
    expect(code).toBe(0);
    const line = result();
    expect(line).toMatchObject({
      type: "result",
      space: "nasbench201",
      prior: "paper",
      decoding: "plain",
      samples: 300,
      seed: 7,
      model: "model.safetensors",
      backend: "tfjs-wasm",
      heldOutGraphs: 1563,
    });
    expect(line["uniformUniqueness"]).toBeCloseTo(0.9905, 4);
    expect(Number.isFinite(line["heldOutLogLikelihood"])).toBe(true);
    const share = (name: string) => line[name] as number;
    expect(share("inSpaceValidity")).toBeLessThanOrEqual(share("validity"));
  });

  it("decodes within the space on demand: every sample is an architecture, listed as CSV", async () => {
    const out = fresh("samples.csv");
    const ran = await command([...draw, "--prior", "paper", "--count", "50", "--in-space", "--out", out]);
    expect(ran.result()).toMatchObject({ decoding: "in-space", validity: 1, inSpaceValidity: 1 });
    const [header, ...rows] = readFileSync(out, "utf8").trimEnd().split("\n");
    expect(header).toBe("sample,index,architecture,reason");
    expect(rows.length).toBe(50);
    for (const row of rows) {
      const [, index, architecture] = row.split(",");
      expect(nasbench201().format(Number(index))).toBe(architecture);
    }
  });

  it("draws, with the prior of codes fitted to a shipped model, members of the space as different as uniform draws", async () => {
    const kept = fresh("prior.safetensors");
    const [out, again] = [fresh("a.csv"), fresh("b.csv")];
    const shipped = ["sample", "nasbench201", "--model", SHIPPED, "--backend", "tfjs-wasm", "--json", "--seed", "1"];
    const fitted = await command([...shipped, "--out", out, "--save-prior", kept]);
    expect(fitted.code).toBe(0);
    const line = fitted.result();
    expect(line).toMatchObject({ prior: "codes", decoding: "plain", samples: 1000, fit_seed: 0 });
    const value = (name: string) => line[name] as number;
    expect(value("validity")).toBeGreaterThan(0.975);
    expect(value("inSpaceValidity")).toBeGreaterThan(0.99);
    expect(Math.abs(value("inSpaceUniqueness") - value("uniformUniqueness"))).toBeLessThan(0.02);
    // A tenth of the space is held out: a prior that had learned the training part by heart would never draw from it.
    expect(Math.abs(value("heldOutShare") - 0.1)).toBeLessThan(0.03);

    expect(readSafeTensors(new Uint8Array(readFileSync(kept))).metadata).toMatchObject({
      archscape: "prior 2",
      space: "nasbench201",
      model: "nasbench201-corrected.safetensors",
      fit_seed: "0",
    });
    const read = await command([...shipped, "--prior", kept, "--out", again]);
    expect(read.code).toBe(0);
    expect(readFileSync(again, "utf8")).toBe(readFileSync(out, "utf8"));
    expect(read.result()["heldOutLogLikelihood"]).toBe(value("heldOutLogLikelihood"));
  });

  it("tells people in words", async () => {
    const { out } = await command([...draw.filter((part) => part !== "--json"), "--prior", "paper", "--count", "100"]);
    expect(out).toContain('100 samples of NAS-Bench-201 from the prior "paper", decoded plainly');
    expect(out).toMatch(/in the space {2}\d+\.\d\d %, .* uniform draws reach 99\.68 %/);
  });

  it.each([
    [["--prior", "flow"], "--prior: expected paper, codes or a file that ends in .safetensors, found flow."],
    [["--prior", "paper", "--save-prior", "p.safetensors"], "--save-prior: only a prior of codes can be saved, not paper."],
    [["--out", "samples.txt"], "--out: expected a file name that ends in .csv, found samples.txt."],
    [["--seed", "4294967296"], "--seed: expected a whole number from 0 to 4294967295, found 4294967296."],
    [["--prior", model], "this prior was fitted to another model|expected a prior"],
  ])("refuses what cannot be in one sentence: %j", async (options, sentence) => {
    const { code, result } = await command([...draw, ...options]);
    expect(code).toBe(2);
    expect(result()).toMatchObject({ type: "error" });
    expect(result()["message"]).toMatch(options[1] === model ? new RegExp(sentence) : sentence);
    expect(existsSync("samples.txt")).toBe(false);
  });
});
