import { expect, test } from "@playwright/test";
import { cellTitle, map, notices, openLab, openStep } from "./lab.ts";

test("writes into the address what differs from the default, and comes back from it", async ({ page, context }) => {
  await openLab(page);
  const training = await openStep(page, "training");
  await training.locator('select[name="protocol"]').selectOption("corrected");
  await training.locator('input[name="seed"]').fill("42");
  await training.locator('input[name="seed"]').press("Tab");
  await page.locator("archscape-legend select").selectOption("macs");
  await map(page).focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("+");
  await expect.poll(() => new URL(page.url()).hash).toContain("zoom=");
  const { hash } = new URL(page.url());
  for (const part of ["protocol=corrected", "seed=42", "colour=macs", "cell="]) expect(hash).toContain(part);
  const title = await cellTitle(page).textContent();

  const other = await context.newPage();
  await openLab(other, hash.slice(1));
  await expect(cellTitle(other)).toHaveText(title ?? "");
  await expect(other.locator("archscape-legend select")).toHaveValue("macs");
  await expect(other.locator('archscape-training input[name="seed"]')).toHaveValue("42");
  expect(new URL(other.url()).hash).toBe(hash);
});

test("keeps working with a link that has unknown fields or impossible values, and names them", async ({ page }) => {
  await openLab(page, "wormhole=7&epochs=none&seed=3&panel=pretrain");
  const warning = notices(page, "warning");
  await expect(warning).toContainText('a field "wormhole" that this version does not know');
  await expect(warning).toContainText('epochs = "none"');
  await expect(page.locator('archscape-training input[name="seed"]')).toHaveValue("3");
  await expect(page.locator('archscape-training input[name="epochs"]')).toHaveValue("10");
});

test("loads the demo labels that a link names, and keeps its colour", async ({ page }) => {
  await openLab(page, "labels=demo&colour=label%3Atest_accuracy");
  await expect(page.locator("archscape-legend select")).toHaveValue("label:test_accuracy");
  await expect(page.locator("archscape-legend")).toContainText("2,675 of 15,625");
});
