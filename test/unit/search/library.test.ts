import { describe, expect, it } from "vitest";
import { best, nasbench201, STRATEGIES, STRATEGY_OPTIONS, search } from "../../../src/index.ts";
import { arrayObjective } from "./helpers.ts";

const space = nasbench201();
const values = Array.from({ length: space.size }, (_, index) => 1 - space.editDistance(index, 321) / 10);

describe("the library's search", () => {
  const request = { space, budget: { queries: 60 }, seed: 1 } as const;

  it("goes by single edits where it is given the space alone", async () => {
    const trace = await search({
      ...request,
      objective: arrayObjective(values),
      strategy: "evolution",
      options: { population: 9 },
    });
    expect(trace).toMatchObject({ points: "none", options: { population: 9, neighbours: "edits" } });
    // The random start is followed by children, each one edit away from what was asked before.
    const asked = trace.queries.map(({ index }) => index);
    const orphans = asked
      .slice(10)
      .filter((child, i) => !asked.slice(0, 10 + i).some((parent) => space.editDistance(parent, child) === 1));
    expect(orphans).toEqual([]);
  });

  it("goes by an encoding that it makes itself, or by an embedding of 16 numbers a cell", async () => {
    const options = { hidden: 8, epochs: 30, batch: 11 };
    const encoded = await search({
      ...request,
      embedding: "operations",
      objective: arrayObjective(values),
      strategy: "bo",
      options,
    });
    expect(encoded.points).toBe("operations");
    const embedding = Float32Array.from({ length: space.size * 16 }, (_, i) => Math.sin(i));
    const embedded = await search({ ...request, embedding, objective: arrayObjective(values), strategy: "bo", options });
    expect(embedded).not.toHaveProperty("points");
    // One edge more or less right shows in one-hot operations, and in no sine.
    expect(best(encoded)?.value).toBeGreaterThan(best(embedded)?.value as number);
  });

  it("tells of every strategy what it can be told", () => {
    for (const name of STRATEGIES) {
      for (const { words, values: allowed } of STRATEGY_OPTIONS[name]) {
        expect(words).not.toBe("");
        if (allowed.kind === "whole" || allowed.kind === "number") expect(allowed.most).toBeGreaterThan(allowed.least);
        if (allowed.kind === "choice") expect(allowed.choices.length).toBeGreaterThan(1);
      }
    }
  });
});
