import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { LabelTable } from "../../../src/formats/label-table.ts";
import { readLabelTable } from "../../../src/formats/read-label-table.ts";
import { labelTableObjective } from "../../../src/objectives/label-table.ts";
import { search, searchSeeds } from "../../../src/search/run.ts";
import { STRATEGIES, type StrategyName, type StrategyOptions } from "../../../src/search/strategies.ts";
import { type Embedding, knowledgeOf } from "../../../src/search/strategy.ts";
import { summarise } from "../../../src/search/summary.ts";
import { best } from "../../../src/search/trace.ts";
import { nasbench201 } from "../../../src/spaces/nasbench201/index.ts";
import { shared } from "../../shared.ts";

/** A smaller model asked less often than by default, so that a test takes seconds. */
const QUICK = { hidden: 48, epochs: 40, batch: 3 };
const QUICK_NETWORKS = { layers: 3, epochs: 40, ensemble: 3, neighbours: "nearest" };
const QUICK_ENCODER = { width: 8, hidden: 8, candidates: 40 };
const QUICK_OPTIONS: Partial<Record<StrategyName, StrategyOptions>> = {
  bo: QUICK,
  bananas: QUICK_NETWORKS,
  "supervised-bo": { ...QUICK_ENCODER, epochs: 5, warmEpochs: 1 },
  "supervised-reinforce": QUICK_ENCODER,
};

const space = nasbench201();
const read = (path: string): LabelTable => readLabelTable(space, readFileSync(path, "utf8"), { source: path, partial: true });

/** Stands in for a learnt embedding: the operation of each of the six edges as a corner of a regular simplex, 6 x 5 numbers. */
function corners(): Embedding {
  const kinds = 5;
  const first = space.operations.length - 1 - kinds;
  const dimensions = 6 * kinds;
  const data = new Float32Array(space.size * dimensions).fill(-1 / kinds);
  for (let index = 0; index < space.size; index++) {
    const { operations } = space.graph(index);
    for (let edge = 0; edge < 6; edge++) {
      data[index * dimensions + edge * kinds + (operations[edge + 1] as number) - first] = 1 - 1 / kinds;
    }
  }
  return { data, count: space.size, dimensions };
}

const embedding = corners();

describe("a search of NAS-Bench-201", () => {
  it("on the shipped Fashion-MNIST table asks labelled cells only, and reports the test accuracy of the best validation", async () => {
    const table = read(fileURLToPath(new URL("../../../data/fashion201.csv", import.meta.url)));
    const [valid, test] = ["valid_accuracy", "test_accuracy"].map((name) => table.metrics.find((metric) => metric.name === name));
    const objective = labelTableObjective(table, { metric: "valid_accuracy", report: "test_accuracy", cost: "seconds" });
    for (const strategy of STRATEGIES) {
      const trace = await search({
        ...knowledgeOf(space),
        space: "nasbench201",
        embedding,
        objective,
        strategy,
        options: QUICK_OPTIONS[strategy] ?? {},
        budget: { seconds: 60 },
        seed: 1,
      });
      const asked = trace.queries.map(({ index }) => valid?.values[index] as number);
      expect(trace.queries.length).toBeGreaterThan(16);
      expect(asked.every(Number.isFinite)).toBe(true);
      expect(best(trace)?.value).toBe(Math.max(...asked));
      expect(best(trace)?.report).toBe(test?.values[best(trace)?.index as number]);
      expect(trace.queries.at(-2)?.cumulativeCost).toBeLessThan(60);
      expect(trace.queries.at(-1)?.cumulativeCost).toBeGreaterThanOrEqual(60);
    }
  });

  // Labels of one short run a cell, as in the shipped table, are too noisy to tell strategies apart in so few seeds; the
  // comparison that always runs is the one on a smooth hill in strategies.test.ts.
  const benchmark = shared("data/nasbench201.csv");
  it.runIf(benchmark)(
    "by Bayesian optimisation beats random search on CIFAR-100 in 100 queries, over ten seeds (benchmark labels)",
    async () => {
      const objective = labelTableObjective(read(benchmark as string), { metric: "c100_valid", report: "c100_test" });
      const seventh = { ...objective, has: (index: number) => index % 7 === 0 && objective.has(index) };
      const reached = async (strategy: StrategyName, options: StrategyOptions): Promise<number> => {
        const seeds = Array.from({ length: 10 }, (_, i) => i + 1);
        const budget = { queries: 100 };
        const request = { space: "nasbench201", embedding, objective: seventh, strategy, options, budget, seeds } as const;
        return summarise(await searchSeeds(request), "metric")?.mean as number;
      };
      expect(await reached("bo", QUICK)).toBeGreaterThan(await reached("random", {}));
    },
    60_000,
  );
});
