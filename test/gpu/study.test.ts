/** A study whose searches by bo run together on the adapter, through the command. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { readEmbedding } from "../../src/formats/embedding.ts";
import { writeNpy } from "../../src/formats/npy.ts";
import { readRuns } from "../../src/study/run-lines.ts";
import { command, fresh, TABLE } from "../unit/cli/command.ts";
import { SHIPPED_EMBEDDING, SMALL_BO, SMALL_DIMENSIONS, space } from "./helpers.ts";

const STUDY = {
  archscape: "study 1",
  name: "On the GPU",
  space: "nasbench201",
  metric: "valid_accuracy",
  embedding: "small.npy",
  budget: { queries: 19 },
  seeds: "1-2",
  strategies: [{ strategy: "bo", options: SMALL_BO }, { strategy: "random" }],
};

it("a study runs its searches by bo together on the GPU and the others on threads, goes on with both, and mixes in no others", async () => {
  const path = fresh("study.json");
  const whole = readEmbedding(space, new Uint8Array(readFileSync(SHIPPED_EMBEDDING)), SHIPPED_EMBEDDING);
  const data = whole.data.filter((_, i) => i % whole.dimensions < SMALL_DIMENSIONS);
  writeFileSync(join(dirname(path), "small.npy"), writeNpy({ shape: [whole.count, SMALL_DIMENSIONS], data }));
  writeFileSync(path, JSON.stringify(STUDY));
  const run = (...args: string[]) => command(["study", path, "--table", TABLE, "--jobs", "1", "--json", ...args]);
  const onGpu = ["--search-backend", "webgpu"];
  const kept = () => readRuns(readFileSync(path.replace(".json", ".runs.jsonl"), "utf8"), "runs");
  const runNames = (ran: Awaited<ReturnType<typeof run>>): string[] =>
    ran.lines().flatMap(({ type, strategy, seed }) => (type === "run" ? [`${strategy} ${seed}`] : []));

  const first = await run(...onGpu);
  expect([first.code, runNames(first).sort()]).toEqual([0, ["bo 1", "bo 2", "random 1", "random 2"]]);
  expect(
    kept()
      ?.strategies.map(({ name, backend }) => [name, backend])
      .sort(),
  ).toEqual([
    ["bo", expect.stringMatching(/^webgpu: ./)],
    ["random", undefined],
  ]);

  // A seed's run is that of archscape search, whichever seeds run beside it.
  const out = fresh("traces.jsonl");
  const options = Object.entries(SMALL_BO).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const labels = ["--labels", TABLE, "--metric", "valid_accuracy", "--embedding", join(dirname(path), "small.npy")];
  const search = ["search", "nasbench201", ...labels, "--strategy", "bo", ...options, "--queries", "19", "--seeds", "2"];
  expect((await command([...search, ...onGpu, "--out", out])).code).toBe(0);
  const { queries, backend } = JSON.parse(readFileSync(out, "utf8")) as { queries: { index: number }[]; backend: string };
  const bo = kept()?.runs.find(({ name, seed }) => name === "bo" && seed === 2);
  expect(bo?.asked).toEqual(queries.map(({ index }) => index));
  expect(backend).toBe(kept()?.strategies.find(({ name }) => name === "bo")?.backend);

  writeFileSync(path, JSON.stringify({ ...STUDY, seeds: "1-3" }));
  const js = await run();
  expect([js.code, js.out]).toEqual([2, expect.stringContaining("another search backend of bo (webgpu: ")]);
  expect(runNames(await run(...onGpu)).sort()).toEqual(["bo 3", "random 3"]);
  const shown = await run("--report-only");
  expect(shown.result()).toMatchObject({ type: "result", complete: true, runs: 6 });
  expect(readFileSync(path.replace(".json", ".html"), "utf8")).toContain("search backend webgpu: ");
});
