import { expect, type Locator, type Page, test } from "@playwright/test";
import { openLab } from "./lab.ts";

// A software adapter compiles for seconds, four times here, and a checkpoint is kept every three.
test.describe.configure({ timeout: 600_000 });
const PATIENCE = { timeout: 240_000 };
/** The first lab computes on WebGPU however slow; the second one, without an address, on what is fastest. */
const LONG = "epochs=1000&seed=3&backend=webgpu";

interface Watched {
  readonly workers: Worker[];
}

/** Keeps the page's workers at hand, and gives the engine's a way to destroy its device. */
async function watchWorkers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const workers: Worker[] = [];
    const { Worker: Real } = window;
    window.Worker = class extends Real {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        if (options?.name === "engine") workers.push(this);
      }
    };
    (window as unknown as Watched & { workers: Worker[] }).workers = workers;
  });
  await page.route(/engine\.worker.*\.js/, async (route) => {
    const answer = await route.fetch();
    const hook = `{
      const { requestDevice } = GPUAdapter.prototype;
      GPUAdapter.prototype.requestDevice = async function (...options) {
        const device = await requestDevice.apply(this, options);
        addEventListener("message", ({ data }) => data?.test === "destroy" && device.destroy());
        return device;
      };
    }\n`;
    await route.fulfill({ response: answer, body: hook + (await answer.text()) });
  });
}

const training = (lab: Locator): Locator => lab.locator("archscape-training");
const kept = (lab: Locator): Locator => training(lab).locator("[data-kept]");
const primary = (lab: Locator): Locator => training(lab).locator("[data-primary]");
const stepsDone = async (lab: Locator): Promise<number> =>
  Number(await training(lab).locator("[data-step]").getAttribute("data-step"));

async function start(lab: Locator): Promise<void> {
  const opener = training(lab).locator(".opener");
  if ((await opener.getAttribute("aria-expanded")) !== "true") await opener.click();
  await primary(lab).click();
}

/** Does something to the engine worker that was the `index`-th to start. */
const onEngine = (page: Page, index: number, what: "destroy" | "terminate"): Promise<void> =>
  page.evaluate(
    ([at, wanted]) => {
      const worker = (window as unknown as Watched).workers[at];
      if (wanted === "terminate") worker?.terminate();
      else worker?.postMessage({ test: wanted });
    },
    [index, what] as const,
  );

const notices = (lab: Locator, tone: "problem" | "warning"): Locator => lab.locator(`archscape-notices li[data-tone="${tone}"]`);

/** The page as a tab in the background sees itself: no frames, and timers once a second. */
const hide = (page: Page): Promise<void> =>
  page.evaluate(() => {
    Object.defineProperty(document, "hidden", { get: () => true });
    Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
    const { setTimeout: real } = window;
    const slow = (work: () => void, milliseconds = 0): number => real(work, Math.max(1000, milliseconds));
    Object.assign(window, { setTimeout: slow, requestAnimationFrame: () => 0 });
    document.dispatchEvent(new Event("visibilitychange"));
  });

/** What the browser keeps: the seed of each run. */
const keptSeeds = (page: Page): Promise<number[]> =>
  page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await answer(indexedDB.open("archscape"));
    const runs = await answer(database.transaction(["runs"]).objectStore("runs").getAll());
    database.close();
    return runs.map(({ options }) => options.seed).sort((one, other) => one - other);
  });

test("two labs train side by side in a hidden tab; one loses its GPU, then its worker, goes on each time, and the other never notices", async ({
  page,
}) => {
  await watchWorkers(page);
  await openLab(page, LONG);
  await page.evaluate(() => {
    document.body.append(document.createElement("archscape-lab"));
  });
  const [first, second] = [page.locator("archscape-lab").first(), page.locator("archscape-lab").last()];
  await expect(second.locator("archscape-map .caption")).toBeVisible(PATIENCE);
  await start(first);
  await start(second);
  for (const lab of [first, second]) await expect(kept(lab)).toBeVisible(PATIENCE);
  expect(await keptSeeds(page)).toEqual([1, 3]);

  await hide(page);
  await onEngine(page, 0, "destroy");
  await expect(notices(first, "warning")).toContainText(/The GPU was lost \(.+\); training went on from step \d+\./, PATIENCE);
  const lostAt = await stepsDone(first);
  await expect.poll(() => stepsDone(first), PATIENCE).toBeGreaterThan(lostAt);

  const step = Number(await kept(first).getAttribute("data-kept"));
  await onEngine(page, 0, "terminate");
  await expect(notices(first, "problem")).toContainText(
    "The engine worker stopped: the browser ended it. The run is kept up to step",
  );
  const offer = first.locator("archscape-offer section");
  await expect(offer).toContainText("seed 3");
  const from = Number(await offer.getAttribute("data-step"));
  expect(from).toBeGreaterThanOrEqual(step);
  await offer.getByRole("button", { name: "Resume" }).click();
  // Until then the steps on the screen are those of the run that broke off, some of which are lost.
  await expect(primary(first)).toHaveText("Pause", PATIENCE);
  await expect.poll(() => stepsDone(first), PATIENCE).toBeGreaterThan(from);

  await training(first).getByRole("button", { name: "Cancel" }).click();
  await expect(primary(first)).toHaveText("Pre-train", PATIENCE);
  await expect(primary(first)).toBeEnabled(PATIENCE);
  const reached = await stepsDone(second);
  await expect.poll(() => stepsDone(second), PATIENCE).toBeGreaterThan(reached);
  await expect.poll(() => keptSeeds(page)).toEqual([1]);
  await expect(notices(second, "warning")).toHaveCount(0);
  await expect(notices(second, "problem")).toHaveCount(0);
});
