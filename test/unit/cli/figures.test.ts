import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command, fresh, TABLE } from "./command.ts";

describe("archscape figures", () => {
  it("makes all figures of the shipped embedding and a label table: SVG, CSV, JSON and a page", async () => {
    const out = fresh("all");
    const ran = await command([
      "figures",
      "nasbench201",
      "--table",
      TABLE,
      "--metric",
      "test_accuracy",
      "--seeds",
      "1",
      "--out",
      out,
      "--json",
    ]);
    expect(ran.err).toContain("The table labels 2,675 of the 15,625 architectures");
    expect(ran.code).toBe(0);
    expect(ran.result()).toMatchObject({
      type: "result",
      figures: ["prediction", "distance", "map", "walk"],
      missing: [],
      metric: "test_accuracy",
      seeds: [1],
      embedding: "nasbench201-released.embedding.safetensors",
    });
    expect(readdirSync(out)).toHaveLength(13);
    const made = ran.lines().filter(({ type }) => type === "figure");
    expect(made.map(({ name }) => name)).toEqual(["prediction", "distance", "map", "walk"]);
    expect(made[1]?.["findings"]).toContainEqual({ what: "L2 distance grows with every edit", here: "yes" });
    expect(readFileSync(join(out, "prediction.csv"), "utf8")).toMatch(/^seed,rmse,pearson\n1,0\.\d+,0\.\d+\n$/);
    expect(readFileSync(join(out, "walk.svg"), "utf8")).toContain("nasbench201-released.embedding.safetensors, seed 1");
  });

  it("makes what needs no labels where there are none, and says what else it would need", async () => {
    const out = fresh("some");
    const ran = await command(["figures", "nasbench201", "--seeds", "1", "--out", out]);
    expect(ran.err).toContain("Predictive performance needs a label table with a column of accuracies.");
    expect(readdirSync(out).filter((name) => name.endsWith(".svg"))).toEqual(["distance.svg", "walk.svg"]);
    const again = await command(["figures", "nasbench201", "walk", "--out", out]);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining("the file exists; add --force")]);
  });

  it("refuses a figure asked for by name that cannot be had, and a column that is missing or not named", async () => {
    const out = fresh("none");
    const refused = async (...args: string[]) => (await command(["figures", "nasbench201", ...args, "--out", out])).err;
    expect(await refused("map")).toContain("Accuracy on the map needs a label table");
    expect(await refused("map", "--table", TABLE)).toContain("Give --metric COLUMN; it has ");
    expect(await refused("map", "--table", TABLE, "--metric", "nothing")).toContain(
      'The column "nothing" is not in fashion201.csv',
    );
    expect(await refused("picture")).toContain("Allowed choices are prediction, distance, map, walk");
  });
});
