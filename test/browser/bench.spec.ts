import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import type { BenchmarkResult } from "../../bench/result.ts";
import { watchProblems } from "./lab.ts";

test("the benchmark page measures engines, tasks, ceilings and kernels, shows them, and saves them", async ({ page }) => {
  // Half a minute, unless the machine has much else to do.
  test.setTimeout(240_000);
  const problems = watchProblems(page);
  // TensorFlow.js on WebGPU takes SwiftShader more than a second a step.
  await page.goto("./bench.html?only=archscape,jax-js,tfjs-wasm");
  await page.getByRole("button", { name: "Check that everything runs" }).click();
  await expect(page.getByRole("button", { name: "Measure everything" })).toBeDisabled();
  await expect(page.getByRole("status")).toHaveText("Done.", { timeout: 220_000 });
  await expect(page.getByRole("button", { name: "Measure everything" })).toBeEnabled();

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Save the result (JSON)" }).click(),
  ]);
  const result = JSON.parse(readFileSync(await download.path(), "utf8")) as BenchmarkResult;
  expect(result.absent).toEqual([]);
  expect(result.engines.map(({ name }) => name)).toEqual(["archscape", "jax-js", "tfjs-wasm"]);
  for (const { losses, lossDifference } of result.engines) {
    expect(losses).toHaveLength(5);
    expect(lossDifference).toBeLessThan(2e-3);
  }
  const [ours, ...others] = result.engines;
  expect(ours?.calls).toMatchObject({ dispatches: 18, buffers: 0, bindGroups: 0, pipelines: 0 });
  expect(others.every(({ calls }) => calls === undefined || calls.dispatches > 18)).toBe(true);
  expect(result.profile.dispatches).toHaveLength(18);
  expect(result.profile.dispatches.every(({ ms }) => ms.median >= 0)).toBe(true);
  expect(result.ceilings.every(({ value }) => value.median > 0)).toBe(true);

  await expect(page.getByRole("row", { name: /^jax-js/ })).toHaveCount(2);
  await expect(page.locator("#report figure svg")).toHaveCount(2);
  expect(problems).toEqual([]);
});
