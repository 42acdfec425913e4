import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { cellTitle, choose, map, notices, openLab, openStep, watchProblems } from "./lab.ts";

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

test("a link for a class leaves panels out; it and the line for an article are composed in a dialog", async ({
  page,
  context,
}) => {
  const problems = watchProblems(page);
  await openLab(page, "seed=3&cell=11");
  await page.getByRole("button", { name: "Share" }).click();
  const share = page.getByRole("dialog", { name: "Share" });
  for (const name of ["Search", "Charts", "Space"]) await share.getByLabel(name, { exact: true }).uncheck();
  const link = await share.getByLabel("Link").inputValue();
  expect(new URL(link).hash).toContain("hide=space%2Csearch%2Ccharts");
  await expect(share.getByLabel("For an article or a blog")).toHaveValue(
    /<script type="module" src="http:[^"]+\/elements\/archscape\.js"><\/script>\n<archscape-lab link="hide=[^"]*&amp;seed=3&amp;cell=11"><\/archscape-lab>/,
  );
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await share.getByRole("button", { name: "Copy link" }).click();
  await expect(share.getByRole("status")).toHaveText("The link is in the clipboard.");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
  expect(problems).toEqual([]);

  const pupil = await context.newPage();
  await openLab(pupil, new URL(link).hash.slice(1));
  await expect(pupil.locator("archscape-space, archscape-search")).toHaveCount(0);
  await expect(pupil.locator("archscape-training .opener")).toHaveAttribute("aria-expanded", "true");
  await expect(cellTitle(pupil)).toHaveText("Cell 11");
  // The link also says which dialog is open.
  await pupil.getByRole("button", { name: "Follow one cell" }).click();
  await expect(pupil).toHaveURL(/dialog=follow/);
});

test("saves the map and its embedding in every form, and opens the array again", async ({ page }) => {
  await openLab(page);
  const explore = await openStep(page, "explore");
  const save = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent("download"), explore.getByRole("button", { name }).click()]);
    return { name: download.suggestedFilename(), buffer: readFileSync(await download.path()) };
  };
  expect((await save("Save the map as PNG")).buffer.subarray(1, 4).toString()).toBe("PNG");
  const table = (await save("Save the embedding as csv")).buffer.toString();
  expect(table.split("\n")).toHaveLength(15_625 + 2);
  expect(table).toMatch(/^index,architecture,z0,/);
  const array = await save("Save the embedding as npy");
  expect(array.buffer.byteLength).toBe(128 + 15_625 * 16 * 4);
  const training = await openStep(page, "training");
  await choose(page, training.getByRole("button", { name: "Open …" }), { ...array, mimeType: "application/octet-stream" });
  await expect(page.locator("archscape-map .caption")).toContainText("nasbench201.embedding.npy");
});

test("loads the demo labels that a link names, and keeps its colour", async ({ page }) => {
  await openLab(page, "labels=demo&colour=label%3Atest_accuracy");
  await expect(page.locator("archscape-legend select")).toHaveValue("label:test_accuracy");
  await expect(page.locator("archscape-legend")).toContainText("2,675 of 15,625");
});
