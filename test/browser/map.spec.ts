import { expect, test } from "@playwright/test";
import { cellTitle, coloursOf, loadDemo, map, notices, openLab, openStep, passForGraphicsCard, watchProblems } from "./lab.ts";

test("opens with the shipped map, in colour, without errors and within its content security policy", async ({ page }) => {
  const problems = watchProblems(page);
  await openLab(page);
  await expect(page.locator("archscape-map .caption")).toContainText("shipped weights, protocol released");
  await expect(page.locator("archscape-legend")).toContainText("Parameters");
  await expect.poll(() => coloursOf(page, map(page))).toBeGreaterThan(60);
  await expect(page.locator("button.device")).not.toContainText("…");
  expect(problems).toEqual([]);
});

test("shows the other shipped embedding when its protocol is chosen", async ({ page }) => {
  await openLab(page);
  await page.locator('archscape-space select[name="model"]').selectOption("corrected");
  await expect(page.locator("archscape-map .caption")).toContainText("protocol corrected");
});

test("tells what is under the pointer, and selects it on a press", async ({ page }) => {
  await openLab(page, "cell=15");
  const box = await map(page).boundingBox();
  if (!box) throw new Error("the map has no box");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const tip = page.locator("archscape-map .tip");
  // The middle of the cloud is dense; should it be empty there, a few pixels on it is not.
  for (let shift = 0; shift < 200 && !(await tip.isVisible()); shift += 5) {
    await page.mouse.move(box.x + box.width / 2 + shift, box.y + box.height / 2);
  }
  await expect(tip).toBeVisible();
  const told = /No\. ([\d,]+)/.exec((await tip.textContent()) ?? "")?.[1];
  await page.mouse.down();
  await page.mouse.up();
  await expect(cellTitle(page)).toHaveText(`Cell ${told}`);
});

test("draws the selected cell with its operations, notation, numbers and neighbours", async ({ page }) => {
  await openLab(page, "cell=0");
  const cell = page.locator("archscape-cell");
  await expect(cell.locator("svg.cell text")).toHaveText([
    "input",
    "avg pool 3×3",
    "conv 1×1",
    "skip",
    "conv 1×1",
    "skip",
    "skip",
    "output",
  ]);
  await expect(cell.locator("code")).toContainText("|avg_pool_3x3~0|");
  await expect(cell).toContainText("129 k");
  await expect(cell.locator('[data-neighbours="embedding"] li')).toHaveCount(8);
  await cell.locator("summary", { hasText: "One operation changed" }).click();
  await expect(cell.locator('[data-neighbours="edit"] li')).toHaveCount(24);
  const next = cell.locator('[data-neighbours="embedding"] button').first();
  const name = /Cell (\d+)/.exec((await next.textContent()) ?? "")?.[1];
  await next.click();
  await expect(cellTitle(page)).toHaveText(`Cell ${Number(name).toLocaleString("en")}`);
});

test("is worked with the keyboard: arrows walk from cell to cell, Escape clears, the way back leads to the start", async ({
  page,
}) => {
  await openLab(page);
  await map(page).focus();
  await page.keyboard.press("ArrowRight");
  await expect(cellTitle(page)).toHaveText(/^Cell /);
  const first = await cellTitle(page).textContent();
  await page.keyboard.press("ArrowRight");
  await expect(cellTitle(page)).not.toHaveText(first ?? "");
  await expect(page.locator("archscape-notices #spoken")).toContainText(/Architecture \d+: \|/);
  await page.keyboard.press("Escape");
  await expect(cellTitle(page)).toHaveText("No cell selected");
});

test("zooms with keys and buttons, and comes back to the whole map", async ({ page }) => {
  await openLab(page, "cell=100");
  await map(page).focus();
  await page.keyboard.press("+");
  await expect.poll(() => page.url()).toContain("zoom=");
  await page.getByRole("button", { name: "Show the whole map" }).click();
  await expect.poll(() => page.url()).not.toContain("zoom=");
});

test("finds a cell by its string, and says what is wrong with a string that is none", async ({ page }) => {
  await openLab(page);
  const explore = await openStep(page, "explore");
  const field = explore.locator('input[name="cell"]');
  await field.fill("|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|");
  await field.press("Enter");
  await expect(cellTitle(page)).toHaveText("Cell 0");
  await field.fill("|avg_pool_3x3~0|+|nor_conv_9x9~0|");
  await field.press("Enter");
  await expect(notices(page, "problem")).toHaveCount(1);
  await expect(cellTitle(page)).toHaveText("Cell 0");
});

test("saves the cell as JSON and SVG, the map as SVG, the embedding as a file that it opens again", async ({ page }) => {
  await openLab(page, "cell=7");
  const saved = async (name: string, within: string): Promise<string> => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator(within).getByRole("button", { name, exact: true }).click(),
    ]);
    return download.suggestedFilename();
  };
  expect(await saved("JSON", "archscape-cell")).toBe("nasbench201-7.json");
  expect(await saved("SVG", "archscape-cell")).toBe("nasbench201-7.svg");
  await openStep(page, "explore");
  expect(await saved("Save the map as SVG", "archscape-explore")).toBe("nasbench201-map.svg");
  expect(await saved("Save the embedding as safetensors", "archscape-explore")).toBe("nasbench201.embedding.safetensors");
});

test("fades what is not among the best when only the best are to keep their colour", async ({ page }) => {
  await openLab(page);
  await loadDemo(page);
  await openStep(page, "explore");
  const all = await coloursOf(page, map(page));
  await page.locator('archscape-explore select[name="keep"]').selectOption("0.01");
  await expect.poll(() => coloursOf(page, map(page))).toBeLessThan(all);
});

test("draws in WebGL where a graphics card does it", async ({ page }) => {
  await passForGraphicsCard(page);
  await openLab(page);
  await expect(map(page)).toHaveAttribute("data-renderer", "webgl");
  await expect.poll(() => coloursOf(page, map(page))).toBeGreaterThan(60);
  await map(page).hover();
  await page.mouse.wheel(0, -300);
  await expect.poll(() => page.url()).toContain("zoom=");
});

test("draws on a 2-D canvas where the browser refuses WebGL", async ({ page }) => {
  await page.addInitScript(() => {
    const original = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
      return /webgl/.test(kind) ? null : Reflect.apply(original, this, [kind, ...rest]);
    } as typeof original;
  });
  await openLab(page);
  await expect(map(page)).toHaveAttribute("data-renderer", "canvas");
  await expect.poll(() => coloursOf(page, map(page))).toBeGreaterThan(60);
  await map(page).hover();
  await page.mouse.wheel(0, -300);
  await expect.poll(() => page.url()).toContain("zoom=");
});

test("where the shipped embedding is missing, says so and leaves everything else usable", async ({ page }) => {
  await page.route("**/*.safetensors", (route) => route.fulfill({ status: 404 }));
  await page.goto("./#cell=0");
  await expect(page.locator("archscape-map .empty")).toContainText("No map yet");
  await expect(page.locator("archscape-map .empty")).toContainText("Pre-train one in step 2");
  await expect(cellTitle(page)).toHaveText("Cell 0");
  await expect(page.locator("archscape-training [data-primary]")).toBeEnabled();
});
