import { expect, test } from "@playwright/test";
import { cellTitle, openLab, watchProblems } from "./lab.ts";

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
