import { readFileSync } from "node:fs";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { choose, notices, openLab, openStep, textFile, watchProblems } from "./lab.ts";

const study = (page: Page): Locator => page.locator("archscape-study");
const rows = (page: Page): Locator => study(page).locator('[data-results="end"] tbody tr');

async function openStudy(page: Page, hash = ""): Promise<Locator> {
  await openLab(page, hash);
  const search = await openStep(page, "search");
  await search.locator("[data-compare]").click();
  return study(page);
}

async function saved(page: Page, kind: string): Promise<string> {
  const button = study(page).locator(`[data-save="${kind}"]`);
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return readFileSync(await download.path(), "utf8");
}

test("compares strategies in one press, and finds the runs again after a reload", async ({ page }) => {
  const problems = watchProblems(page);
  const panel = await openStudy(page);
  await expect(panel.locator("[data-run]")).toBeDisabled();
  await panel.locator("[data-demo]").click();
  await expect(panel.locator("[data-run]")).toHaveText("Run 30 searches");
  await panel.locator("[data-run]").click();
  await expect(panel.locator("[data-progress]")).toContainText("of 30 runs");
  await expect(panel.locator("[data-kept]")).toContainText("All 30 runs are there", { timeout: 60_000 });
  await expect(rows(page).locator("th")).toHaveText(["random", "evolution", "latent-bo"]);
  await expect(rows(page).first()).toContainText("baseline");
  for (const chart of ["curves", "distribution"]) {
    await expect(panel.locator(`[data-chart="study-${chart}"] .picture:visible svg`)).toBeVisible();
  }
  const table = await panel.locator("table").innerText();
  await panel.locator('select[name="look-metric"]').selectOption("valid_accuracy");
  await expect(panel.locator("caption")).toContainText("valid_accuracy");

  await page.reload();
  // The address says that the dialog is open.
  await expect(panel.locator("[data-kept]")).toContainText("All 30 runs are there");
  expect(await panel.locator("table").innerText()).toBe(table);
  expect(problems).toEqual([]);
});

test("keeps what finished when it is cancelled, goes on with the rest, and hands everything out as files", async ({ page }) => {
  const panel = await openStudy(page, "labels=demo");
  await panel.locator('input[name="seeds"]').fill("1-3");
  await panel.locator('input[name="amount"]').fill("20");
  await panel.locator('input[name="amount"]').press("Tab");
  await expect(panel.locator("[data-run]")).toHaveText("Run 9 searches");
  await panel.locator("[data-run]").click();
  await panel.locator("[data-cancel]").click();
  await expect(panel.locator("[data-run]")).toHaveText(/Run 9 searches|Go on: \d left/);
  await panel.locator("[data-run]").click();
  await expect(panel.locator("[data-kept]")).toContainText("All 9 runs are there");

  const definition = await saved(page, "study");
  const runs = await saved(page, "runs");
  expect(JSON.parse(definition)).toMatchObject({
    archscape: "study 1",
    seeds: "1-3",
    budget: { queries: 20 },
    pretrained: "released",
  });
  expect(runs.trim().split("\n")).toHaveLength(1 + 3 + 9);
  expect(await saved(page, "report")).toContain("latent-bo");
  expect((await saved(page, "curves")).split("\n")[0]).toContain("metric,unit,strategy,x,at,mean,low,high");

  // Files of this kind are shown as they are; those of other labels are refused, and what is there stays.
  await panel.getByRole("button", { name: "Forget them" }).click();
  await expect(panel.locator("[data-run]")).toHaveText("Run 9 searches");
  const open = panel.getByRole("button", { name: "Open …" });
  await choose(page, open, textFile("other.runs.jsonl", runs.replace(/"table":"\w{12}/, '"table":"000000000000')));
  await expect(notices(page, "problem").last()).toContainText("begun with another label table (000000000000, now ");
  await choose(page, open, textFile("mine.runs.jsonl", runs));
  await expect(panel.locator("[data-kept]")).toContainText("All 9 runs are there");
  await expect(panel.locator('input[name="name"]')).toHaveValue("mine");
  await expect(rows(page)).toHaveCount(3);

  await page.keyboard.press("Escape");
  await expect(panel.locator("dialog")).toBeHidden();
});
