/** Which adapter the browser suite runs on: recorded, required, and with a real GPU asked for, refused if it is software. */
import { mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "@playwright/test";

test("the browser offers a WebGPU adapter of the kind asked for", async ({ page, browser }, { config }) => {
  await page.route("**/adapter", (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>adapter</title>" }),
  );
  await page.goto("adapter");
  const adapter = await page.evaluate(async () => {
    const found = await navigator.gpu?.requestAdapter();
    if (!found) return undefined;
    const { vendor, architecture, device, description, isFallbackAdapter } = found.info;
    return { vendor, architecture, device, description, isFallbackAdapter, features: [...found.features].sort() };
  });
  const record = { browser: browser.browserType().name(), version: browser.version(), adapter: adapter ?? null };
  mkdirSync("test-results", { recursive: true });
  writeFileSync("test-results/adapter.json", `${JSON.stringify(record, null, 2)}\n`);

  expect(adapter, "navigator.gpu.requestAdapter() should find an adapter").toBeDefined();
  if (config.metadata["isRealGpu"]) {
    const words = `${adapter?.vendor} ${adapter?.architecture} ${adapter?.device} ${adapter?.description}`;
    const isSoftware = adapter?.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(words);
    expect(isSoftware, `test:gpu needs a real GPU; this adapter computes on the CPU: ${words}`).toBe(false);
  }
});
