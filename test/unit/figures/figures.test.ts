import { describe, expect, it } from "vitest";
import { accuracyMap, GRID } from "../../../src/figures/accuracy-map.ts";
import { CELLS, cellWalk } from "../../../src/figures/cell-walk.ts";
import { differingEntries } from "../../../src/figures/distances.ts";
import { EDITS, editWalk, growsMonotonically, MOST_LAG } from "../../../src/figures/edit-walk.ts";
import { type FigureInput, type FigureLabels, obstacleTo } from "../../../src/figures/figure.ts";
import { prediction, TOLD, thresholdOf } from "../../../src/figures/prediction.ts";
import { generator } from "../../../src/random/generator.ts";
import { beliefOver } from "../../../src/search/gp/belief.ts";
import { poolOf } from "../../../src/search/gp/points.ts";
import { packedDistances, predictedMeans } from "../../../src/search/gp/prediction.ts";
import { encodeSpace } from "../../../src/spaces/discrete/encode.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { atOnce } from "../../../src/spaces/steps.ts";

const space = nasbench201();
/** One-hot operations: two cells d edits apart lie sqrt(2 d) apart. */
const oneHot = encodeSpace(space, "operations");
const metric = { name: "valid", quantity: "accuracy", unit: "%", goal: "max", scale: 100 } as const;

/** Random points in the plane with a label each; `label` NaN leaves a cell out. */
function plane(
  label: (x: number, y: number, index: number) => number,
  seeds = [1],
): FigureInput & { readonly labels: FigureLabels } {
  const random = generator(7, "figures");
  const data = Float32Array.from({ length: 2 * space.size }, () => random.uniform());
  const values = Float64Array.from({ length: space.size }, (_, i) => label(data[2 * i] as number, data[2 * i + 1] as number, i));
  return { space, embedding: { data, count: space.size, dimensions: 2 }, labels: { metric, values }, seeds };
}

describe("predictive performance (figure 2)", () => {
  // Few cells are labelled, so that tests are short.
  const labelled = (index: number): boolean => index < 1200;

  it("predicts labels that follow the embedding, and none that do not", () => {
    const smooth = atOnce(prediction(plane((x, y, i) => (labelled(i) ? 0.5 + 0.2 * Math.sin(3 * x) * y : Number.NaN))));
    expect(smooth.pearson.mean).toBeGreaterThan(0.98);
    expect(smooth.rmse.mean).toBeLessThan(0.01);
    const random = generator(3, "figures");
    const noise = atOnce(prediction(plane((_x, _y, i) => (labelled(i) ? random.uniform() / 2 : Number.NaN))));
    expect(Math.abs(noise.pearson.mean)).toBeLessThan(0.15);
  });

  it("tells 250 cells above 0.8 and predicts the others above it, the same ones with the same seed", () => {
    const input = plane((x, _y, i) => (labelled(i) ? 0.6 + 0.35 * x : Number.NaN), [1, 2]);
    const above = input.labels.values.reduce((count, value) => count + (value > 0.8 ? 1 : 0), 0);
    const made = atOnce(prediction(input));
    expect(made).toMatchObject({ told: TOLD, threshold: 0.8, predicted: above - TOLD });
    expect(made.density.counts.reduce((a, b) => a + b)).toBe(above - TOLD);
    expect(atOnce(prediction({ ...input, seeds: [2] })).runs).toEqual(made.runs.slice(1));
    expect(made.runs[0]?.rmse).not.toBe(made.runs[1]?.rmse);
  });

  it("has the paper's threshold for accuracies that reach it, and refuses too few labels", () => {
    expect(thresholdOf([0.1, 0.81], metric)).toBe(0.8);
    expect(thresholdOf([0.1, 0.73], metric)).toBeUndefined();
    expect(thresholdOf([3, 4], { quantity: "time" })).toBeUndefined();
    expect(() => atOnce(prediction(plane((_x, _y, i) => (i < 300 ? 0.9 : 0.1))))).toThrow(
      "Predictive performance needs 500 labelled cells above 0.8: valid has 300.",
    );
  });

  it("goes by the means that a search's belief has", () => {
    const pool = poolOf(
      oneHot,
      Uint32Array.from({ length: 300 }, (_, i) => 7 * i),
      "euclidean",
    );
    const [places, labels, assumed] = [[4, 90, 200, 33], Float64Array.of(-1.2, 0.3, 1, -0.1), { length: 3, noise: 0.1 }];
    const belief = beliefOver(pool);
    for (const place of places) belief.observe(place);
    belief.assume(assumed);
    const means = atOnce(predictedMeans(pool, places, packedDistances(pool, places), labels, assumed));
    const expected = belief.means(labels);
    for (const [i, mean] of means.entries()) expect(mean).toBeCloseTo(expected[i] as number, 5);
  });
});

describe("L2 and edit distance along random walks (figure 3)", () => {
  const input: FigureInput = { space, embedding: oneHot, labels: undefined, seeds: [1, 2] };
  const walk = atOnce(editWalk(input));

  it("groups pairs by their exact edit distance: where the embedding is one-hot, L2 is its root", () => {
    expect(walk.byDistance.map(({ at }) => at)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const { at, mean, lowerQuartile, upperQuartile } of walk.byDistance) {
      for (const value of [mean, lowerQuartile, upperQuartile]) expect(value).toBeCloseTo(Math.sqrt(2 * at), 5);
    }
    expect(growsMonotonically(walk.byDistance)).toBe(true);
  });

  it("takes all pairs up to eight steps apart; one step is one edit, more steps may come back", () => {
    expect(walk.bySteps.map(({ pairs }) => pairs)).toEqual(
      Array.from({ length: MOST_LAG }, (_, i) => input.seeds.length * (EDITS - i)),
    );
    expect(walk.bySteps[0]?.mean).toBeCloseTo(Math.SQRT2, 5);
    expect(walk.bySteps[7]?.mean).toBeLessThan(Math.sqrt(2 * 6));
  });

  it("does not call a distance monotone that once falls, unless too few pairs say so", () => {
    const group = (at: number, mean: number, pairs = 100) => ({ at, mean, pairs, lowerQuartile: 0, median: 0, upperQuartile: 0 });
    expect(growsMonotonically([group(1, 0.2), group(2, 0.3), group(3, 0.25)])).toBe(false);
    expect(growsMonotonically([group(1, 0.2), group(2, 0.3), group(3, 0.25, 5)])).toBe(true);
  });

  it("says of what cannot be walked or labelled why not", () => {
    expect(obstacleTo("distance", { space: { name: "darts", title: "DARTS" }, labels: undefined })).toMatch(/one edit apart/);
    expect(obstacleTo("map", { space, labels: undefined })).toBe(
      "Accuracy on the map needs a label table with a column of accuracies.",
    );
    expect(obstacleTo("walk", { space, labels: undefined })).toBeUndefined();
  });
});

describe("the accuracy map (figure 4)", () => {
  it("has the mean label of each field, of the architectures that have one", () => {
    const input = plane((x, _y, i) => (i % 5 === 0 ? Number.NaN : x < 0.5 ? 0.2 : 0.6));
    const map = atOnce(accuracyMap(input));
    expect(map).toMatchObject({ points: 10_000, seed: 1, grid: GRID });
    expect(map.low).toBeCloseTo(0.2, 9);
    expect(map.high).toBeCloseTo(0.6, 9);
    expect(map.counts.reduce((a, b) => a + b) + map.outside).toBe(10_000);
    expect(map.explained).toBeCloseTo(1, 5);
    for (const [field, mean] of map.means.entries()) {
      if (map.counts[field] === 0) expect(mean).toBeNaN();
      else expect(mean >= 0.2 - 1e-9 && mean <= 0.6 + 1e-9).toBe(true);
    }
  });
});

describe("a walk through nearest neighbours (figure 5)", () => {
  const made = atOnce(cellWalk({ space, embedding: oneHot, labels: undefined, seeds: [1, 2] }));

  it("goes to the nearest cell that was not visited: where the embedding is one-hot, an edit a step", () => {
    for (const { cells, steps } of made.walks) {
      expect(new Set(cells).size).toBe(CELLS);
      expect(steps).toHaveLength(CELLS - 1);
      for (const { edits, entries, l2 } of steps) expect([edits, entries, l2]).toEqual([1, 2, Math.SQRT2]);
    }
    expect(made.edits).toMatchObject({ runs: 2, mean: 1, deviation: 0 });
    // Six edges that agree one time in five.
    expect(made.atRandom.edits).toBeCloseTo(4.8, 0);
  });

  it("counts matrix entries as the original code does: a changed operation twice, one that appears once", () => {
    const graph = (operations: number[], edges: number[]) => ({
      operations: Uint8Array.from(operations),
      adjacency: Uint8Array.from(edges),
    });
    const a = graph([0, 1, 255], [0, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(differingEntries(a, a, 5)).toBe(0);
    expect(differingEntries(a, graph([0, 2, 255], [0, 1, 0, 0, 0, 0, 0, 0, 0]), 5)).toBe(2);
    expect(differingEntries(a, graph([0, 1, 4], [0, 1, 0, 0, 0, 1, 0, 0, 0]), 5)).toBe(2);
  });
});
