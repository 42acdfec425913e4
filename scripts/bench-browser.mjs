/** Drives the benchmark page in a Chromium: builds the lab, serves it, presses the button and takes the result. */
import { chromium } from "@playwright/test";
import { preview } from "vite";
import { ensureBrowser } from "./browser.mjs";
import { giveUp, npm } from "./run.mjs";

/** Timestamps to the nanosecond instead of 65.5 µs. */
const exact = "--disable-dawn-features=timestamp_quantization";

/** The flags with which Chromium offers WebGPU without a graphics card (SwiftShader); with one, ARCHSCAPE_REAL_GPU asks for that. */
const software = ["--enable-unsafe-webgpu"];
const hardware = ["--enable-unsafe-webgpu", "--enable-features=Vulkan", "--ignore-gpu-blocklist"];

/** An isolated page has a clock of 5 µs; others have one of 100 µs. */
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/**
 * @param {{ root: string, mode: import("../bench/run.ts").RunMode, only: readonly string[], say: (text: string) => void }} settings
 * @returns {Promise<import("../bench/result.ts").BenchmarkResult>}
 */
export async function benchmarkInBrowser({ root, mode, only, say }) {
  if ((await npm(["run", "--silent", "build:lab"])) !== 0) giveUp("the build failed (npm run build:lab, see above).");
  const server = await preview({ root, configFile: "vite.config.ts", preview: { port: 0, host: "127.0.0.1", headers } });
  const args = ["--no-sandbox", exact, ...(process.env["ARCHSCAPE_REAL_GPU"] ? hardware : software)];
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args });
  try {
    const page = await browser.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") say(`the page says: ${message.text()}`);
    });
    await page.goto(new URL(`bench.html?only=${only.join(",")}`, server.resolvedUrls?.local[0]).href);
    return await measured(page, mode, say);
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * @param {import("@playwright/test").Page} page @param {import("../bench/run.ts").RunMode} mode @param {(text: string) => void} say
 * @returns {Promise<import("../bench/result.ts").BenchmarkResult>}
 */
async function measured(page, mode, say) {
  /** @type {(result: import("../bench/result.ts").BenchmarkResult) => void} */
  let resolve = () => undefined;
  /** @type {(error: Error) => void} */
  let reject = () => undefined;
  const ended = new Promise((onResult, onError) => {
    resolve = onResult;
    reject = onError;
  });
  page.on("crash", () => reject(new Error("the browser's page crashed")));
  page.on("pageerror", reject);
  await page.exposeFunction("benchSays", (/** @type {import("../bench/page/protocol.ts").FromWorker} */ message) => {
    if (message.type === "progress") say(message.text);
    else if (message.type === "result") resolve(message.result);
    else reject(new Error(message.text));
  });
  await page.evaluate(() => {
    const { benchSays } = /** @type {{ benchSays: (message: unknown) => void }} */ (/** @type {unknown} */ (globalThis));
    document.addEventListener("archscape-bench", (event) => benchSays(/** @type {CustomEvent} */ (event).detail));
  });
  await page.locator(`#${mode}`).click();
  return ended;
}
