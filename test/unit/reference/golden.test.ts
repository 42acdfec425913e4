import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { compare, compareStep, embeddingOf, type Golden, readGolden, relativeError, sigmoid } from "../../../src/vgae/golden.ts";
import { parameterLayout } from "../../../src/vgae/layout.ts";
import { referenceStep } from "../../../src/vgae/reference/step.ts";
import { referenceTrainer } from "../../../src/vgae/reference/trainer.ts";

const fixture = (space: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../fixtures/golden-hidden32-${space}.safetensors`, import.meta.url))));
const SPACES = ["nasbench101", "nasbench201", "darts"] as const;
const beyond = (comparisons: ReturnType<typeof compare>) => comparisons.filter(({ error, tolerance }) => !(error <= tolerance));

describe.each(["tfjs-cpu", "tfjs-wasm"] as const)("the reference on %s", (backend) => {
  it.each(SPACES)("computes every tensor of the five golden steps of %s", async (space) => {
    const golden = readGolden(fixture(space));
    const layout = parameterLayout(golden.shape);
    const plan = golden.steps.map(({ count, mode }) => `${count} ${mode}`);
    expect(plan).toEqual(["32 train", "32 train", "14 train", "32 frozen", "14 frozen"]);
    for (const [index, step] of golden.steps.entries()) {
      const ours = await referenceStep(backend, golden.shape, step.start, step, golden.options);
      expect(beyond(compareStep(step, ours, layout)), `step ${index}`).toEqual([]);
    }
  });

  it.each(SPACES)("encodes and decodes %s in evaluation mode like the golden file", async (space) => {
    const { shape, options, evaluation }: Golden = readGolden(fixture(space));
    const trainer = await referenceTrainer(backend, shape, evaluation, options);
    trainer.restore(evaluation.state);
    const { mu, logvar } = await trainer.encode(evaluation.packed);
    const logits = await trainer.decode(mu);
    trainer.destroy();
    const ours = new Map([
      ["mu", mu],
      ["logvar", logvar],
      ["embedding", embeddingOf(mu, shape)],
      ["ops_recon", logits.operations.map(sigmoid)],
      ["adj_recon", logits.adjacency.map(sigmoid)],
    ]);
    expect([...evaluation.expected.keys()].sort()).toEqual([...ours.keys()].sort());
    expect(beyond(compare(evaluation.expected, ours))).toEqual([]);
  });
});

describe("a reference step", () => {
  it("gives the biases before a batch norm a gradient of exactly 0 in train mode, and a real one in frozen mode", async () => {
    const { shape, options, steps } = readGolden(fixture("nasbench201"));
    const layout = parameterLayout(shape);
    const biases = layout.parameters.filter(({ name }) => name.includes("linears") && name.endsWith("bias"));
    expect(biases.length).toBe(8);
    for (const step of steps) {
      const { gradients } = await referenceStep("tfjs-cpu", shape, step.start, step, options);
      for (const { offset, size } of biases) {
        const zero = gradients.subarray(offset, offset + size).every((value) => value === 0);
        expect(zero).toBe(step.mode === "train");
      }
    }
  });

  it("weighs the KL term, and leaves it out at 0", async () => {
    const { shape, options, steps } = readGolden(fixture("nasbench201"));
    const [step] = steps as [Golden["steps"][number]];
    const at = async (klWeight: number) =>
      (await referenceStep("tfjs-cpu", shape, step.start, step, { ...options, klWeight })).losses;
    const [none, one, two] = [await at(0), await at(1), await at(2)];
    expect(none.kl).toBeCloseTo(0, 12);
    expect(two.kl).toBeCloseTo(2 * one.kl, 6);
    expect(two.total - none.total).toBeCloseTo(2 * one.kl, 5);
  });
});

describe("a golden file", () => {
  it("is refused in one sentence where a tensor is missing", () => {
    const bytes = fixture("nasbench201");
    const text = new TextDecoder("latin1").decode(bytes);
    bytes[text.indexOf("init/eps")] = "x".charCodeAt(0);
    expect(() => readGolden(bytes)).toThrow(InputError);
    expect(() => readGolden(bytes)).toThrow("init/eps");
  });

  it("marks the padding nodes of small cells in its packed graphs", () => {
    const { steps, shape } = readGolden(fixture("nasbench101"));
    const empty = steps.flatMap(({ operations }) =>
      Array.from({ length: operations.length / shape.operations }, (_, row) =>
        operations.subarray(row * shape.operations, (row + 1) * shape.operations).every((value) => value === 0),
      ),
    );
    expect(empty).toContain(true);
    // Word 1 of a packed NAS-Bench-101 graph holds seven labels of three bits; all ones is padding.
    const padded = steps.flatMap(({ packed }) =>
      Array.from({ length: packed.length / 2 }, (_, i) =>
        Array.from({ length: 7 }, (_, node) => (((packed[2 * i + 1] as number) >>> (3 * node)) & 7) === 7),
      ).flat(),
    );
    expect(padded).toEqual(empty);
  });
});

describe("the relative error", () => {
  it("divides by the norm, and by a millionth a value where the norm is smaller", () => {
    expect(relativeError([3, 4.5], [3, 4])).toBeCloseTo(0.1, 12);
    expect(relativeError([1e-9, 0, 0, 0], [0, 0, 0, 0])).toBeCloseTo(5e-4, 12);
  });

  it("is infinite for NaN and for another length", () => {
    expect(relativeError([Number.NaN], [1])).toBe(Number.POSITIVE_INFINITY);
    expect(relativeError([1, 2], [1])).toBe(Number.POSITIVE_INFINITY);
  });
});
