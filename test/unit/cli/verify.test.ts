import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readSafeTensors, type Tensor, writeSafeTensors } from "../../../src/formats/safetensors.ts";
import { type GoldenStep, readGolden } from "../../../src/vgae/golden.ts";
import { parameterLayout } from "../../../src/vgae/layout.ts";
import { updated } from "../../../src/vgae/rounding/outcomes.ts";
import type { Decided } from "../../../src/vgae/rounding/problem.ts";
import { twinOf } from "../../../src/vgae/rounding/twin.ts";
import { command, fixturePath, fresh } from "./command.ts";

describe("archscape verify", () => {
  it("judges every tensor of five steps and the evaluation, shows the chain, and ends with the verdict", async () => {
    const { code, lines, result } = await command(["verify", fixturePath("nasbench201"), "--backend", "tfjs-wasm", "--json"]);
    expect(code).toBe(0);
    const tensors = lines().filter(({ type }) => type === "tensor");
    expect(new Set(tensors.map(({ step }) => step))).toEqual(new Set([0, 1, 2, 3, 4, "evaluation"]));
    expect(tensors.every(({ ok }) => ok)).toBe(true);
    expect(tensors).toContainEqual(expect.objectContaining({ step: 0, mode: "train", name: "loss", tolerance: 1e-5 }));
    expect(tensors).toContainEqual(expect.objectContaining({ step: 3, name: "grad/fc1.weight", tolerance: 1e-3 }));
    const chained = lines().filter(({ type }) => type === "chained");
    expect(chained.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
    expect(chained[4]?.["weights"]).toBeGreaterThan(0);
    expect(result()).toMatchObject({
      type: "result",
      ok: true,
      backend: "tfjs-wasm",
      files: [{ hidden: 32, steps: 5, ok: true }],
    });
  });

  it("fails and names the tensor that is beyond its tolerance", async () => {
    const { metadata, tensors } = readSafeTensors(new Uint8Array(readFileSync(fixturePath("nasbench201"))));
    const wrong = (tensors.get("step1/grad/fc1.weight") as Tensor).data as Float32Array;
    for (let i = 0; i < wrong.length; i++) wrong[i] = (wrong[i] as number) * 1.01;
    const file = fresh("wrong.safetensors");
    writeFileSync(file, writeSafeTensors({ metadata, tensors }));
    const { code, out } = await command(["verify", file, "--backend", "tfjs-wasm", "--verbose"]);
    expect(code).toBe(1);
    expect(out).toMatch(/grad\/fc1\.weight +9\.9e-3 {2}beyond 1\.0e-3/);
    expect(out.match(/ {2}beyond \d/g)).toHaveLength(1);
    expect(out).toMatch(/failed: 1 of 1 files beyond tolerance/);
  });

  it("compares with the outcome that was taken where rounding decides a ReLU, and names the ReLU", async () => {
    const bytes = new Uint8Array(readFileSync(fixturePath("nasbench101")));
    const { shape, options, steps } = readGolden(bytes);
    const step = steps[1] as GoldenStep;
    const twin = twinOf(shape, options, step);
    // The file of an engine that took the other outcome in its second and last step.
    const gradients = twin.gradients(twin.decided);
    const weights = updated(step.start, gradients, options);
    const { metadata, tensors: read } = readSafeTensors(bytes);
    const tensors = new Map(read);
    const replace = (name: string, data: Float32Array): void => {
      const tensor = tensors.get(name) as Tensor;
      tensors.set(name, { dtype: "F32", shape: tensor.shape, data });
    };
    for (const { name, offset, size } of parameterLayout(shape).parameters) {
      replace(`step1/grad/${name}`, Float32Array.from(gradients.subarray(offset, offset + size)));
      replace(`step1/after/${name}`, Float32Array.from(weights.subarray(offset, offset + size)));
    }
    replace("step1/grad_norm", Float32Array.of(Math.hypot(...gradients)));
    const file = fresh("turned.safetensors");
    const plan = JSON.stringify((JSON.parse(metadata["plan"] as string) as unknown[]).slice(0, 2));
    writeFileSync(file, writeSafeTensors({ metadata: { ...metadata, plan }, tensors }));
    const { lines } = await command(["verify", file, "--backend", "tfjs-wasm", "--json"]);
    expect(lines().filter(({ type, step: at, ok }) => type === "tensor" && at === 1 && !ok)).toEqual([]);
    const [relu] = twin.decided as [Decided];
    expect(lines().filter(({ type }) => type === "rounding")).toEqual([
      expect.objectContaining({ step: 1, stage: relu.stage, graph: 3, node: 5, feature: relu.feature, value: relu.value }),
    ]);
  });

  it.each([
    [["verify"], "verify expects golden files, or --self for the self-test; found neither."],
    [["verify", "--self", "--backend", "tfjs-wasm"], "--self checks WebGPU; found --backend tfjs-wasm."],
    [
      ["verify", fixturePath("darts"), "--backend", "tfjs-wasm", "--variant", "f32, 4 columns"],
      "--variant names kernels of WebGPU; found --backend tfjs-wasm.",
    ],
    [["verify", fixturePath("darts"), "--variant", "f64"], "argument 'f64' is invalid"],
    [["verify", "--all", fixturePath("darts")], "--all goes with --self; found no --self."],
    [["verify", "--self", fixturePath("darts")], 'expected the format "archscape self-test 1", found "none".'],
  ])("refuses %j in a sentence", async (args, sentence) => {
    const { code, err } = await command(args);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });
});
