import { expect, test } from "@playwright/test";
import { cellTitle, coloursOf, loadDemo, map, notices, openLab, openStep, primary, watchProblems } from "./lab.ts";

test("without a WebGPU adapter the page says so and why, and names what computes instead, even where a link asks for one", async ({
  page,
}) => {
  await openLab(page, "backend=webgpu");
  const badge = page.locator("button.device");
  await expect(badge).toContainText("TensorFlow.js");
  await expect(badge).toHaveAttribute("data-status", /no-adapter|no-api/);
  await badge.click();
  await expect(page.getByRole("dialog", { name: "Device" })).toContainText(/WebGPU/);
  await expect(notices(page, "warning")).toContainText(/WebGPU .* So the page chooses by itself what models run on\./);
  await expect(page).not.toHaveURL(/backend=/);
});

test("without WebGPU the shipped map is there, cells can be looked at, and a search runs", async ({ page }) => {
  const problems = watchProblems(page);
  await openLab(page, "strategy=random&queries=20&seeds=1,2");
  await expect.poll(() => coloursOf(page, map(page))).toBeGreaterThan(60);
  await loadDemo(page);
  await openStep(page, "search");
  await primary(page, "search").click();
  await expect(page.locator("archscape-search [data-result]")).toContainText("mean of 2 runs");
  await expect(cellTitle(page)).toHaveText(/^Cell /);
  expect(problems).toEqual([]);
});

test("without WebGPU pre-training still works: steps are made and the loss is told", async ({ page }) => {
  await openLab(page, "epochs=1000");
  const training = await openStep(page, "training");
  await primary(page, "training").click();
  const steps = training.locator("[data-step]");
  await expect.poll(async () => Number(await steps.getAttribute("data-step")), { timeout: 90_000 }).toBeGreaterThan(2);
  await expect(training.locator("[data-loss]")).toBeVisible();
  await training.getByRole("button", { name: "Cancel" }).click();
  await expect(primary(page, "training")).toHaveText("Pre-train");
});
