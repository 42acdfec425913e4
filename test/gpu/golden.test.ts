import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compare, compareStep, type Golden, readGolden, sigmoid } from "../../src/vgae/golden.ts";
import { parameterLayout } from "../../src/vgae/layout.ts";
import { replay } from "../../src/vgae/webgpu/replay.ts";
import { likelyVariant, type Variant } from "../../src/vgae/webgpu/variant.ts";
import { shared } from "../shared.ts";
import { fixture, sharedGpu } from "./helpers.ts";

const beyond = (comparisons: ReturnType<typeof compare>) => comparisons.filter(({ error, tolerance }) => !(error <= tolerance));

async function checkGolden(golden: Golden, variant?: Variant): Promise<void> {
  const engine = await replay(await sharedGpu(), golden, variant);
  const layout = parameterLayout(golden.shape);
  for (const [index, step] of golden.steps.entries()) {
    const comparisons = compareStep(step, await engine.step(step), layout);
    expect(comparisons.length).toBe(6 + 2 * layout.parameters.length + layout.running.length + layout.counters.length);
    expect(beyond(comparisons), `step ${index}`).toEqual([]);
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

  it("are those whose lanes read for each other where an adapter computes on the CPU and its subgroups are eight wide", async () => {
    const gpu = await sharedGpu();
    const wide = gpu.status === "software-adapter" && gpu.subgroupSize === 8;
    const { shape, options } = readGolden(fixture("darts"));
    if (wide) expect(likelyVariant(gpu, shape, options)).toEqual({ columns: 8, subgroup: 8 });
    if (gpu.status !== "software-adapter") expect(likelyVariant(gpu, shape, options)).toEqual({ columns: 4, subgroup: 0 });
  });

  const full = shared("golden/golden-nasbench201.safetensors");
  it.runIf(full)("compute every tensor of the full-size golden file of nasbench201, where it is at hand", async () => {
    await checkGolden(readGolden(new Uint8Array(readFileSync(full as string))));
  });
});
