/**
 * The built lab in Firefox: another compiler of WGSL (Naga) and another implementation of WebGPU (wgpu) than everything else is tested on. On
 * Linux, Firefox offers WebGPU only to who asks for it, so it is tested both ways.
 */
import type { PreviewServer } from "vite";
import { preview } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prepareVulkan } from "../../src/cli/vulkan.ts";
import { type Firefox, openFirefox, type Preferences } from "./bidi.ts";

const program = process.env["ARCHSCAPE_FIREFOX"];

/** What switches WebGPU on where it is off, also on adapters that compute on the CPU. */
const WEBGPU: Preferences = {
  "dom.webgpu.enabled": true,
  "dom.webgpu.workers.enabled": true,
  "gfx.webgpu.ignore-blocklist": true,
};
const NO_WEBGPU: Preferences = { "dom.webgpu.enabled": false };

/** Milliseconds: software adapters compile slowly, all the more where tests share two cores. */
const PATIENCE = 240_000;

/** The shadow tree of an element of the lab. */
const within = (name: string): string =>
  `document.querySelector("archscape-lab")?.shadowRoot?.querySelector("archscape-${name}")?.shadowRoot`;
const LAB = `document.querySelector("archscape-lab")?.shadowRoot`;
const MAP = `return ${within("map")}?.querySelector(".canvas[data-renderer]") && ${within("map")}.querySelector(".caption")?.textContent;`;
/** Opens a step and presses its button. */
const press = (step: string): string => `
  const tree = ${within(step)};
  const opener = tree.querySelector(".opener");
  if (opener.getAttribute("aria-expanded") !== "true") opener.click();
  const button = tree.querySelector("[data-primary]");
  if (button.disabled) return false;
  button.click();
  return true;`;

let server: PreviewServer;
let firefox: Firefox;

async function open(preferences: Preferences): Promise<void> {
  if (program === undefined) throw new Error("ARCHSCAPE_FIREFOX names no Firefox: run npm run test:firefox, which finds one.");
  firefox = await openFirefox(program, preferences);
}

const goto = async (hash: string): Promise<void> => {
  await firefox.goto(`${server.resolvedUrls?.local[0]}#${hash}`);
  await firefox.until(MAP, "the map", PATIENCE);
};

beforeAll(async () => {
  prepareVulkan();
  server = await preview({ preview: { host: "127.0.0.1", port: 0 }, logLevel: "error" });
});
afterAll(() => server.close());

describe("Firefox with WebGPU", () => {
  beforeAll(() => open(WEBGPU));
  afterAll(() => firefox.close());

  it("computes everything that the self-test asks for: all kernels compile and agree", async () => {
    await goto("");
    await firefox.evaluate(
      `${LAB}.querySelector("button.device").click(); ${within("self-test")}.querySelector("[data-start]").click();`,
    );
    const verdict = await firefox.until<string>(
      `return ${within("self-test")}.querySelector(".verdict")?.textContent;`,
      "the verdict",
      PATIENCE,
    );
    expect(verdict).toMatch(/^Computes correctly: all \d{3} checks agree on .* \(Firefox \d/);
    expect(firefox.problems).toEqual([]);
  });

  it("pre-trains in the worker, with a falling loss", async () => {
    await goto("epochs=1000&seed=3&strategy=random&backend=webgpu");
    await firefox.until(
      `return ${LAB}.querySelector("button.device")?.textContent.includes("WebGPU");`,
      "WebGPU on the badge of the device",
      PATIENCE,
    );
    await firefox.until(press("training"), "the button Pre-train", PATIENCE);
    await firefox.until(
      `const tree = ${within("training")};
      const loss = Number(tree.querySelector("[data-loss]")?.dataset.loss ?? NaN);
      if (!(loss > 0)) return false;
      globalThis.firstLoss ??= loss;
      return Number(tree.querySelector("[data-step]")?.dataset.step) >= 6 && loss < 0.9 * globalThis.firstLoss;`,
      "a loss that is a tenth lower than the first, after six steps or more",
      PATIENCE,
    );
    expect(firefox.problems).toEqual([]);
  });
});

describe("Firefox without WebGPU", () => {
  beforeAll(() => open(NO_WEBGPU));
  afterAll(() => firefox.close());

  it("says so in a sentence, shows the shipped map, and searches on the CPU", async () => {
    await goto("strategy=random&queries=20&seeds=1,2");
    const badge = `${LAB}.querySelector("button.device")`;
    await firefox.until(`return ${badge}?.dataset.status === "no-api";`, "the reason on the badge of the device", PATIENCE);
    expect(await firefox.evaluate(`return ${badge}.textContent.trim();`)).toContain("TensorFlow.js");
    expect(await firefox.evaluate(`return ${LAB}.querySelector("#device").textContent;`)).toContain(
      "This browser has no WebGPU (navigator.gpu is missing).",
    );
    await firefox.evaluate(`${within("self-test")}.querySelector("[data-start]").click();`);
    const refused = await firefox.until(
      `return ${within("self-test")}.querySelector(".verdict")?.textContent;`,
      "the self-test's answer",
    );
    expect(refused).toContain("The self-test was not run: This browser has no WebGPU");

    await firefox.until(press("explore"), "the button for the labels");
    await firefox.until(press("search"), "the button Search", PATIENCE);
    const result = await firefox.until(
      `return ${within("search")}.querySelector("[data-result]")?.textContent;`,
      "the result of the search",
      PATIENCE,
    );
    expect(result).toContain("mean of 2 runs");
    expect(firefox.problems).toEqual([]);
  });
});
