import { expect, type Page, test } from "@playwright/test";
import { cellTitle, map, openLab, openStep, passForGraphicsCard, primary, watchProblems } from "./lab.ts";

/** Draws a square around the middle of the map, `reach` pixels to each side. */
async function lasso(page: Page, reach: number): Promise<void> {
  await page.getByRole("button", { name: "Lasso" }).click();
  const box = await map(page).boundingBox();
  if (!box) throw new Error("the map has no box");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x - reach, y - reach);
  await page.mouse.down();
  for (const [right, down] of [
    [1, -1],
    [1, 1],
    [-1, 1],
  ] as const)
    await page.mouse.move(x + right * reach, y + down * reach, { steps: 4 });
  await page.mouse.up();
}

test("walks from the selected cell to another, straight or over neighbours, and a press on the film strip selects a cell", async ({
  page,
}) => {
  const problems = watchProblems(page);
  await openLab(page, "cell=11472");
  const form = page.locator("archscape-cell [data-walk]");
  await form.locator('input[name="to"]').fill("1462");
  await form.locator('input[name="to"]').press("Enter");
  const strip = page.locator("archscape-walk");
  await expect(strip).toContainText("No model is loaded to decode them");
  await expect(page.locator("archscape-map .stop")).toHaveCount(11);
  await strip.getByRole("button", { name: "Nearest neighbours" }).click();
  await expect(strip).toContainText(/each goes to the one of the \d+ nearest cells/);
  await expect.poll(() => page.url()).toContain("from=11472&to=1462&path=neighbours");
  await strip.locator("ol button").last().click();
  await expect(cellTitle(page)).toHaveText("Cell 1,462");
  await page.locator("archscape-tray").getByRole("button", { name: "Close" }).click();
  await expect(strip).toHaveCount(0);
  expect(problems).toEqual([]);
});

test("a search's queries are linked with the map, and played query by query, with what a Gaussian process expects of all cells so far; without motion they are stepped through", async ({
  page,
}) => {
  const problems = watchProblems(page);
  await openLab(page, "labels=demo&panel=search&strategy=random&seeds=1&queries=30&colour=predicted");
  const legend = page.locator("archscape-legend");
  await expect(legend).toContainText("there was none yet");
  await primary(page, "search").click();
  await expect(legend).toContainText("Gaussian process on the 30 cells evaluated so far");
  const dots = page.locator('archscape-charts [data-chart="queries"] circle[data-cell]');
  await expect(dots).toHaveCount(30);
  await dots.nth(4).hover();
  const pointed = await dots.and(page.locator("[data-pointed]")).first().getAttribute("data-cell");
  await expect(page.locator("archscape-map .tip")).toContainText(`No. ${Number(pointed).toLocaleString("en")}`);
  await page.mouse.down();
  await page.mouse.up();
  await expect(cellTitle(page)).toHaveText(`Cell ${Number(pointed).toLocaleString("en")}`);
  await page.locator("archscape-cell [data-nearest]").getByRole("button").click();
  await expect(page.locator('archscape-charts [data-chart="queries"] figcaption')).toContainText(/\d+ of 30 selected/);
  await expect(dots.and(page.locator("[data-inside]")).and(page.locator("[data-chosen]"))).toHaveCount(1);
  await expect(legend.locator("[data-selected]")).toContainText("50 selected cells");
  await page.locator("archscape-search [data-replay]").click();
  const player = page.locator("archscape-replay");
  await player.getByRole("slider", { name: "Query" }).fill("12");
  await expect(player).toContainText("Query 12 of 30");
  await expect(legend).toContainText("Gaussian process on the 12 cells evaluated so far");
  await player.getByRole("button", { name: "Play" }).click();
  await expect(player).toContainText(/Query (1[4-9]|2\d) of 30/);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expect(player.getByRole("button", { name: "Play" })).toBeDisabled();
  await player.getByRole("button", { name: "To the last query" }).click();
  await expect(player).toContainText("Query 30 of 30");
  expect(problems).toEqual([]);
});

test("selects cells with a lasso or around a cell, lists them with their mean, and saves them", async ({ page }) => {
  const problems = watchProblems(page);
  await openLab(page, "labels=demo&cell=100");
  const list = page.locator("archscape-selection");
  await lasso(page, 80);
  await expect(list).toContainText(/[\d,]+ cells\s+by lasso/);
  await expect(list).toContainText(/mean valid_accuracy of [\d,]+ 7\d\.\d\d %/);
  const nearest = page.locator("archscape-cell [data-nearest]");
  await nearest.getByRole("button").click();
  await expect(list).toContainText("50 cells");
  await expect(list.locator("tbody tr")).toHaveCount(50);
  const row = list.locator("tbody button").nth(1);
  const title = `Cell ${await row.textContent()}`;
  await row.click();
  await expect(cellTitle(page)).toHaveText(title);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    list.getByRole("button", { name: "Table (CSV)" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("nasbench201-selection.csv");
  expect(problems).toEqual([]);
});

test("where a graphics card draws the map, a lasso takes the press for itself, and walk and density lie over it", async ({
  page,
}) => {
  const problems = watchProblems(page);
  await passForGraphicsCard(page);
  await openLab(page, "cell=11472&from=11472&to=1462&density=yes");
  await expect(map(page)).toHaveAttribute("data-renderer", "webgl");
  await expect(page.locator("archscape-map .stop")).toHaveCount(11);
  await expect(page.locator("archscape-map .caption")).toContainText("Outlines hold");
  await lasso(page, 80);
  await expect(page.locator("archscape-selection")).toContainText(/[\d,]+ cells\s+by lasso/);
  expect(page.url()).not.toMatch(/[#&]x=/);
  expect(problems).toEqual([]);
});

test("changes a cell by hand and finds it on the map, lays the map out anew only when it is asked to, and stops", async ({
  page,
}) => {
  const problems = watchProblems(page);
  await openLab(page);
  await page.locator("archscape-cell [data-draw]").click();
  const editor = page.locator("archscape-editor");
  for (const edge of ["input → 1", "input → 2", "1 → 2", "input → output", "1 → output", "2 → output"]) {
    await editor.getByLabel(`Operation from ${edge}`).selectOption("nor_conv_3x3");
  }
  await expect(page.locator("archscape-cell code")).toHaveText(/^\|nor_conv_3x3~0\|.*(\|nor_conv_3x3~\d){3}\|$/);
  await expect(editor).toContainText(/This is cell [\d,]+: it is ringed on the map/);
  await page.locator("archscape-map").getByRole("button", { name: "Density" }).click();
  await expect(page.locator("archscape-map .caption")).toContainText("Outlines hold 90, 75, 50, 25, 10 % of the cells");
  const explore = await openStep(page, "explore");
  await explore.locator('select[name="projection"]').selectOption("umap");
  await expect(page.locator("archscape-map .caption")).toContainText("UMAP is being laid out");
  await explore.locator("[data-cancel-projection]").click();
  await expect(page.locator("archscape-map .caption")).not.toContainText("UMAP");
  await expect.poll(() => page.url()).toContain("density=yes");
  expect(problems).toEqual([]);
});
