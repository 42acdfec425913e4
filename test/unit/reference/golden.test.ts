import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compareStep, readGolden } from "../../../src/vgae/golden.ts";
import { parameterLayout } from "../../../src/vgae/layout.ts";
import { referenceStep } from "../../../src/vgae/reference/step.ts";
import { shared } from "../../shared.ts";

const SPACES = ["nasbench101", "nasbench201", "darts"] as const;
const read = (space: string) => {
  const file = `golden-hidden32-${space}.safetensors`;
  return readGolden(readFileSync(shared(`golden/${file}`) ?? fileURLToPath(new URL(`../../fixtures/${file}`, import.meta.url))));
};

describe.each(["tfjs-cpu", "tfjs-wasm"] as const)("the reference on %s", (backend) => {
  it.each(SPACES)("computes all five golden steps of %s", async (space) => {
    const golden = read(space);
    const layout = parameterLayout(golden.shape);
    expect(golden.steps.map(({ count, mode }) => `${count} ${mode}`)).toEqual(["32 train", "32 train", "14 train", "32 frozen", "14 frozen"]);
    for (const [index, step] of golden.steps.entries()) {
      const ours = await referenceStep(backend, golden.shape, step.start, step, golden.options);
      const comparisons = compareStep(step, ours, layout);
      if (process.env["VERBOSE"]) {
        const worst = new Map<string, number>();
        for (const c of comparisons) { const k = c.name.split("/")[0]!; worst.set(k, Math.max(worst.get(k) ?? 0, c.error)); }
        console.log(space, index, [...worst].map(([k, v]) => `${k} ${v.toExponential(1)}`).join(" "));
      }
      expect(comparisons.length).toBe(step.expected.size);
      expect(comparisons.filter(({ error, tolerance }) => !(error <= tolerance)), `step ${index}`).toEqual([]);
    }
  });
});
