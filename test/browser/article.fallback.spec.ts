import { expect, test } from "@playwright/test";
import { watchProblems } from "./lab.ts";

test("the article is whole without a GPU: its pictures load as they are reached, a press on its map shows the cell, its search finds one", async ({
  page,
}) => {
  const problems = watchProblems(page);
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(request.url()));
  await page.goto("./article.html");
  await expect(page.locator("#hero .canvas")).toHaveAttribute("data-renderer", /webgl|canvas/);
  expect(loaded.filter((url) => url.includes("fashion201"))).toEqual([]);

  const cell = page.locator("archscape-cell");
  await cell.scrollIntoViewIfNeeded();
  await expect(cell.getByRole("heading", { name: "Cell 13,832" })).toBeVisible();
  await cell.locator('[data-neighbours="embedding"] button').first().click();
  await expect(cell.getByRole("heading", { name: "Cell 13,832" })).toHaveCount(0);

  const search = page.locator("archscape-search");
  await search.scrollIntoViewIfNeeded();
  await search.getByRole("button", { name: "Search", exact: true }).click();
  await expect(search.locator("[data-result]")).toContainText("test_accuracy of the best valid_accuracy found", {
    timeout: 60_000,
  });
  expect(problems).toEqual([]);
});
