import { CholeskyDecomposition, Matrix, solve } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { generator } from "../../../src/random/generator.ts";
import { logExpectedImprovement } from "../../../src/search/dngo/acquisition.ts";
import { beliefOver } from "../../../src/search/gp/belief.ts";
import { factor, factorRow, rowStart, solveLower } from "../../../src/search/gp/cholesky.ts";
import { maximinDesign } from "../../../src/search/gp/design.ts";
import { fitHyperparameters } from "../../../src/search/gp/hyperparameters.ts";
import { normalQuantile, normalScores } from "../../../src/search/gp/normal-scores.ts";
import { distancesTo, manyDistances, type Pool, poolOf } from "../../../src/search/gp/points.ts";
import { observeMostPromising } from "../../../src/search/gp/proposals.ts";
import { logLikelihood } from "../../../src/search/gp/regression.ts";
import { search } from "../../../src/search/run.ts";
import { type StrategyName, type StrategyOptions, strategy } from "../../../src/search/strategies.ts";
import type { Embedding, SearchSetting } from "../../../src/search/strategy.ts";
import { encodeSpace } from "../../../src/spaces/discrete/encode.ts";
import { nasbench201 } from "../../../src/spaces/nasbench201/index.ts";
import { arrayObjective, cloud, hill } from "./helpers.ts";

const everything = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, index) => index);
const poolIn = (embedding: Embedding): Pool => poolOf(embedding, everything(embedding.count), "euclidean");
/** What a function writes into an array of this length. */
const written = (length: number, write: (into: Float64Array) => void): number[] => {
  const into = new Float64Array(length);
  write(into);
  return Array.from(into);
};

/** Covariances as the definition has them, for comparison: exp(-distance / length). */
function covariances(pool: Pool, a: readonly number[], b: readonly number[], length: number): Matrix {
  return new Matrix(
    a.map((i) => {
      const distances = new Float64Array(pool.indices.length);
      distancesTo(pool, i, distances);
      return b.map((j) => Math.exp(-(distances[j] as number) / length));
    }),
  );
}

describe("normal scores", () => {
  it("are quantiles of the ranks, whatever the values, and the same for equal values", () => {
    const scores = normalScores([3, 1, 2, 1e9]);
    expect(Array.from(scores)).toEqual([
      normalQuantile(5 / 8),
      normalQuantile(1 / 8),
      normalQuantile(3 / 8),
      normalQuantile(7 / 8),
    ]);
    expect(Array.from(normalScores([7, 7, 7]))).toEqual([0, 0, 0]);
    expect(normalScores([1, 5, 5])[1]).toBe(normalQuantile(2 / 3));
  });

  it("come from the quantile of the normal: known values, in the middle and in the tails", () => {
    for (const [p, quantile] of [
      [0.5, 0],
      [0.975, 1.959963984540054],
      [0.8413447460685429, 1],
      [0.001, -3.090232306167813],
    ] as const) {
      expect(normalQuantile(p)).toBeCloseTo(quantile, 7);
    }
  });
});

describe("the packed Cholesky factor", () => {
  const count = 11;
  const random = generator(1, "noise");
  const some = new Matrix(Array.from({ length: count }, () => Array.from({ length: count }, () => random.normal())));
  const matrix = some.mmul(some.transpose()).add(Matrix.eye(count));
  const packed = () =>
    Float64Array.from({ length: rowStart(count) }, (_, at) => {
      const i = Math.floor((Math.sqrt(8 * at + 1) - 1) / 2);
      return matrix.get(i, at - rowStart(i));
    });

  it("is that of ml-matrix, whole and row by row, and solves", () => {
    const expected = new CholeskyDecomposition(matrix).lowerTriangularMatrix;
    const whole = packed();
    expect(factor(whole, count)).toBe(true);
    for (let i = 0; i < count; i++)
      for (let j = 0; j <= i; j++) expect(whole[rowStart(i) + j]).toBeCloseTo(expected.get(i, j), 10);
    const grown = packed();
    expect(factor(grown, count - 1) && factorRow(grown, count - 1)).toBe(true);
    expect(grown).toEqual(whole);
    const b = Float64Array.from({ length: count }, (_, i) => i - 4);
    const x = b.slice();
    solveLower(whole, count, x);
    expect(
      expected
        .mmul(Matrix.columnVector(x))
        .to1DArray()
        .map((v) => Number(v.toFixed(8))),
    ).toEqual(Array.from(b));
  });

  it("is refused for what is not positive definite", () => {
    expect(factor(Float64Array.of(1, 2, 1), 2)).toBe(false);
  });
});

describe("what a Gaussian process believes", () => {
  const pool = poolIn(cloud(150, 3));
  const seen = [3, 70, 21, 5, 149, 88, 42, 60, 9];
  const labels = normalScores(seen.map((place) => Math.sin(place)));
  const assumed = { length: 1.7, noise: 0.05 };
  const believed = (first: number) => {
    const belief = beliefOver(pool);
    for (const place of seen.slice(0, first)) belief.observe(place);
    belief.assume(assumed);
    for (const place of seen.slice(first)) belief.observe(place);
    return belief;
  };

  it("has the mean and variance of the definition, whether observations come before or after the hyper-parameters", () => {
    const all = Array.from(everything(150));
    const ofLabels = covariances(pool, seen, seen, assumed.length).add(Matrix.eye(seen.length).mul(assumed.noise));
    const across = covariances(pool, all, seen, assumed.length);
    const means = across.mmul(solve(ofLabels, Matrix.columnVector(labels))).to1DArray();
    const explained = across.mmul(solve(ofLabels, across.transpose()));
    for (const belief of [believed(seen.length), believed(4)]) {
      const got = belief.means(labels);
      for (const i of all) {
        expect(got[i]).toBeCloseTo(means[i] as number, 5);
        expect(belief.mostVariance(i)).toBeGreaterThan(1 - explained.get(i, i) - 1e-5);
        expect(belief.variance(i)).toBeCloseTo(1 - explained.get(i, i), 5);
        expect(belief.mostVariance(i)).toBe(belief.variance(i));
      }
    }
  });

  it("has the marginal likelihood of the definition", () => {
    const matrix = covariances(pool, seen, seen, assumed.length).add(Matrix.eye(seen.length).mul(assumed.noise));
    const y = Matrix.columnVector(labels);
    const lower = new CholeskyDecomposition(matrix).lowerTriangularMatrix;
    const fit = y.transpose().mmul(solve(matrix, y)).get(0, 0);
    const logDeterminant = 2 * lower.diagonal().reduce((sum, v) => sum + Math.log(v), 0);
    const distances = believed(9).distances();
    expect(logLikelihood(assumed, distances, labels, distances.slice())).toBeCloseTo(-0.5 * (fit + logDeterminant), 8);
  });

  it("keeps its means when an observation turns out as predicted, and is surer around it", () => {
    const belief = believed(seen.length);
    const means = belief.means(labels);
    const before = Array.from(everything(150), (i) => belief.variance(i));
    belief.observe(100);
    expect(Array.from(belief.means(labels))).toEqual(Array.from(means));
    expect(belief.variance(100)).toBeLessThan(0.06);
    expect(before.every((variance, i) => belief.variance(i) <= variance)).toBe(true);
  });

  it("stops working a variance out at a bound that is not worthwhile", () => {
    const belief = believed(seen.length);
    for (let place = 100; place < 130; place++) belief.observe(place);
    const bound = belief.mostVariance(7);
    const stopped = belief.variance(7, () => false);
    expect(stopped).toBeLessThan(bound);
    expect(stopped).toBeGreaterThan(belief.variance(7));
  });
});

describe("length scale and noise", () => {
  /** Distances and labels of a function with this length scale, at points of a line. */
  const sample = (length: number, noise: number, count = 60) => {
    const random = generator(5, "noise");
    const x = Array.from({ length: count }, () => 10 * random.uniform());
    const matrix = new Matrix(x.map((a) => x.map((b) => Math.exp(-Math.abs(a - b) / length)))).add(Matrix.eye(count).mul(noise));
    const lower = new CholeskyDecomposition(matrix).lowerTriangularMatrix;
    const labels = lower.mmul(Matrix.columnVector(x.map(() => random.normal()))).to1DArray();
    const distances = written(rowStart(count), (into) => {
      for (let i = 0, at = 0; i < count; i++)
        for (let j = 0; j <= i; j++) into[at++] = Math.abs((x[i] as number) - (x[j] as number));
    });
    return { distances: Float64Array.from(distances), labels: Float64Array.from(labels) };
  };

  it("of largest marginal likelihood beat all others that are tried", () => {
    const { distances, labels } = sample(3, 0.05);
    const found = fitHyperparameters(distances, labels, 3, "likelihood");
    const scratch = distances.slice();
    const most = logLikelihood(found, distances, labels, scratch);
    for (let length = 0.1; length < 100; length *= 1.3) {
      for (let noise = 1e-4; noise < 1; noise *= 1.7) {
        expect(logLikelihood({ length, noise }, distances, labels, scratch)).toBeLessThan(most + 0.01);
      }
    }
  });

  it("with a prior stay near the typical distance where labels say nothing, as the likelihood does not", () => {
    const { distances } = sample(3, 0.05, 8);
    const labels = normalScores([1, 8, 2, 7, 3, 6, 4, 5]);
    const ratio = (fit: "likelihood" | "posterior") => fitHyperparameters(distances, labels, 3, fit).length / 3;
    expect(Math.abs(Math.log(ratio("posterior")))).toBeLessThan(1.2);
    expect(Math.abs(Math.log(ratio("likelihood")))).toBeGreaterThan(2);
  });
});

describe("a pool", () => {
  it("has one of each class of the same architecture, at the mean of the class's points", () => {
    const embedding: Embedding = { data: Float32Array.of(1, 9, 3, 5, 2), count: 5, dimensions: 1 };
    const identity = (index: number): number => [0, 1, 0, 3, 1][index] as number;
    const pool = poolOf(embedding, Uint32Array.of(1, 2, 3, 4), "hamming", identity);
    expect(Array.from(pool.indices)).toEqual([1, 2, 3]);
    expect(Array.from(pool.rows)).toEqual([5.5, 3, 5]);
  });

  it("measures hamming as it is, and standardises for euclidean", () => {
    const embedding: Embedding = { data: Float32Array.of(0, 0, 0, 8, 2, 0, 2, 8), count: 4, dimensions: 2 };
    const from = (distance: "euclidean" | "hamming") =>
      written(4, (into) => distancesTo(poolOf(embedding, everything(4), distance), 0, into));
    expect(from("hamming")).toEqual([0, 8, 2, 10]);
    expect(from("euclidean")).toEqual([0, 2, 2, Math.sqrt(8)]);
  });
});

describe("distances to many places", () => {
  it.each(["euclidean", "hamming"] as const)("%s: are those to each of them", (distance) => {
    const pool = poolOf(cloud(90, 5), everything(90), distance);
    const [to, from, end] = [[4, 40, 89], 13, 77];
    const got = written(to.length * (end - from), (into) => manyDistances(pool)(to, into, from, end));
    const expected = to.flatMap((place) => written(end - from, (into) => distancesTo(pool, place, into, from, end)));
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i] as number, 7);
  });
});

describe("the spread start", () => {
  it("goes to the farthest corner each time", () => {
    const pool = poolIn({ data: Float32Array.of(0, 0, 10, 10, 0, 10, 10, 0, 5, 5, 4, 5), count: 6, dimensions: 2 });
    const design = maximinDesign(pool, 5, generator(1, "search"));
    expect(new Set(design.filter((place) => place < 4)).size).toBe(4);
  });

  it("has no place twice, not even of identical points, and no more than there are", () => {
    const same = poolIn({ data: new Float32Array(10).fill(1), count: 5, dimensions: 2 });
    expect(maximinDesign(same, 8, generator(2, "search")).sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("a batch", () => {
  const proposals = (rule: "largest" | "believer"): number[] => {
    // Two hills of which one is a little better: its neighbours are the next best, unless one of them stands for all.
    const data = Float32Array.from({ length: 80 }, (_, i) => (i < 40 ? i / 400 : 100 + i / 400));
    const pool = poolOf({ data, count: 80, dimensions: 1 }, everything(80), "hamming");
    const belief = beliefOver(pool);
    for (const place of [0, 79]) belief.observe(place);
    belief.assume({ length: 1, noise: 1e-3 });
    return observeMostPromising(belief, Float64Array.of(0.1, 0), { target: 0.1, batch: 4, rule });
  };

  it("of those of largest improvement may crowd; believing in each spreads it", () => {
    const hills = (places: readonly number[]) => new Set(places.map((place) => place < 40)).size;
    expect(hills(proposals("largest"))).toBe(1);
    expect(hills(proposals("believer"))).toBe(2);
  });
});

describe("the most promising places", () => {
  const pool = poolIn(cloud(500, 3));
  const labels = normalScores([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7]);
  const seen = Array.from(labels, (_, i) => 31 * i);
  const belief = () => {
    const made = beliefOver(pool);
    for (const place of seen) made.observe(place);
    made.assume({ length: 2, noise: 0.02 });
    return made;
  };
  const target = Math.max(...labels);

  it.each(["largest", "believer"] as const)("by the rule %s are those that all exact values give", (rule) => {
    const plain = belief();
    const expected: number[] = [];
    const improvements = () => {
      const means = plain.means(labels);
      return Array.from(means, (mean, place) =>
        plain.has(place) || expected.includes(place)
          ? Number.NEGATIVE_INFINITY
          : logExpectedImprovement(mean, Math.sqrt(plain.variance(place)), target),
      );
    };
    for (let i = 0; i < 6; i++) {
      const scores = improvements();
      expected.push(scores.indexOf(Math.max(...scores)));
      if (rule === "believer") plain.observe(expected.at(-1) as number);
    }
    expect(observeMostPromising(belief(), labels, { target, batch: 6, rule })).toEqual(expected);
  });

  it("are the smaller of equals, and as many as there are left", () => {
    const same = poolOf({ data: Float32Array.of(0, 1, 1, 1, 1), count: 5, dimensions: 1 }, everything(5), "hamming");
    const all = beliefOver(same);
    all.observe(0);
    all.assume({ length: 1, noise: 0.1 });
    expect(observeMostPromising(all, Float64Array.of(0), { target: 0, batch: 9, rule: "largest" })).toEqual([1, 2, 3, 4]);
    expect(all.places).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("searches with a Gaussian process", () => {
  const SETTING: SearchSetting = { protocol: "corrected", space: "nasbench201", accuracy: true };
  const embedding = cloud(400, 4);
  const values = hill(embedding);
  const reached = (name: StrategyName, options: StrategyOptions, count: number): number => {
    let sum = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const asking = strategy(name, SETTING, options).create({ embedding, candidates: everything(400), seed });
      let best = 0;
      for (let asked = 0; asked < count; ) {
        const batch = asking.ask();
        asked += batch.length;
        best = Math.max(best, ...batch.map((index) => values[index] as number));
        asking.tell(batch.map((index) => ({ index, value: values[index] as number })));
      }
      sum += best;
    }
    return sum / 10;
  };

  it("beat random search on a smooth hill, over ten seeds", () => {
    expect(reached("gp", {}, 30)).toBeGreaterThan(reached("random", {}, 30) + 0.02);
    expect(reached("latent-bo", {}, 30)).toBeGreaterThan(reached("random", {}, 30) + 0.02);
  });

  it("start with 16 at random, or with 8 spread ones, then ask one at a time on NAS-Bench-201 and five elsewhere", () => {
    const batches = (name: StrategyName, space: "nasbench201" | "nasbench101"): number[] => {
      const asking = strategy(name, { ...SETTING, space }).create({ embedding, candidates: everything(400), seed: 1 });
      return [0, 1].map(() => {
        const batch = asking.ask();
        asking.tell(batch.map((index) => ({ index, value: values[index] as number })));
        return batch.length;
      });
    };
    expect(batches("gp", "nasbench201")).toEqual([16, 1]);
    expect(batches("gp", "nasbench101")).toEqual([16, 5]);
    expect(batches("latent-bo", "nasbench201")).toEqual([8, 1]);
    expect(batches("latent-bo", "nasbench101")).toEqual([8, 5]);
  });

  it("fit in many steps, between which they can be cancelled, and then ask what they ask at once", () => {
    const [inSteps, atOnce] = [1, 2].map(() => {
      const asking = strategy("gp", SETTING).create({ embedding, candidates: everything(400), seed: 1 });
      asking.tell(asking.ask().map((index) => ({ index, value: values[index] as number })));
      return asking;
    });
    const steps = [...(inSteps?.prepare?.() ?? [])];
    expect(steps.length).toBeGreaterThan(15);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect([...(inSteps?.prepare?.() ?? [])]).toEqual([]);
    expect(inSteps?.ask()).toEqual(atOnce?.ask());
  });

  it("depend on the order of labels only: any monotone change of them asks the same", () => {
    const asked = (change: (value: number) => number): number[] => {
      const asking = strategy("latent-bo", SETTING).create({ embedding, candidates: everything(400), seed: 4 });
      const all: number[] = [];
      for (let round = 0; round < 12; round++) {
        const batch = asking.ask();
        all.push(...batch);
        asking.tell(batch.map((index) => ({ index, value: change(values[index] as number) })));
      }
      return all;
    };
    expect(asked((value) => 100 * Math.exp(3 * value))).toEqual(asked((value) => value));
  });

  it("measure encodings by hamming and embeddings by distance, unless told otherwise", () => {
    expect(strategy("gp", { ...SETTING, points: "operations" }).options).toMatchObject({ distance: "hamming", pool: "all" });
    expect(strategy("gp", SETTING).options).toMatchObject({ distance: "euclidean", fit: "likelihood" });
    expect(strategy("latent-bo", SETTING).needs).toEqual({ points: true, edits: false, identity: true });
  });

  it("never pay twice for one architecture of NAS-Bench-201 where cells that are the same count as one", async () => {
    const space = nasbench201();
    // Two cells of each of 300 classes: a search that takes them for two cannot pass by the second.
    const classes = new Map<number, number[]>();
    for (let index = 0; index < space.size; index++) {
      const name = space.canonical(index);
      classes.set(name, [...(classes.get(name) ?? []), index]);
    }
    const pairs = [...classes.values()].filter(({ length }) => length > 1).slice(0, 300);
    const labels = new Array<number | undefined>(space.size);
    for (const pair of pairs)
      for (const index of pair.slice(0, 2)) labels[index] = 1 - space.editDistance(pair[0] as number, 4242) / 10;
    const request = {
      space: "nasbench201",
      embedding: encodeSpace(space, "operations"),
      identity: space.canonical,
      objective: arrayObjective(labels),
      budget: { queries: 60 },
      seed: 1,
    } as const;
    const distinct = async (name: StrategyName): Promise<number> => {
      const { queries } = await search({ ...request, strategy: name });
      return new Set(queries.map(({ index }) => space.canonical(index))).size;
    };
    expect(await distinct("latent-bo")).toBe(60);
    expect(await distinct("gp")).toBeLessThan(60);
  });
});
