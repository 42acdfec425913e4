import { describe, expect, it, vi } from "vitest";
import { beliefSteps } from "../../../src/predictors/belief.ts";
import { generator } from "../../../src/random/generator.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { atOnce } from "../../../src/spaces/steps.ts";
import { LATENT } from "../../../src/vgae/config.ts";
import { cartographer } from "../../../web/map/cartographer.ts";
import { quantityOf } from "../../../web/map/quantity.ts";
import { createAtlas } from "../../../web/state/atlas.ts";
import { createInsights } from "../../../web/state/insights.ts";
import { createReplaying } from "../../../web/state/replaying.ts";
import type { RunView, SearchingStore, SearchView } from "../../../web/state/searching.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../../web/state/settings.ts";
import { createStore } from "../../../web/state/store.ts";
import type { Client } from "../../../web/state/workers.ts";
import type { SearchApi } from "../../../workers/search-protocol.ts";
import { searchService } from "../../../workers/search-service.ts";

const space = nasbench201();
const random = generator(1, "search");
const rows = Float32Array.from({ length: space.size * LATENT }, () => random.normal());
const metric = { name: "accuracy", quantity: "accuracy", unit: "%", goal: "max", scale: 100 } as const;
/** A smooth value, so that there is something to predict. */
const worth = (index: number): number => 0.8 + 0.1 * Math.tanh(rows[index * LATENT]!);

function lab(run: RunView | undefined) {
  const maps = cartographer(space);
  const complain = vi.fn();
  const atlas = createAtlas(space, maps, complain);
  atlas.show(rows, { kind: "file", name: "test" });
  const settings = createStore<Settings>({ ...DEFAULT_SETTINGS });
  const plan = { metric };
  const view = createStore({ job: "finished", plan: run && plan, runs: run ? [run] : [] } as unknown as SearchView);
  const searching = { store: view, run: () => run } as unknown as SearchingStore;
  const service = searchService();
  const client = { ask: (call: (api: SearchApi) => unknown) => call(service) } as unknown as Client<SearchApi>;
  const replaying = createReplaying(searching);
  const insights = createInsights({
    space,
    settings,
    atlas,
    maps,
    searching,
    replaying,
    search: () => client,
    isShown: () => true,
    screen: settings,
    complain,
  });
  const quantity = (key: string) =>
    quantityOf(key, { space, facts: undefined, table: undefined, insight: insights.value.insight });
  return { settings, replaying, complain, quantity };
}

const run: RunView = {
  seed: 3,
  trace: undefined,
  queries: Array.from({ length: 60 }, (_, i) => {
    const index = (i * 257) % space.size;
    return { query: i + 1, index, value: worth(index), cost: 0, cumulativeCost: 0, incumbent: index };
  }),
};

describe("what the map can be coloured by", () => {
  it("edit distance follows the selected cell, and asks for one where there is none", () => {
    const { settings, quantity } = lab(undefined);
    settings.set({ colour: "edits" });
    expect(quantity("edits").absence).toContain("Select a cell");
    settings.set({ cell: 5 });
    const { values, source } = quantity("edits");
    expect([values[5], values[9]]).toEqual([0, space.editDistance(5, 9)]);
    expect(source).toBe("to cell 5");
    settings.set({ cell: 9 });
    expect(quantity("edits").values[9]).toBe(0);
  });

  it("query order and prediction want a search first", () => {
    const { settings, quantity } = lab(undefined);
    for (const colour of ["order", "predicted", "uncertainty"]) {
      settings.set({ colour });
      expect(quantity(colour).absence).toContain("there was none yet");
    }
  });

  it("query order numbers the queries, as far as they are replayed", () => {
    const { settings, replaying, quantity } = lab(run);
    settings.set({ colour: "order" });
    expect(quantity("order").values[run.queries[41]!.index]).toBe(42);
    replaying.open();
    replaying.go(10);
    expect(quantity("order").values[run.queries[9]!.index]).toBe(10);
    expect(quantity("order").values[run.queries[41]!.index]).toBeNaN();
  });

  it("a prediction says on how many cells it rests, and is that of as many queries as are replayed", async () => {
    const { settings, replaying, quantity, complain } = lab(run);
    settings.set({ colour: "predicted" });
    await vi.waitFor(() => expect(quantity("predicted").values).toHaveLength(space.size), 30_000);
    expect(quantity("predicted").source).toContain("the 60 cells evaluated so far");
    expect(quantity("predicted").show(0.8)).toBe("80.00 %");
    replaying.open();
    replaying.go(20);
    await vi.waitFor(() => expect(quantity("predicted").source).toContain("the 20 cells"), 30_000);
    expect(complain).not.toHaveBeenCalled();
  });
});

describe("the belief of a Gaussian process", () => {
  const embedding = { data: rows.subarray(0, 2000 * LATENT), count: 2000, dimensions: LATENT };
  const indices = Uint32Array.from({ length: 150 }, (_, i) => i * 13);
  const evaluated = { indices, values: Float64Array.from(indices, worth) };

  it("is near the labels where it was told them, surer there than elsewhere, and right in tendency", () => {
    const means = atOnce(beliefSteps(embedding, evaluated, "mean"));
    const deviations = atOnce(beliefSteps(embedding, evaluated, "deviation"));
    const told = new Set(indices);
    const others = Array.from({ length: 2000 }, (_, i) => i).filter((i) => !told.has(i));
    const mean = (of: readonly number[], pick: (i: number) => number): number =>
      of.reduce((sum, i) => sum + pick(i), 0) / of.length;
    expect(mean([...told], (i) => Math.abs(means[i]! - worth(i)))).toBeLessThan(
      mean(others, (i) => Math.abs(means[i]! - worth(i))),
    );
    expect(mean([...told], (i) => deviations[i]!)).toBeLessThan(mean(others, (i) => deviations[i]!));
    const [good, bad] = [others.filter((i) => worth(i) > 0.85), others.filter((i) => worth(i) < 0.75)];
    expect(mean(good, (i) => means[i]!)).toBeGreaterThan(mean(bad, (i) => means[i]!));
  });
});
