/** Whole searches with surrogates on the GPU, against those of JavaScript. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readEmbedding } from "../../src/formats/embedding.ts";
import { readLabelTable } from "../../src/formats/read-label-table.ts";
import { DeviceLost } from "../../src/gpu/loss.ts";
import { labelTableObjective } from "../../src/objectives/label-table.ts";
import { searchSeeds } from "../../src/search/run.ts";
import { searchTogether } from "../../src/search/run-together.ts";
import { summarise } from "../../src/search/summary.ts";
import { webgpuSurrogates } from "../../src/surrogates/webgpu/surrogates.ts";
import { TABLE } from "../unit/cli/command.ts";
import { SHIPPED_EMBEDDING, SMALL_BO, SMALL_DIMENSIONS, sharedGpu, space } from "./helpers.ts";

const whole = readEmbedding(space, new Uint8Array(readFileSync(SHIPPED_EMBEDDING)), SHIPPED_EMBEDDING);
const embedding = {
  ...whole,
  dimensions: SMALL_DIMENSIONS,
  data: whole.data.filter((_, i) => i % whole.dimensions < SMALL_DIMENSIONS),
};
const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);

const table = readLabelTable(space, readFileSync(TABLE, "utf8"), { source: "fashion201.csv" });
const request = {
  space: space.name,
  embedding,
  objective: labelTableObjective(table, { metric: "valid_accuracy" }),
  strategy: "bo",
  options: SMALL_BO,
  budget: { queries: 26 },
  seeds: SEEDS,
} as const;

describe("Bayesian optimisation of many seeds on the GPU", () => {
  it("finds architectures as good as JavaScript does: means agree within their standard errors", async () => {
    const gpu = await sharedGpu();
    const together = await searchTogether(request, (settled, options, searches) =>
      webgpuSurrogates(gpu, { ...settled, options, searches, observations: 26 }),
    );
    const alone = await searchSeeds(request);
    const [ours, theirs] = [together, alone].map((traces) => summarise(traces, "metric"));
    const error = Math.hypot(ours?.deviation as number, theirs?.deviation as number) / Math.sqrt(SEEDS.length);
    expect(Math.abs((ours?.mean as number) - (theirs?.mean as number))).toBeLessThan(3 * error);
    for (const { backend, end } of together) expect([backend, end]).toEqual([`webgpu: ${gpu.adapter}`, "budget"]);
    // Both have learnt something: better than the best of the 16 random ones they share.
    together.forEach(({ queries }, i) => {
      expect(queries.slice(0, 16)).toEqual(alone[i]?.queries.slice(0, 16));
    });
    const start = together.map(({ queries }) => Math.max(...queries.slice(0, 16).map(({ value }) => value)));
    expect(ours?.mean).toBeGreaterThan(start.reduce((a, b) => a + b) / start.length);
  });

  it("ends with the reason when the device goes away", async () => {
    const sound = await sharedGpu();
    let lose: (reason: string) => void = () => undefined;
    const gpu = { ...sound, lost: new Promise<string>((resolve) => (lose = resolve)) };
    let queries = 0;
    const search = searchTogether(
      {
        ...request,
        seeds: [1, 2],
        onQuery: () => {
          if (++queries === 40) lose("The GPU crashed.");
        },
      },
      (settled, options, searches) => webgpuSurrogates(gpu, { ...settled, options, searches, observations: 26 }),
    );
    await expect(search).rejects.toThrow(new DeviceLost("The GPU crashed."));
  });
});
