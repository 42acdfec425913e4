import { describe, expect, it } from "vitest";
import type { LabelTable, Metric } from "../../../src/formats/label-table.ts";
import { generator } from "../../../src/random/generator.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { LATENT } from "../../../src/vgae/config.ts";
import { createFigures, type FigureMaterial, type FiguresStore } from "../../../web/state/figures.ts";
import type { Client } from "../../../web/state/workers.ts";
import type { FiguresApi } from "../../../workers/figures-protocol.ts";
import { figuresService } from "../../../workers/figures-service.ts";

const space = nasbench201();
const random = generator(5, "figures");
const rowsOf = (): Float32Array => Float32Array.from({ length: space.size * LATENT }, () => random.normal());
const column = (name: string, quantity: Metric["quantity"] = "accuracy"): Metric => {
  const values = Float64Array.from({ length: space.size }, () => random.uniform());
  return { name, quantity, unit: "", goal: "max", scale: 1, values, present: space.size };
};
const table: LabelTable = {
  space: space.name,
  source: "mine.csv",
  rows: space.size,
  metrics: [column("seconds", "time"), column("valid"), column("test")],
  warnings: [],
};

/** Figures over a worker that runs in this thread. */
function setUp(first: FigureMaterial | { readonly why: string }) {
  const api = figuresService();
  const client = { api, ended: 0, ask: (call: (api: FiguresApi) => unknown) => call(api), close: () => undefined };
  let material = first;
  const failures: string[] = [];
  const figures: FiguresStore = createFigures(space, () => client as unknown as Client<FiguresApi>, {
    material: () => material,
    onFailure: ({ message }) => void failures.push(message),
  });
  figures.choose({ seeds: 1 });
  const states = () => Object.values(figures.store.value.figures).map(({ state }) => state);
  return { figures, failures, states, put: (next: typeof material) => (material = next) };
}

describe("figures of what is on the map", () => {
  it("says what is missing, makes what can be made, and knows when it is of another map, other labels or seeds", async () => {
    const rows = rowsOf();
    const { figures, states, put } = setUp({ why: "There is no map." });
    expect(figures.obstacle("walk")).toBe("There is no map.");
    put({ rows, source: "my map", table: undefined });
    expect(figures.obstacle("map")).toContain("needs a label table");
    await figures.make(["prediction", "distance", "map", "walk"]);
    expect(states()).toEqual(["none", "done", "none", "done"]);

    put({ rows, source: "my map", table });
    expect(figures.metric()?.name).toBe("test");
    await figures.make(["map"]);
    const made = figures.store.value.figures.map;
    expect(made).toMatchObject({
      state: "done",
      figure: { metric: { name: "test" } },
      source: "NAS-Bench-201, my map, labels of mine.csv, seed 1",
    });
    expect(["distance", "map", "walk"].map((name) => figures.isOutdated(name as "map"))).toEqual([false, false, false]);
    figures.choose({ column: "valid" });
    expect(["distance", "map", "walk"].map((name) => figures.isOutdated(name as "map"))).toEqual([false, true, false]);
    figures.choose({ column: "test", seeds: 3 });
    expect(["distance", "map", "walk"].map((name) => figures.isOutdated(name as "map"))).toEqual([true, false, true]);
    put({ rows: rowsOf(), source: "another map", table });
    expect(figures.isOutdated("map")).toBe(true);
  });

  it("stops at a cancel, and leaves what was not done as it was", async () => {
    const { figures, states, failures } = setUp({ rows: rowsOf(), source: "my map", table });
    await figures.make(["walk"]);
    const before = figures.store.value.figures.walk;
    const making = figures.make(["prediction", "walk"]);
    expect(states()).toEqual(["running", "none", "none", "waiting"]);
    figures.cancel();
    await making;
    expect(states()).toEqual(["none", "none", "none", "done"]);
    expect(figures.store.value.figures.walk).toBe(before);
    expect([failures, figures.store.value.isRunning]).toEqual([[], false]);
  });

  it("says why a figure came to nothing", async () => {
    const few = { ...table, metrics: [{ ...column("test"), values: new Float64Array(space.size).fill(Number.NaN) }] };
    const { figures, states, failures } = setUp({ rows: rowsOf(), source: "my map", table: few });
    await figures.make(["map"]);
    expect([states(), failures]).toEqual([
      ["none", "none", "none", "none"],
      ["The accuracy map needs at least 51 labelled cells: test has 0."],
    ]);
  });
});
