import { expect, test } from "@playwright/test";
import { openLab, openStep, watchProblems } from "./lab.ts";

test("makes the paper's figures of the map on a phone, by keyboard, and saves one; without labels it says which need some", async ({
  page,
}) => {
  const problems = watchProblems(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await openLab(page, "panel=explore");
  const explore = await openStep(page, "explore");
  await explore.getByRole("button", { name: "Figures of the paper" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Figures of the paper" });
  const prediction = dialog.locator('[data-figure="prediction"]');
  await expect(prediction).toContainText("needs a label table");
  await expect(prediction.getByRole("button", { name: "Make" })).toBeDisabled();

  await dialog.getByLabel("Seeds").selectOption("1");
  await dialog.getByRole("button", { name: "Make 2" }).press("Enter");
  const walk = dialog.locator('[data-figure="walk"]');
  const drawn = walk.getByRole("img", { name: "16 cells" });
  await expect(drawn).toBeVisible();
  await expect(drawn).toContainText("start");
  await expect(dialog.locator('[data-figure="distance"]').getByRole("row", { name: "L2 distance grows" })).toContainText("yes");
  const fits = await dialog.locator(".scroll").evaluate((element) => element.scrollWidth <= element.clientWidth);
  expect(fits, "nothing sticks out of a phone's screen").toBe(true);

  const [picture] = await Promise.all([page.waitForEvent("download"), walk.getByRole("button", { name: "PNG" }).press("Enter")]);
  expect(picture.suggestedFilename()).toBe("nasbench201-walk.png");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(explore).toContainText("2 of 4 made");
  expect(problems).toEqual([]);
});
