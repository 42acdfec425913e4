import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page, test } from "@playwright/test";
import type { AxeResults, RunOptions } from "axe-core";
import { loadDemo, openLab, openStep, primary } from "./lab.ts";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

declare global {
  var axe: { run(options: RunOptions): Promise<AxeResults> };
}

/** What axe finds serious or critical on the page as it is, one line an element. */
async function barriers(page: Page, rules?: readonly string[]): Promise<string[]> {
  // The policy of the page forbids a script element; what the debugger evaluates is not the page's.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(SOURCE);
  const violations = await page.evaluate(async (only) => {
    const results = await globalThis.axe.run({ resultTypes: ["violations"], ...(only ? { runOnly: [...only] } : {}) });
    return results.violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      nodes: nodes.map(({ target, html }) => `${target.flat().join(" ")} ${html}`),
    }));
  }, rules);
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.slice(0, 240)}`));
}

/** Elements on other people's pages hear of another colour scheme with the next frame, which axe must not run ahead of. */
const dressed = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));

/** Looks at the page as it is in light colours, and at its contrast in dark ones; each state in turn. */
function looker(page: Page): { readonly found: readonly string[]; look(state: string): Promise<void> } {
  const found: string[] = [];
  return {
    found,
    async look(state) {
      await page.emulateMedia({ colorScheme: "light" });
      await dressed(page);
      const light = await barriers(page);
      await page.emulateMedia({ colorScheme: "dark" });
      await dressed(page);
      const dark = await barriers(page, ["color-contrast"]);
      for (const barrier of [...light, ...dark]) found.push(`${state}: ${barrier}`);
    },
  };
}

test("axe finds no barrier from the first visit to a finished search, in light and in dark colours", async ({ page }) => {
  await openLab(page, "seed=3&epochs=1000&cell=11&queries=20&seeds=1-2&strategy=random&points=none");
  const { found, look } = looker(page);
  await page.getByRole("button", { name: "Take the tour" }).click();
  await look("tour");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Share" }).click();
  await look("share");
  await page.keyboard.press("Escape");

  const training = await openStep(page, "training");
  await training.getByRole("button", { name: "Step", exact: true }).click();
  await expect(primary(page, "training")).toHaveText("Resume", { timeout: 60_000 });
  await training.getByRole("button", { name: "Follow one cell" }).click();
  const follow = page.locator("archscape-follow");
  await expect(follow.locator(".body")).toHaveAttribute("data-step", "1");
  await follow.getByRole("button", { name: "3 Decode" }).click();
  await look("training, and a cell that is followed");
  await follow.getByRole("button", { name: "Close" }).click();
  await training.getByRole("button", { name: "Reset" }).click();

  await openStep(page, "explore");
  await loadDemo(page);
  const search = await openStep(page, "search");
  await primary(page, "search").click();
  await expect(search.getByRole("button", { name: "Play its path" })).toBeVisible();
  await look("search");
  // What the pictures show is there in words.
  await expect(page.getByRole("table", { name: /The map as a table: of 2,675 cells/ }).getByRole("row")).toHaveCount(11);
  await expect(page.getByRole("table", { name: "Every query" })).toContainText("%");
  await search.getByRole("button", { name: "Compare strategies" }).click();
  await look("comparison");
  expect(found).toEqual([]);
});

test("axe finds no barrier in the map's instruments, a cell that is changed by hand, what a header button opens, and the paper's figures", async ({
  page,
}) => {
  await openLab(page, "labels=demo&cell=11472&from=11472&to=1462&density=yes&panel=explore");
  const { found, look } = looker(page);
  await expect(page.locator("archscape-walk li")).not.toHaveCount(0);
  await page.locator("archscape-cell").getByText("Change it by hand").click();
  await page.getByRole("button", { name: "Help" }).click();
  await look("walk, density, editor, help");
  await page.keyboard.press("Escape");
  await page.locator("archscape-cell [data-nearest] button").click();
  await expect(page.locator("archscape-selection tbody tr")).toHaveCount(50);
  await page.locator("button.device").click();
  await look("selection, device");
  await page.keyboard.press("Escape");
  await page.locator("archscape-explore [data-figures]").click();
  await expect(page.locator("archscape-figures [data-make]")).toBeVisible();
  await look("figures");
  expect(found).toEqual([]);
});

test("axe finds no barrier in the article", async ({ page }) => {
  await page.goto("./article.html");
  await expect(page.locator("#hero .canvas")).toHaveAttribute("data-renderer", /webgl|canvas/);
  const { found, look } = looker(page);
  await look("article");
  expect(found).toEqual([]);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("axe finds no barrier", async ({ page }) => {
    await openLab(page, "cell=11472&from=11472&to=1462&panel=cell");
    const { found, look } = looker(page);
    await look("cell and walk");
    expect(found).toEqual([]);
  });
});
