/**
 * Browser tests, against the built lab. Two ways to run them:
 * `npm run test:browser` on any Chromium, WebGPU computed by SwiftShader; `npm run test:gpu` on Chrome or Edge with a real GPU.
 */
import { createServer } from "node:net";
import { defineConfig } from "@playwright/test";
import { findBrowser } from "./scripts/browser.mjs";

const isRealGpu = Boolean(process.env["ARCHSCAPE_REAL_GPU"]);

/** WebGPU on SwiftShader, and canvases that appear in screenshots. */
const software = [
  "--enable-unsafe-webgpu",
  "--ignore-gpu-blocklist",
  "--enable-gpu",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
];
const hardware =
  process.platform === "linux" ? ["--enable-unsafe-webgpu", "--enable-features=Vulkan", "--ignore-gpu-blocklist"] : [];

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no free port")),
      );
    });
  });
}

const browser = await findBrowser({ branded: isRealGpu });
if (browser === undefined)
  throw new Error("no browser for the tests was found: run npm run test:browser, which installs one, or set ARCHSCAPE_BROWSER");
// The configuration is read again in every worker process; they inherit the port from the first.
process.env["ARCHSCAPE_TEST_PORT"] ??= String(await freePort());
const port = process.env["ARCHSCAPE_TEST_PORT"];
const report = process.env["ARCHSCAPE_REPORT"];

const sandbox = "--no-sandbox";
const fallback = /.*\.fallback\.spec\.ts/;

export default defineConfig({
  testDir: "test/browser",
  outputDir: "test-results/browser",
  forbidOnly: true,
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: report === undefined ? [["list"]] : [["list"], ["json", { outputFile: report }]],
  // Only its own spec has the service worker: answers of the others are not to come from a cache.
  use: { baseURL: `http://127.0.0.1:${port}/`, browserName: "chromium", serviceWorkers: "block" },
  metadata: { isRealGpu },
  projects: [
    {
      name: "adapter",
      testMatch: /adapter\.setup\.ts/,
      use: { launchOptions: { executablePath: browser.path, args: [sandbox, ...(isRealGpu ? hardware : software)] } },
    },
    {
      name: "webgpu",
      dependencies: ["adapter"],
      testMatch: /.*\.spec\.ts/,
      testIgnore: fallback,
      use: { launchOptions: { executablePath: browser.path, args: [sandbox, ...(isRealGpu ? hardware : software)] } },
    },
    {
      // Chromium on a machine without a GPU, as it is: the API is there and no adapter. With a GPU, one has to be refused.
      name: "no-webgpu",
      testMatch: fallback,
      use: { launchOptions: { executablePath: browser.path, args: isRealGpu ? [sandbox, "--disable-gpu"] : [sandbox] } },
    },
  ],
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview --host 127.0.0.1 --port ${port} --strictPort`,
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
    timeout: 30_000,
  },
});
