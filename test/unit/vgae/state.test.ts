import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readGolden } from "../../../src/vgae/golden.ts";
import { parameterLayout } from "../../../src/vgae/layout.ts";
import { initialState } from "../../../src/vgae/state.ts";

const golden = (space: string) =>
  readGolden(readFileSync(fileURLToPath(new URL(`../../fixtures/golden-hidden32-${space}.safetensors`, import.meta.url))));

/** The golden files hold the weights of this seed, but other batch norms and eps, so that these matter in the first step. */
const SEED = 7;

describe.each(["nasbench101", "nasbench201", "darts"])("a new model of %s", (space) => {
  const { shape, steps } = golden(space);
  const layout = parameterLayout(shape);
  const expected = steps[0]?.start.parameters as Float32Array;
  const values = (parameters: Float32Array, part: (name: string) => boolean): number[] =>
    layout.parameters
      .filter(({ name }) => part(name))
      .flatMap(({ offset, size }) => [...parameters.subarray(offset, offset + size)]);
  const linear = (name: string): boolean => name !== "eps" && !name.includes("batch_norms");

  test("has the weights and biases that the original code has after torch.manual_seed(seed), bit for bit", () => {
    expect(values(initialState(shape, SEED).parameters, linear)).toEqual(values(expected, linear));
  });

  test("has other weights from another seed", () => {
    expect(values(initialState(shape, SEED + 1).parameters, linear)).not.toEqual(values(expected, linear));
  });

  test("starts with batch norms that change nothing and eps 0, and with no step done", () => {
    const state = initialState(shape, SEED);
    const all = (part: (name: string) => boolean) => new Set(values(state.parameters, part));
    expect(all((name) => /batch_norms.*weight$/.test(name))).toEqual(new Set([1]));
    expect(all((name) => name === "eps" || /batch_norms.*bias$/.test(name))).toEqual(new Set([0]));
    for (const { name, offset, size } of layout.running) {
      expect(new Set(state.running.subarray(offset, offset + size))).toEqual(new Set([name.endsWith("var") ? 1 : 0]));
    }
    expect([state.step, state.batchesTracked, state.prior.count]).toEqual([0, 0, 0]);
    expect(new Set([...state.adamM, ...state.adamV])).toEqual(new Set([0]));
  });
});
