import { describe, expect, it } from "vitest";
import { generator } from "../../../src/random/generator.ts";
import { initialMlp, lossAndGradients, type MlpTraining, predictMlp, trainMlp } from "../../../src/search/bananas/network.ts";
import { withoutPoints } from "../../../src/search/points.ts";
import { search } from "../../../src/search/run.ts";
import { rescale, standardise } from "../../../src/search/standardise.ts";
import { type StrategyOptions, strategy } from "../../../src/search/strategies.ts";
import type { Strategy } from "../../../src/search/strategy.ts";
import { encodeSpace } from "../../../src/spaces/discrete/encode.ts";
import { nasbench201 } from "../../../src/spaces/nasbench201/index.ts";
import { arrayObjective, cloud, gradientError, hill } from "./helpers.ts";

const TRAINING: MlpTraining = { layers: 3, width: 8, epochs: 60, batchSize: 16, learningRate: 1e-2 };

describe("the networks of BANANAS", () => {
  const random = generator(1, "noise");
  const rows = 12;
  const x = Float64Array.from({ length: rows * 5 }, () => random.normal());
  const y = Float64Array.from({ length: rows }, () => random.normal());

  it("have the gradients of the mean absolute error, through every layer", () => {
    const mlp = initialMlp(5, TRAINING, generator(2, "search"));
    expect(mlp.sizes).toEqual([5, 8, 8, 8, 1]);
    const room = () => mlp.sizes.map((size) => new Float64Array(rows * size));
    const [activations, slopes] = [room(), room()];
    (activations[0] as Float64Array).set(x);
    const gradients = new Float64Array(mlp.parameters.length);
    const into = new Float64Array(mlp.parameters.length);
    const loss = () => lossAndGradients(mlp, activations, slopes, y, rows, into);
    expect(lossAndGradients(mlp, activations, slopes, y, rows, gradients)).toBeCloseTo(
      predictMlp(mlp, x).reduce((sum, value, r) => sum + Math.abs(value - (y[r] as number)), 0) / rows,
      12,
    );
    expect(gradientError(mlp.parameters, gradients, loss, 200)).toBeLessThan(1e-6);
  });

  it("learn what is in the data, in steps that need not fill", () => {
    const { data, count, dimensions } = cloud(90, 3, 5);
    const points = Float64Array.from(data);
    const targets = Float64Array.from({ length: count }, (_, i) => Math.abs(points[i * dimensions] as number));
    standardise(targets, 1);
    const errorOf = (epochs: number): number => {
      const mlp = trainMlp(points, targets, { ...TRAINING, epochs, batchSize: 32 }, generator(1, "search"));
      return predictMlp(mlp, points).reduce((sum, value, i) => sum + Math.abs(value - (targets[i] as number)), 0) / count;
    };
    expect(errorOf(150)).toBeLessThan(0.3 * errorOf(1));
  });
});

describe("standardising", () => {
  it("brings other rows onto the same scale, and leaves constant columns finite", () => {
    const rows = Float64Array.of(1, 5, 3, 5, 5, 5);
    const other = Float64Array.of(3, 5, 7, 6);
    rescale(other, standardise(rows, 2));
    const deviation = Math.sqrt(8 / 3);
    expect(Array.from(rows)).toEqual([-2 / deviation, 0, 0, 0, 2 / deviation, 0]);
    expect(Array.from(other)).toEqual([0, 0, 4 / deviation, 1]);
  });
});

describe("BANANAS", () => {
  const embedding = cloud(300, 4);
  const values = hill(embedding);
  const candidates = Uint32Array.from({ length: 300 }, (_, index) => index);
  const QUICK = { layers: 2, width: 12, epochs: 40, ensemble: 3 };
  const make = (options: StrategyOptions, seed = 1): Strategy =>
    strategy("bananas", { protocol: "corrected", accuracy: true }, { ...QUICK, ...options }).create({
      embedding,
      candidates,
      seed,
    });
  const play = (asking: Strategy, count: number): number[][] => {
    const batches: number[][] = [];
    for (let asked = 0; asked < count; ) {
      const batch = asking.ask();
      batches.push([...batch]);
      asked += batch.length;
      asking.tell(batch.map((index) => ({ index, value: values[index] as number })));
    }
    return batches;
  };

  it("starts with ten random architectures, then asks ten a round", () => {
    const batches = play(make({}), 40);
    expect(batches.map(({ length }) => length)).toEqual([10, 10, 10, 10]);
  });

  it("asks only mutants of the best: with one parent, near that one", () => {
    const [first, second] = play(make({ parents: 1, reach: 20, candidates: 15, batch: 5 }), 15) as [number[], number[]];
    const best = first.reduce((a, b) => ((values[b] as number) > (values[a] as number) ? b : a));
    const distance = (index: number): number => {
      let sum = 0;
      for (let j = 0; j < 4; j++) {
        sum += ((embedding.data[index * 4 + j] as number) - (embedding.data[best * 4 + j] as number)) ** 2;
      }
      return sum;
    };
    const order = Array.from(candidates)
      .filter((index) => index !== best)
      .sort((a, b) => distance(a) - distance(b));
    for (const index of second) expect(order.indexOf(index)).toBeLessThan(20);
  });

  it("believes its networks: of the mutants it asks better ones than chance would", () => {
    // A batch as large as the candidates asks all mutants, so that the networks have no say.
    const mean = (batch: number): number => {
      let sum = 0;
      for (let seed = 1; seed <= 10; seed++) {
        const asked = (play(make({ initial: 40, batch, candidates: 50, parents: 40 }, seed), 41)[1] as number[]).slice(0, 10);
        sum += asked.reduce((total, index) => total + (values[index] as number), 0) / asked.length;
      }
      return sum / 10;
    };
    expect(mean(10)).toBeGreaterThan(mean(50) + 0.05);
  });

  it("takes encodings as they are and standardises embeddings, unless told otherwise", () => {
    const inputs = (points: "embedding" | "path") =>
      strategy("bananas", { protocol: "corrected", accuracy: true, points }).options["inputs"];
    expect(inputs("embedding")).toBe("standardised");
    expect(inputs("path")).toBe("raw");
  });

  it("mutates by edits wherever they are known, also where its networks read an embedding", () => {
    const neighbours = (space: "nasbench101" | "darts" | undefined) =>
      strategy("bananas", { protocol: "corrected", accuracy: true, space, points: "embedding" }).options["neighbours"];
    expect([neighbours("nasbench101"), neighbours("darts"), neighbours(undefined)]).toEqual(["edits", "nearest", "nearest"]);
  });

  it("runs on path encodings of a space, which need no model, and not without points", async () => {
    const space = nasbench201();
    const labels = Array.from({ length: space.size }, (_, index) => 1 - space.editDistance(index, 4242) / 10);
    const request = {
      objective: arrayObjective(labels),
      edits: space.neighbours,
      space: "nasbench201",
      strategy: "bananas",
      options: { ...QUICK, epochs: 20 },
      budget: { queries: 60 },
      seed: 1,
    } as const;
    const trace = await search({ ...request, embedding: encodeSpace(space, "path") });
    expect(trace.points).toBe("path");
    expect(trace.options).toMatchObject({ neighbours: "edits", inputs: "raw" });
    const values = trace.queries.map(({ value }) => value);
    expect(Math.max(...values)).toBeGreaterThan(Math.max(...values.slice(0, 10)));
    await expect(search({ ...request, embedding: withoutPoints(space.size) })).rejects.toThrow(
      "Strategy bananas learns from points",
    );
  });
});
