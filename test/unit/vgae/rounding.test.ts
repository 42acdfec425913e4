import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Golden, type GoldenStep, isWithin, readGolden, relativeError, type StepResult } from "../../../src/vgae/golden.ts";
import { parameterLayout } from "../../../src/vgae/layout.ts";
import { judgeStep, updated } from "../../../src/vgae/rounding/outcomes.ts";
import type { Decided } from "../../../src/vgae/rounding/problem.ts";
import { type Twin, twinOf } from "../../../src/vgae/rounding/twin.ts";

const golden = (space: string): Golden =>
  readGolden(
    new Uint8Array(readFileSync(fileURLToPath(new URL(`../../fixtures/golden-hidden32-${space}.safetensors`, import.meta.url)))),
  );

describe.each(["nasbench101", "nasbench201", "darts"])("the float64 twin on %s", (space) => {
  it("has the golden gradients in every tensor of all steps, a hundred times nearer than an engine has to", () => {
    const { shape, options, steps } = golden(space);
    for (const [number, step] of steps.entries()) {
      const gradients = twinOf(shape, options, step).gradients();
      for (const { name, offset, size } of parameterLayout(shape).parameters) {
        const error = relativeError(gradients.subarray(offset, offset + size), step.expected.get(`grad/${name}`) ?? []);
        expect(error, `step ${number}, ${name}`).toBeLessThan(1e-5);
      }
    }
  });

  it("finds few ReLU inputs undecided, each nearer to zero than its bound, which is of the size of float32's roundings", () => {
    const { shape, options, steps } = golden(space);
    for (const { decided } of steps.map((step) => twinOf(shape, options, step))) {
      expect(decided.length).toBeLessThan(5);
      for (const { value, bound } of decided) {
        expect(Math.abs(value)).toBeLessThanOrEqual(bound);
        expect(bound).toBeLessThan(1e-4);
      }
    }
  });
});

/** What an engine gives whose step is the golden one but for these gradients. */
function resultWith({ shape, options }: Golden, step: GoldenStep, gradients: Float64Array): StepResult {
  const layout = parameterLayout(shape);
  const of = (name: string): Float32Array => step.expected.get(name) as Float32Array;
  const logits = (name: string): Float32Array => Float32Array.from(of(name), (p) => Math.log(p / (1 - p)));
  const [total, operations, adjacency, kl] = of("loss") as unknown as [number, number, number, number];
  const running = new Float32Array(layout.runningFloats);
  for (const { name, offset } of layout.running) running.set(of(`after/${name}`), offset);
  return {
    losses: { total, operations, adjacency, kl },
    gradNorm: Math.hypot(...gradients),
    gradients: Float32Array.from(gradients),
    mu: of("mu"),
    logvar: of("logvar"),
    operationsLogits: logits("ops_recon"),
    adjacencyLogits: logits("adj_recon"),
    next: {
      ...step.start,
      parameters: Float32Array.from(updated(step.start, gradients, options)),
      running,
      batchesTracked: of(`after/${layout.counters[0]}`)[0] as number,
    },
  };
}

describe("a golden step in which rounding decides", () => {
  const file = golden("nasbench101");
  const step = file.steps[1] as GoldenStep;
  const twin: Twin = twinOf(file.shape, file.options, step);
  const [tie] = twin.decided as [Decided];
  const beyond = (result: StepResult) => judgeStep(file, step, result).tensors.filter((tensor) => !isWithin(tensor));

  it("is met by the golden numbers themselves, with nothing to say about rounding", () => {
    const judged = judgeStep(file, step, resultWith(file, step, twin.gradients()));
    expect(judged.tensors.length).toBe(step.expected.size);
    expect(judged.tensors.filter((tensor) => !isWithin(tensor))).toEqual([]);
    expect(judged.decided).toEqual([]);
  });

  it("is met by an engine whose ReLU falls on the other side, in every tensor, and the ReLU is named", () => {
    const judged = judgeStep(file, step, resultWith(file, step, twin.gradients([tie])));
    expect(judged.tensors.length).toBe(step.expected.size);
    expect(judged.tensors.filter((tensor) => !isWithin(tensor))).toEqual([]);
    expect(judged.decided).toEqual([tie]);
  });

  it("is not met where anything else is off besides: a tensor's gradient, a weight, a loss, an activation", () => {
    const turned = twin.gradients([tie]);
    const layout = parameterLayout(file.shape);
    const { offset, size } = layout.parameters.find(({ name }) => name === "mlps.0.linears.0.weight") as {
      offset: number;
      size: number;
    };
    const off = turned.map((value, i) => (i >= offset && i < offset + size ? 1.003 * value : value));
    expect(beyond(resultWith(file, step, off)).length).toBeGreaterThan(0);
    const good = resultWith(file, step, turned);
    const { parameters } = good.next;
    expect(
      beyond({ ...good, next: { ...good.next, parameters: parameters.map((value) => 1.001 * value) } }).length,
    ).toBeGreaterThan(0);
    expect(beyond({ ...good, losses: { ...good.losses, kl: 1.1 * good.losses.kl } }).length).toBeGreaterThan(0);
    expect(beyond({ ...good, mu: good.mu.map((value) => 1.001 * value) }).length).toBeGreaterThan(0);
    expect(beyond({ ...good, gradNorm: 1.01 * good.gradNorm }).length).toBeGreaterThan(0);
  });

  it("is not met where a ReLU is taken wrongly whose input is clear of zero", () => {
    const wrong = Array.from({ length: 32 }, (_, row) => ({ stage: 6, row, feature: 4 })).filter(
      ({ row }) => !twin.decided.some((relu) => relu.stage === 6 && relu.row === row && relu.feature === 4),
    );
    expect(wrong.length).toBeGreaterThan(25);
    const usual = twin.gradients();
    const gradients = wrong.map((relu) => twin.gradients([relu])).filter((turned) => relativeError(turned, usual) > 2e-3);
    expect(gradients.length).toBeGreaterThan(5);
    for (const turned of gradients) expect(beyond(resultWith(file, step, turned)).length).toBeGreaterThan(0);
  });
});
