import { expect, type Page, test } from "@playwright/test";
import { notices, openLab, openStep, primary, watchProblems } from "./lab.ts";

// A software adapter compiles for seconds, and a checkpoint is kept every three.
test.describe.configure({ timeout: 300_000 });
const PATIENCE = { timeout: 120_000 };
const LONG = "epochs=1000&seed=3";

const offer = (page: Page) => page.locator("archscape-offer section");
const kept = (page: Page) => page.locator("archscape-training [data-kept]");
const stepsDone = async (page: Page): Promise<number> =>
  Number(await page.locator("archscape-training [data-step]").getAttribute("data-step"));

/** Trains until a checkpoint is kept; returns its step. */
async function trainUntilKept(page: Page): Promise<number> {
  await openStep(page, "training");
  await primary(page, "training").click();
  await expect(kept(page)).toBeVisible(PATIENCE);
  return Number(await kept(page).getAttribute("data-kept"));
}

test("offers a run whose page was closed, at another space too, and goes on with it where it was", async ({ context, page }) => {
  const problems = watchProblems(page);
  await openLab(page, LONG);
  const step = await trainUntilKept(page);
  await page.close();

  const next = await context.newPage();
  await next.goto("./#space=darts&drawn=2000&drawSeed=3");
  await expect(next.locator("header .space")).toContainText("DARTS", PATIENCE);
  await expect(offer(next)).toContainText("NAS-Bench-201, released, seed 3, at step");
  await expect(offer(next)).toContainText("of 440,000, kept");
  const from = Number(await offer(next).getAttribute("data-step"));
  expect(from).toBeGreaterThanOrEqual(step);

  await offer(next).getByRole("button", { name: "Resume" }).click();
  await expect(next.locator("header .space")).toContainText("NAS-Bench-201");
  await expect(offer(next)).toHaveCount(0);
  await expect.poll(() => stepsDone(next), PATIENCE).toBeGreaterThan(from);
  await expect(next.locator('archscape-training input[name="seed"]')).toHaveValue("3");
  await expect(next.locator('archscape-training input[name="epochs"]')).toHaveValue("1000");

  // A second tab does not take it away.
  const other = await context.newPage();
  await openLab(other);
  await other.waitForTimeout(1000);
  await expect(offer(other)).toHaveCount(0);
  await other.close();

  await next.locator("archscape-training").getByRole("button", { name: "Cancel" }).click();
  // The label is there at once, the button when nothing of the run is kept any more.
  await expect(primary(next, "training")).toHaveText("Pre-train", PATIENCE);
  await expect(primary(next, "training")).toBeEnabled(PATIENCE);
  await next.reload();
  await expect(next.locator("archscape-map .caption")).toBeVisible();
  await next.waitForTimeout(1000);
  await expect(offer(next)).toHaveCount(0);
  expect(problems).toEqual([]);
});

test("discards a run that is not wanted any more", async ({ page }) => {
  await openLab(page, LONG);
  await trainUntilKept(page);
  await page.reload();
  await expect(offer(page)).toBeVisible();
  await offer(page).getByRole("button", { name: "Discard" }).click();
  await expect(offer(page)).toHaveCount(0);
  await page.reload();
  await expect(page.locator("archscape-map .caption")).toBeVisible();
  await page.waitForTimeout(1000);
  await expect(offer(page)).toHaveCount(0);
});

test("trains on where the browser refuses storage, and says once that nothing is kept", async ({ page }) => {
  // Storage is the worker's business: its script gets the refusal in front.
  await page.route(/engine\.worker.*\.js/, async (route) => {
    const answer = await route.fetch();
    const refusal = 'IDBFactory.prototype.open = () => { throw new DOMException("Storage is blocked.", "SecurityError"); };\n';
    await route.fulfill({ response: answer, body: refusal + (await answer.text()) });
  });
  await openLab(page, LONG);
  await openStep(page, "training");
  await primary(page, "training").click();
  await expect(notices(page, "warning")).toContainText("This run is not kept", PATIENCE);
  const reached = await stepsDone(page);
  await expect.poll(() => stepsDone(page), PATIENCE).toBeGreaterThan(reached + 5);
  await expect(notices(page, "warning")).toHaveCount(1);
  await expect(kept(page)).toHaveCount(0);
});
