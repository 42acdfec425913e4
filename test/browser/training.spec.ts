import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { choose, map, notices, openLab, openStep, primary, watchProblems } from "./lab.ts";

const done = (page: Page) => page.locator("archscape-training [data-step]");
const stepsDone = async (page: Page): Promise<number> => Number(await done(page).getAttribute("data-step"));
const lossNow = async (page: Page): Promise<number> =>
  Number(await page.locator("archscape-training [data-loss]").getAttribute("data-loss"));

// Where our kernels are meant, a software adapter compiles for seconds and makes five steps a second.
test.describe.configure({ timeout: 600_000 });
const PATIENCE = { timeout: 240_000 };

/** Long enough that no device gets to the end while a test looks on. */
const LONG = "epochs=1000&seed=3";

async function startAndReach(page: Page, steps: number): Promise<void> {
  await openStep(page, "training");
  await primary(page, "training").click();
  await expect.poll(() => stepsDone(page), PATIENCE).toBeGreaterThanOrEqual(steps);
}

async function pause(page: Page): Promise<void> {
  await primary(page, "training").click();
  await expect(primary(page, "training")).toHaveText("Resume", PATIENCE);
}

test("pre-trains: steps, runs with a falling loss, pauses, steps again, goes on, and is cancelled", async ({ page }) => {
  const problems = watchProblems(page);
  // On a software adapter something else may be faster, and is used where nobody chose.
  await openLab(page, `${LONG}&backend=webgpu`);
  const training = await openStep(page, "training");
  const step = training.getByRole("button", { name: "Step", exact: true });
  await step.click();
  await expect.poll(() => stepsDone(page), PATIENCE).toBe(1);
  await expect(primary(page, "training")).toHaveText("Resume");
  const first = await lossNow(page);

  await primary(page, "training").click();
  await expect.poll(() => stepsDone(page), PATIENCE).toBeGreaterThanOrEqual(40);
  await expect(primary(page, "training")).toHaveText("Pause");
  await expect(training).toContainText("steps/s");
  await expect(page.locator('archscape-charts [data-chart="loss"] svg')).toBeVisible();

  await pause(page);
  expect(await lossNow(page)).toBeLessThan(first);
  const paused = await stepsDone(page);
  await step.click();
  await expect.poll(() => stepsDone(page), PATIENCE).toBe(paused + 1);
  await step.click();
  await expect.poll(() => stepsDone(page), PATIENCE).toBe(paused + 2);

  await primary(page, "training").click();
  await expect.poll(() => stepsDone(page), PATIENCE).toBeGreaterThan(paused + 4);
  await training.getByRole("button", { name: "Cancel" }).click();
  await expect(primary(page, "training")).toHaveText("Pre-train", PATIENCE);
  await expect(training.locator(".summary").first()).toContainText("cancelled at step", PATIENCE);
  expect(problems).toEqual([]);
});

test("the page keeps drawing frames and answering presses while the engine trains", async ({ page }) => {
  await openLab(page, LONG);
  await startAndReach(page, 10);
  const frames = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let count = 0;
        const frame = (): void => {
          count += 1;
          if (count < 20) requestAnimationFrame(frame);
          else resolve(count);
        };
        requestAnimationFrame(frame);
      }),
  );
  const before = await stepsDone(page);
  await map(page).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("archscape-cell h2")).toHaveText(/^Cell /);
  expect(await frames).toBe(20);
  await expect.poll(() => stepsDone(page), PATIENCE).toBeGreaterThan(before);
});

test("saves a checkpoint, takes it back after a reset, and trains on from it", async ({ page }) => {
  await openLab(page, LONG);
  await startAndReach(page, 20);
  await pause(page);
  const training = await openStep(page, "training");
  const save = async (name: string): Promise<{ name: string; buffer: Buffer }> => {
    const [download] = await Promise.all([page.waitForEvent("download"), training.getByRole("button", { name }).click()]);
    return { name: download.suggestedFilename(), buffer: readFileSync(await download.path()) };
  };
  const whole = await save("Save checkpoint");
  const weights = await save("Save weights");
  expect(whole.name).toMatch(/^nasbench201-released-seed3-step\d+\.safetensors$/);
  const names = ({ buffer }: { buffer: Buffer }): string => buffer.toString("utf8", 8, 8 + Number(buffer.readBigUInt64LE(0)));
  expect(names(whole)).toContain('"archscape/');
  expect(names(weights)).not.toContain('"archscape/');

  await training.getByRole("button", { name: "Reset" }).click();
  await expect(page.locator("archscape-map .caption")).toContainText("shipped weights");
  await expect(done(page)).toHaveCount(0);

  const mimeType = "application/octet-stream";
  const open = training.getByRole("button", { name: "Open …" });
  await choose(page, open, { ...whole, mimeType });
  await expect(notices(page, "news").last()).toContainText("training can go on from it", PATIENCE);

  const saved = Number(/step(\d+)/.exec(whole.name)?.[1]);
  await training.getByRole("button", { name: "Train on" }).click();
  await expect.poll(() => stepsDone(page), PATIENCE).toBeGreaterThan(saved);
});

test("places the cells of a cancelled run in parts, which a reset and a change of space interrupt", async ({ page }) => {
  // As slow as a device may be: each part takes a second and a half more, all 15,625 cells over a minute, however fast or busy the machine.
  await page.route(/engine\.worker.*\.js/, async (route) => {
    const answer = await route.fetch();
    const slow = `{
      const { postMessage } = MessagePort.prototype;
      MessagePort.prototype.postMessage = function (...message) {
        const isPart = message[0]?.value?.value instanceof Float32Array;
        setTimeout(() => postMessage.apply(this, message), isPart ? 1500 : 0);
      };
    }\n`;
    await route.fulfill({ response: answer, body: slow + (await answer.text()) });
  });
  await openLab(page, LONG);
  await startAndReach(page, 1);
  const training = await openStep(page, "training");
  const placing = training.locator("[data-placing]");
  const placed = async (): Promise<number> => Number(await placing.getAttribute("data-placing"));
  await training.getByRole("button", { name: "Cancel" }).click();
  await expect(placing).toBeVisible(PATIENCE);
  await expect(training.locator(".summary").first()).toContainText("cancelled at step");
  await training.getByRole("button", { name: "Reset" }).click();
  await expect(placing).toHaveCount(0);
  await expect(page.locator("archscape-map .caption")).toContainText("shipped weights");

  await startAndReach(page, 1);
  await training.getByRole("button", { name: "Cancel" }).click();
  await expect.poll(placed, PATIENCE).toBeGreaterThan(0);
  await openStep(page, "space");
  await page.evaluate(() => {
    location.hash = "#space=darts&drawn=500";
  });
  await expect(page.locator("header .space")).toContainText("500 architectures", PATIENCE);
  await page.locator('archscape-space select[name="space"]').selectOption("nasbench201");
  await expect(page.locator("archscape-map [data-part]")).toContainText("the others were not placed");
  await openStep(page, "training");
  await expect(placing).toHaveCount(0);
  await training.getByRole("button", { name: "Place all cells on the map" }).click();
  await expect(placing).toBeVisible();
});

test("a run is changed while it is paused, and one cell is followed through the model before and after a step", async ({
  page,
}) => {
  const problems = watchProblems(page);
  await openLab(page, `${LONG}&cell=7000`);
  const training = await openStep(page, "training");
  await training.getByRole("button", { name: "Step", exact: true }).click();
  await expect(primary(page, "training")).toHaveText("Resume", PATIENCE);
  await expect(page.locator("archscape-map .caption")).toContainText("after step 1", PATIENCE);

  await training.getByLabel("Learning rate").fill("0.0002");
  await training.getByLabel("Weight of KL").fill("0");
  await page.keyboard.press("Tab");
  await expect(training.locator("[data-changes]")).toContainText("from step 1: learning rate 0.0002, weight of KL 0");

  await training.getByRole("button", { name: "Follow one cell" }).click();
  const dialog = page.locator("archscape-follow");
  const body = dialog.locator(".body");
  await expect(body).toHaveAttribute("data-step", "1", PATIENCE);
  for (const stage of ["sample", "decode", "loss"]) {
    await dialog.getByRole("button", { name: "Next" }).click();
    await expect(body).toHaveAttribute("data-stage", stage);
  }
  const before = await dialog.locator('[data-term="operations"]').innerText();
  await dialog.getByRole("button", { name: "Train one step" }).click();
  await expect(body).toHaveAttribute("data-step", "2", PATIENCE);
  await expect(dialog.locator("tbody tr").first()).toContainText(before);
  await expect(dialog.locator('[data-term="operations"]')).not.toHaveText(before);
  // Without its weight the KL term is gone from the cell's loss and from that of the step.
  await expect(dialog.locator('[data-term="kl"]')).toHaveText("0");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(training.locator('[data-term="KL"]')).toHaveText("0");
  expect(problems).toEqual([]);
});

test("refuses a checkpoint of something else in one sentence, and keeps the map", async ({ page }) => {
  await openLab(page);
  const training = await openStep(page, "training");
  const header = JSON.stringify({ other: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }).padEnd(80);
  const buffer = Buffer.alloc(8 + header.length + 4);
  buffer.writeBigUInt64LE(BigInt(header.length), 0);
  buffer.write(header, 8);
  await choose(page, training.getByRole("button", { name: "Open …" }), {
    name: "other.safetensors",
    mimeType: "application/octet-stream",
    buffer,
  });
  await expect(notices(page, "problem")).toHaveCount(1);
  await expect(page.locator("archscape-map .caption")).toContainText("shipped weights");
});

test("trains on what is fastest here and says why; another choice takes the model along", async ({ page }, { config }) => {
  const isGpu = Boolean(config.metadata["isRealGpu"]);
  const [fastest, other] = isGpu ? (["WebGPU", "tfjs-wasm"] as const) : (["TensorFlow.js, WASM", "webgpu"] as const);
  const problems = watchProblems(page);
  await openLab(page, LONG);
  const badge = page.locator("button.device");
  await expect(badge).toHaveText(fastest);
  await expect(badge).toHaveAttribute("data-status", isGpu ? "hardware" : "software-adapter");
  await startAndReach(page, 3);
  await badge.click();
  const dialog = page.getByRole("dialog", { name: "Device" });
  await expect(dialog).toContainText(
    isGpu ? "WebGPU runs on" : /software adapter here \(.+\), so the model runs on TensorFlow.js on WebAssembly/,
  );
  const choice = dialog.getByLabel("Models run on");
  await expect(choice).toBeDisabled();
  await page.keyboard.press("Escape");
  const training = await openStep(page, "training");
  await training.getByRole("button", { name: "Cancel" }).click();
  await expect(page.locator("archscape-map .caption")).toContainText("your training, protocol released, seed 3", PATIENCE);

  await badge.click();
  await choice.selectOption(other);
  await expect(badge).not.toHaveText(fastest);
  await expect(page).toHaveURL(new RegExp(`backend=${other}`));
  await choice.selectOption("automatic");
  await expect(badge).toHaveText(fastest);
  await expect(page).not.toHaveURL(/backend=/);
  await page.keyboard.press("Escape");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    training.getByRole("button", { name: "Save weights" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^nasbench201-released-seed3-step\d+-weights\.safetensors$/);
  expect(problems).toEqual([]);
});
