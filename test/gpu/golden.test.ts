import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Comparison, compare, type Golden, type GoldenStep, isWithin, readGolden, sigmoid } from "../../src/vgae/golden.ts";
import { parameterLayout } from "../../src/vgae/layout.ts";
import { judgeStep } from "../../src/vgae/rounding/outcomes.ts";
import { replay } from "../../src/vgae/webgpu/replay.ts";
import { likelyVariant, type Variant } from "../../src/vgae/webgpu/variant.ts";
import { shared } from "../shared.ts";
import { fixture, sharedGpu } from "./helpers.ts";

const beyond = (comparisons: readonly Comparison[]) => comparisons.filter((comparison) => !isWithin(comparison));

async function checkGolden(golden: Golden, variant?: Variant): Promise<void> {
  const engine = await replay(await sharedGpu(), golden, variant);
  const layout = parameterLayout(golden.shape);
  for (const [index, step] of golden.steps.entries()) {
    const { tensors } = judgeStep(golden, step, await engine.step(step));
    expect(tensors.length).toBe(6 + 2 * layout.parameters.length + layout.running.length + layout.counters.length);
    expect(beyond(tensors), `step ${index}`).toEqual([]);
  }
  const { evaluation } = golden;
  const { mu, logvar, operationsLogits, adjacencyLogits, embedding } = await engine.evaluate(evaluation.state, evaluation.packed);
  engine.destroy();
  const ours = new Map([
    ["mu", mu],
    ["logvar", logvar],
    ["embedding", embedding],
    ["ops_recon", operationsLogits.map(sigmoid)],
    ["adj_recon", adjacencyLogits.map(sigmoid)],
  ]);
  expect([...evaluation.expected.keys()].sort()).toEqual([...ours.keys()].sort());
  expect(beyond(compare(evaluation.expected, ours)), "evaluation").toEqual([]);
}

describe("the shipped kernels", () => {
  it.each(["nasbench101", "nasbench201", "darts"])(
    "compute every tensor of the five golden steps of %s, 32 wide, and of its evaluation",
    (name) => checkGolden(readGolden(fixture(name))),
  );

  it("do not pass with a wrong constant, not even where rounding decides a ReLU", async () => {
    const golden = readGolden(fixture("nasbench101"));
    const gpu = await sharedGpu();
    const { device } = gpu;
    const real = device.createShaderModule.bind(device);
    let hits = 0;
    device.createShaderModule = (descriptor) => {
      // One kernel that compiles fast: software adapters take seconds for the others.
      const code = descriptor.code.replace("const BETA2 = 0.999;", "const BETA2 = 0.998;");
      if (code !== descriptor.code) hits++;
      return real({ ...descriptor, code });
    };
    // What stands beneath is the prototype's own.
    const engine = await replay(gpu, golden).finally(
      () => delete (device as { createShaderModule?: unknown }).createShaderModule,
    );
    expect(hits).toBe(1);
    const step = golden.steps[1] as GoldenStep;
    const { tensors, decided } = judgeStep(golden, step, await engine.step(step));
    expect(beyond(tensors).map(({ name }) => name)).toContain("after/fc1.weight");
    expect(decided).toEqual([]);
    engine.destroy();
  });

  it("are those whose lanes read for each other where an adapter computes on the CPU and its subgroups are eight or four wide", async () => {
    const gpu = await sharedGpu();
    const software = gpu.status === "software-adapter";
    const { shape, options } = readGolden(fixture("darts"));
    const none = { columns: 4, subgroup: 0, held: "f32" };
    const likely =
      { 8: { columns: 16, subgroup: 8, held: "f32" }, 4: { columns: 16, subgroup: 4, held: "f32" } }[gpu.subgroupSize ?? 0] ??
      none;
    expect(likelyVariant(gpu, shape, options)).toEqual(software ? likely : none);
  });

  const full = shared("golden/golden-nasbench201.safetensors");
  it.runIf(full)("compute every tensor of the full-size golden file of nasbench201, where it is at hand", async () => {
    await checkGolden(readGolden(new Uint8Array(readFileSync(full as string))));
  });
});
