import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { cellTitle, loadDemo, map, openLab, openStep, primary, watchProblems } from "./lab.ts";

test("says why there is nothing to search before labels are loaded", async ({ page }) => {
  await openLab(page);
  await expect(primary(page, "search")).toBeDisabled();
  await expect(page.locator("archscape-search #obstacle")).toHaveText("A search needs labels: load a table in step 3.");
});

test("searches the map, and ends with curves, a path and the best cell", async ({ page }) => {
  const problems = watchProblems(page);
  await openLab(page, "strategy=random&queries=30&seeds=1-3");
  await loadDemo(page);
  const search = await openStep(page, "search");
  await primary(page, "search").click();
  await expect(search.locator("[data-result]")).toContainText("mean of 3 runs");
  await expect(search.locator("[data-runs] tbody tr")).toHaveCount(3);
  await expect(cellTitle(page)).toHaveText(/^Cell /);
  await expect(page.locator("archscape-map .climb:not(.halo)")).toHaveAttribute("d", /./);
  for (const chart of ["metric", "report", "queries"]) {
    await expect(
      page
        .locator(`archscape-charts [data-chart="${chart}"] svg path, archscape-charts [data-chart="${chart}"] svg circle`)
        .first(),
    ).toBeVisible();
  }
  // The selected cell is the one whose value the best run reports.
  const best = await search.locator('[data-runs] tr[aria-current="true"] td').nth(1).textContent();
  await expect(page.locator("archscape-cell dl")).toContainText(best?.trim() ?? "no value");
  expect(problems).toEqual([]);
});

test("walks another run over the map when its row is pressed", async ({ page }) => {
  await openLab(page, "strategy=random&queries=20&seeds=4,5&labels=demo");
  await openStep(page, "search");
  await primary(page, "search").click();
  const rows = page.locator("archscape-search [data-runs] tbody tr");
  await expect(page.locator("archscape-search [data-result]")).toBeVisible();
  const path = page.locator("archscape-map .walk");
  const before = await path.getAttribute("d");
  await rows.locator('xpath=self::*[not(@aria-current="true")]').first().getByRole("button").click();
  await expect(path).not.toHaveAttribute("d", before ?? "");
});

test("runs Bayesian optimisation seed by seed until it is cancelled, and keeps what it found", async ({ page }) => {
  await openLab(page, "strategy=bo&queries=60&seeds=1-50&labels=demo");
  await openStep(page, "search");
  await primary(page, "search").click();
  await expect(page.locator("archscape-search [data-runs] tbody tr").nth(1)).toBeVisible();
  await primary(page, "search").click();
  await expect(primary(page, "search")).toHaveText("Search");
  await expect(page.locator("archscape-search .summary").first()).toContainText("cancelled");
  await expect(page.locator("archscape-search [data-result]")).toContainText("valid_accuracy");
});

test("pays in simulated seconds where a cost column is chosen", async ({ page }) => {
  await openLab(page, "strategy=random&budget=seconds&seconds=60&seeds=1&labels=demo&cost=seconds");
  const search = await openStep(page, "search");
  await primary(page, "search").click();
  await expect(search.locator("[data-result]")).toBeVisible();
  const queries = Number(await search.locator("[data-runs] tbody td").nth(1).textContent());
  expect(queries).toBeGreaterThan(1);
  expect(queries).toBeLessThan(2675);
});

test("warns that a search on a test metric optimises what should only be reported", async ({ page }) => {
  await openLab(page, "labels=demo");
  const search = await openStep(page, "search");
  await expect(search.locator('[data-warning="test"]')).toHaveCount(0);
  await search.locator('select[name="metric"]').selectOption("test_accuracy");
  await expect(search.locator('[data-warning="test"]')).toContainText("test_accuracy is a test metric");
});

test("refuses seeds and budgets that cannot be, in one sentence", async ({ page }) => {
  await openLab(page, "strategy=random&labels=demo&seeds=9-1");
  await openStep(page, "search");
  await primary(page, "search").click();
  await expect(page.locator('archscape-notices li[data-tone="problem"]')).toContainText(
    'Seeds: expected numbers and ranges such as "1-10"',
  );
});

test("searches the space itself with an option of its own, and saves traces as JSON lines and as a table", async ({ page }) => {
  await openLab(page, "strategy=evolution&points=none&queries=12&seeds=1,2&labels=demo");
  const search = await openStep(page, "search");
  await search.locator("[data-options] summary").click();
  await search.getByLabel("Population").fill("7");
  await search.getByLabel("Population").press("Tab");
  await expect(search.locator("[data-options] summary")).toHaveText("Options of the strategy, 1 change");
  await primary(page, "search").click();
  await expect(search.locator("[data-result]")).toBeVisible();
  const saved = async (name: string): Promise<string> => {
    const [download] = await Promise.all([page.waitForEvent("download"), search.getByRole("button", { name }).click()]);
    return readFileSync(await download.path(), "utf8");
  };
  const lines = (await saved("Traces (JSON lines)")).trim().split("\n");
  expect(
    lines
      .map((line) => JSON.parse(line) as { seed: number; points: string; options: { population: number }; queries: unknown[] })
      .map(({ seed, points, options, queries }) => [seed, points, options.population, queries.length]),
  ).toEqual([
    [1, "none", 7, 12],
    [2, "none", 7, 12],
  ]);
  expect((await saved("CSV")).trim().split("\n")).toHaveLength(1 + 24);
  await expect(map(page)).toBeVisible();
});
