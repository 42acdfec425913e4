import { readFileSync } from "node:fs";
import { memory } from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { readLabelTable } from "../../../src/formats/read-label-table.ts";
import { blend } from "../../../src/predictors/blend.ts";
import { scoreOf, splitOf } from "../../../src/predictors/comparison.ts";
import { dngo } from "../../../src/predictors/dngo.ts";
import { fineTunedEncoder } from "../../../src/predictors/fine-tuning.ts";
import { forest } from "../../../src/predictors/forest.ts";
import { gp } from "../../../src/predictors/gp.ts";
import { labelScores } from "../../../src/predictors/labels.ts";
import { mlp } from "../../../src/predictors/mlp.ts";
import { ridge } from "../../../src/predictors/ridge.ts";
import { graphOnly, modelFreeSource } from "../../../src/predictors/sources.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { readGolden } from "../../../src/vgae/golden.ts";
import { shared } from "../../shared.ts";
import { fixturePath, TABLE } from "../cli/command.ts";

const space = nasbench201();
const structure = modelFreeSource(space, "structure");
const operations = modelFreeSource(space, "operations");
const combined = modelFreeSource(space, "combined");

function column(text: string, name: string) {
  const table = readLabelTable(space, text, { source: "table", partial: true });
  const values = table.metrics.find((metric) => metric.name === name)?.values ?? new Float64Array(0);
  return { values, candidates: Uint32Array.from(values.keys()).filter((index) => Number.isFinite(values[index])) };
}

const demo = column(readFileSync(TABLE, "utf8"), "valid_accuracy");

/** A rule of which labels are an accident-free trace: what each operation of a cell is worth. */
const WORTH: Readonly<Record<string, number>> = { nor_conv_3x3: 1, nor_conv_1x1: 0.6, skip_connect: 0.4, avg_pool_3x3: 0.1 };
const ruled = Float64Array.from({ length: space.size }, (_, index) =>
  Array.from(space.graph(index).operations).reduce((sum, kind) => sum + (WORTH[space.operations[kind] ?? ""] ?? 0), 0),
);

describe("labels as scores", () => {
  it("come back in their unit, and between two labels what lies between them", () => {
    const { scores, inUnit } = labelScores(Float64Array.of(70, 10, 30, 50));
    expect(Array.from(scores, inUnit)).toEqual([70, 10, 30, 50]);
    expect(inUnit(0)).toBeCloseTo(40, 8);
    expect([inUnit(-9), inUnit(9)]).toEqual([10, 70]);
  });
});

describe("splits", () => {
  it("hold out what is not labelled, and label the same first architectures whatever their number", () => {
    const [few, more] = [splitOf(demo.candidates, 20, 100, 5), splitOf(demo.candidates, 50, 1e9, 5)];
    expect(few.heldOut).toHaveLength(100);
    expect(more.heldOut).toHaveLength(demo.candidates.length - 50);
    expect(more.known.slice(0, 20)).toEqual(few.known);
    expect(new Set([...more.known, ...more.heldOut]).size).toBe(demo.candidates.length);
    expect(splitOf(demo.candidates, 20, 100, 6).known).not.toEqual(few.known);
  });
});

describe("predictors", () => {
  const split = splitOf(demo.candidates, 80, 300, 1);

  for (const predictor of [ridge, gp, dngo, mlp, forest]) {
    it(`${predictor.name} finds the order that a rule gives from 80 labels, the same each time`, async () => {
      const score = await scoreOf(predictor, operations, ruled, split, 3);
      expect(score.tau).toBeGreaterThan(0.55);
      expect(score.rho).toBeGreaterThan(score.tau);
      expect(score.rmse).toBeLessThan(0.6);
      expect((await scoreOf(predictor, operations, ruled, split, 3)).tau).toBe(score.tau);
    });
  }

  it("order held-out cells of the demo table better than chance", async () => {
    expect((await scoreOf(ridge, structure, demo.values, split, 3)).tau).toBeGreaterThan(0.2);
  });

  it("that know how sure they are know it of the labelled best", () => {
    const labels = labelScores(Float64Array.from(split.known, (index) => demo.values[index] as number));
    for (const predictor of [gp, dngo, forest]) {
      const prediction = predictor.fit(structure.of(split.known), labels.scores, 1);
      if (prediction instanceof Promise) throw new Error("expected a prediction at once");
      const mean = (indices: Uint32Array): number => {
        const deviations = prediction.deviations?.(structure.of(indices)) ?? new Float64Array(0);
        return deviations.reduce((sum, value) => sum + value, 0) / indices.length;
      };
      expect(mean(split.known)).toBeGreaterThan(0);
      expect(mean(split.heldOut)).toBeGreaterThan(mean(split.known));
    }
  });

  it("blended expect the mean of what each expects", async () => {
    const labels = labelScores(Float64Array.from(split.known, (index) => demo.values[index] as number));
    const [known, others] = [structure.of(split.known), structure.of(split.heldOut)];
    const [a, b, both] = await Promise.all(
      [ridge, forest, blend("both", [ridge, forest])].map((one) => one.fit(known, labels.scores, 2)),
    );
    const [first, second] = [a?.means(others)[7] ?? 0, b?.means(others)[7] ?? 0];
    expect(both?.means(others)[7]).toBeCloseTo((first + second) / 2, 12);
  });

  it("include the encoder, which labels teach an order in a few steps", async () => {
    const { shape, evaluation } = readGolden(new Uint8Array(readFileSync(fixturePath("nasbench201"))));
    const encoder = await fineTunedEncoder(space, { shape, state: evaluation.state }, { steps: 40, batchSize: 60 });
    const score = await scoreOf(encoder, graphOnly, ruled, splitOf(demo.candidates, 60, 200, 1), 1);
    expect(score.tau).toBeGreaterThan(0.4);
    expect(score.rmse).toBeLessThan(1);
    const { numTensors } = memory();
    await scoreOf(encoder, structure, ruled, splitOf(demo.candidates, 60, 20, 2), 2);
    expect(memory().numTensors).toBe(numTensors);
  });
});

const labels = shared("data/nasbench201.csv");
describe.runIf(labels)("on NAS-Bench-201, CIFAR-10", () => {
  it("a Gaussian process on structure and ways is near .8 with 78 labels", async () => {
    const { values, candidates } = column(readFileSync(labels as string, "utf8"), "c10_test");
    expect((await scoreOf(gp, combined, values, splitOf(candidates, 78, 1000, 1), 1)).tau).toBeGreaterThan(0.75);
  });
});
