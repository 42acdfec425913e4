import { expect, type Page, test } from "@playwright/test";
import { darts, nasbench101 } from "../../src/spaces/index.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { writeCheckpoint } from "../../src/vgae/checkpoint.ts";
import { DEFAULT_TRAINING, modelShape } from "../../src/vgae/config.ts";
import { initialState } from "../../src/vgae/state.ts";
import { cellTitle, choose, coloursOf, map, notices, openLab, openStep, primary, watchProblems } from "./lab.ts";

// A software adapter compiles kernels for many seconds, and the order of NAS-Bench-101 takes ten of one core.
test.describe.configure({ timeout: 300_000 });
const PATIENCE = { timeout: 120_000 };

/** A narrow model that learned nothing: as good as any to see whether a map comes of it. */
function checkpoint(space: SearchSpace): { name: string; mimeType: string; buffer: Buffer } {
  const shape = modelShape(space, 16);
  const made = { space, options: DEFAULT_TRAINING, adapter: "none", version: "test" };
  const bytes = writeCheckpoint(shape, initialState(shape, 1), made, { weightsOnly: true });
  return { name: "narrow.safetensors", mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
}

const chosenSpace = (page: Page) => page.locator('archscape-space select[name="space"]');

test("opens a DARTS sample from a link: cell, genotype, empty map; a checkpoint puts it on the map; it is there again after a look elsewhere", async ({
  page,
}) => {
  const problems = watchProblems(page);
  await page.goto("./#space=darts&drawn=2000&drawSeed=3&cell=5");
  await expect(page.locator("archscape-map .empty")).toContainText("No pre-trained model of DARTS", PATIENCE);
  await expect(page.locator("header .space")).toContainText("2,000 architectures");
  const cell = page.locator("archscape-cell");
  await expect(cellTitle(page)).toHaveText("Cell 5");
  await expect(cell.locator("code")).toHaveText(darts({ seed: 3, count: 2000 }).format(5));
  await expect(cell.locator("svg.cell text").first()).toHaveText("ck−2");
  await expect(cell.locator("svg.cell text").last()).toHaveText("output: concat");
  await expect(cell).toContainText("Normal and reduction cell are the same");

  const training = await openStep(page, "training");
  await choose(page, training.getByRole("button", { name: "Open …" }), checkpoint(darts({ seed: 3, count: 2000 })));
  await expect(page.locator("archscape-map .caption")).toContainText("narrow.safetensors", PATIENCE);
  await expect.poll(() => coloursOf(page, map(page))).toBeGreaterThan(40);
  await expect(cell.locator('[data-neighbours="embedding"] li')).toHaveCount(8);

  await openStep(page, "space");
  await chosenSpace(page).selectOption("nasbench201");
  await expect(page.locator("archscape-map .caption")).toContainText("shipped weights, protocol released", PATIENCE);
  await expect(cellTitle(page)).toHaveText("No cell selected");
  await page.evaluate(() => {
    location.hash = "#space=darts&drawn=2000&drawSeed=3&cell=5";
  });
  await expect(page.locator("archscape-map .caption")).toContainText("narrow.safetensors");
  await expect(cellTitle(page)).toHaveText("Cell 5");
  expect(problems).toEqual([]);
});

test("prepares NAS-Bench-101 with progress, can be cancelled at it, and places its cells one part after the other", async ({
  page,
}) => {
  const problems = watchProblems(page);
  await openLab(page);
  await chosenSpace(page).selectOption("nasbench101");
  const preparation = page.locator("archscape-space .preparation");
  await expect.poll(async () => Number(await preparation.getAttribute("data-share")), PATIENCE).toBeGreaterThan(0.02);
  await expect(preparation).toContainText("left");
  await primary(page, "space").click();
  await expect(preparation).toHaveCount(0);
  await expect(chosenSpace(page)).toHaveValue("nasbench201");
  await expect(page.locator("archscape-map .caption")).toContainText("shipped weights");

  await chosenSpace(page).selectOption("nasbench101");
  await expect(page.locator("header .space")).toContainText("423,624 architectures", PATIENCE);
  await expect(notices(page, "news")).toContainText("The shipped released model is loaded, and its map forms", PATIENCE);
  const explore = await openStep(page, "explore");
  await explore.locator('input[name="cell"]').fill("00005c142e6f48ac74fdcf73e3439874");
  await explore.locator('input[name="cell"]').press("Enter");
  await expect(cellTitle(page)).toHaveText("Cell 0");
  await expect(page.locator("archscape-cell svg.cell text")).toHaveCount(7);
  await expect(page.locator("archscape-cell")).toContainText("8.56 M");

  const training = await openStep(page, "training");
  await choose(page, training.getByRole("button", { name: "Open …" }), checkpoint(nasbench101()));
  await expect(page.locator("archscape-map .caption")).toContainText("narrow.safetensors", PATIENCE);
  const stop = training.getByRole("button", { name: "Stop placing" });
  // A fast device is done before it could be stopped.
  if (await stop.isVisible()) await stop.click();
  await expect(stop).toHaveCount(0, PATIENCE);
  await expect.poll(() => coloursOf(page, map(page))).toBeGreaterThan(30);
  await page.locator("archscape-legend select").selectOption("vertices");
  await expect(page.locator("archscape-legend")).toContainText("input and output included");
  expect(problems).toEqual([]);
});

test("does not leave a space while a run is under way, and says so", async ({ page }) => {
  await openLab(page);
  const training = await openStep(page, "training");
  await training.getByRole("button", { name: "Step", exact: true }).click();
  await openStep(page, "space");
  await chosenSpace(page).selectOption("darts");
  await expect(notices(page, "problem")).toContainText("Pre-training of NAS-Bench-201 is under way");
  await expect(chosenSpace(page)).toHaveValue("nasbench201");
});
