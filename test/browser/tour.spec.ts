import { expect, test } from "@playwright/test";
import { cellTitle, openLab, watchProblems } from "./lab.ts";

test("a newcomer is offered a tour once; it goes from place to place by keyboard, ends with Escape, and comes back from the help", async ({
  page,
}) => {
  const problems = watchProblems(page);
  await openLab(page);
  const offer = page.getByRole("region", { name: "Tour" });
  const map = await page.locator("archscape-map").boundingBox();
  const strip = await offer.boundingBox();
  expect((strip?.y ?? 0) + (strip?.height ?? 0)).toBeLessThanOrEqual(map?.y ?? 0);
  await offer.getByRole("button", { name: "Take the tour" }).press("Enter");

  const card = page.locator("archscape-tour").getByRole("dialog");
  await expect(card).toHaveAccessibleName("The map");
  await expect(card.getByRole("heading")).toBeFocused();
  for (let stop = 2; stop <= 7; stop++) {
    await card.getByRole("button", { name: "Next" }).press("Enter");
    await expect(card).toContainText(`Tour, ${stop} of 7`);
    await expect(card).toBeInViewport({ ratio: 1 });
  }
  await expect(cellTitle(page)).toHaveText("Cell 1,462");
  await expect(page.locator("archscape-search .opener")).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.press("Escape");
  await expect(card).toHaveCount(0);
  // What the tour selected is still selected.
  await expect(cellTitle(page)).toHaveText("Cell 1,462");

  await page.reload();
  await expect(page.locator("archscape-map .caption")).toBeVisible();
  await expect(offer).toHaveCount(0);
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Help" });
  await expect(help.getByRole("heading", { name: "Keys" })).toBeFocused();
  await help.getByRole("button", { name: "Take the tour" }).click();
  await expect(card).toContainText("Tour, 1 of 7");
  expect(problems).toEqual([]);
});
