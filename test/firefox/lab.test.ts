/**
 * The built lab and its elements in Firefox: another compiler of WGSL (Naga) and another implementation of WebGPU (wgpu) than everything else
 * is tested on, and another browser. On Linux, Firefox offers WebGPU only to who asks for it, so it is tested both ways.
 */
import type { PreviewServer } from "vite";
import { preview } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prepareVulkan } from "../../src/cli/vulkan.ts";
import { openSite, type Site } from "../browser/hosts.ts";
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

/** Colours that a picture of the map has at least; an empty one has a handful. */
const COLOURED = 40;

const LAB = `document.querySelector("archscape-lab")?.shadowRoot`;
/** The shadow tree of an element of the lab. */
const within = (name: string): string => `${LAB}?.querySelector("archscape-${name}")?.shadowRoot`;
const BADGE = `${LAB}.querySelector("button.device")`;
/** Something in the shadow tree of an element of the lab. */
const find = (name: string, selector: string): string => `${within(name)}?.querySelector(${JSON.stringify(selector)})`;
const MAP = `return ${find("map", ".canvas[data-renderer]")} && ${find("map", ".caption")}?.textContent;`;
/** Opens a step and presses its button. */
const press = (step: string): string => `
  const opener = ${find(step, ".opener")};
  if (opener.getAttribute("aria-expanded") !== "true") opener.click();
  const button = ${find(step, "[data-primary]")};
  if (!button || button.disabled) return false;
  button.click();
  return true;`;
/** Presses the button of these words. */
const pressNamed = (name: string, words: string): string => `
  const button = [...${within(name)}.querySelectorAll("button")].find((each) => each.textContent.trim() === ${JSON.stringify(words)});
  if (!button || button.disabled) return false;
  button.click();
  return true;`;
const STEPS = `Number(${find("training", "[data-step]")}?.dataset.step ?? -1)`;

let server: PreviewServer;
let firefox: Firefox;

async function open(preferences: Preferences): Promise<void> {
  if (program === undefined) throw new Error("ARCHSCAPE_FIREFOX names no Firefox: run npm run test:firefox, which finds one.");
  firefox = await openFirefox(program, preferences);
}

const goto = async (hash: string): Promise<string> => {
  await firefox.goto(`${server.resolvedUrls?.local[0]}#${hash}`);
  return firefox.until<string>(MAP, "the map", PATIENCE);
};

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where `element` is on the screen. */
const boxOf = (element: string): Promise<Box> =>
  firefox.evaluate(`const { x, y, width, height } = ${element}.getBoundingClientRect(); return { x, y, width, height };`);

/** Evaluates the body over a part of the screen: `data`, four bytes a pixel, `width` pixels a row. */
async function inPicture<T>(part: Box, body: string): Promise<T> {
  const picture = await firefox.screenshot(part);
  return firefox.evaluate<T>(`
    const bytes = Uint8Array.from(atob("${picture}"), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data, width } = context.getImageData(0, 0, image.width, image.height);
    ${body}`);
}

/** How many clearly different colours there are on the screen where `element` is. */
const coloursOf = async (element: string): Promise<number> =>
  inPicture(
    await boxOf(element),
    `const seen = new Set();
    for (let i = 0; i < data.length; i += 4) seen.add((data[i] >> 4 << 8) | (data[i + 1] >> 4 << 4) | (data[i + 2] >> 4));
    return seen.size;`,
  );

/** Columns and rows in which a stroke's colour is found, so many pixels around the middle of it. */
async function extentOf(stroke: string, around: number): Promise<{ columns: number; rows: number }> {
  const { x, y, width, height } = await boxOf(stroke);
  const part = { x: x + width / 2 - around, y: y + height / 2 - around, width: 2 * around, height: 2 * around };
  return inPicture(
    part,
    `const wanted = getComputedStyle(${stroke}).stroke.match(/\\d+/g).map(Number);
    const columns = new Set(), rows = new Set();
    for (let i = 0; i < data.length; i += 4) {
      if (wanted.some((value, k) => Math.abs(data[i + k] - value) > 40)) continue;
      columns.add((i / 4) % width);
      rows.add(Math.floor(i / 4 / width));
    }
    return { columns: columns.size, rows: rows.size };`,
  );
}

beforeAll(async () => {
  prepareVulkan();
  server = await preview({ preview: { host: "127.0.0.1", port: 0 }, logLevel: "error" });
});
afterAll(() => server.close());

describe("Firefox with WebGPU", () => {
  beforeAll(() => open(WEBGPU));
  afterAll(() => firefox.close());

  it("boots: the shipped map is drawn, and the badge names the device", async () => {
    expect(await goto("cell=1462&backend=webgpu")).toContain("shipped weights, protocol released");
    await firefox.until(`return ${BADGE}?.textContent.includes("WebGPU");`, "WebGPU on the badge of the device", PATIENCE);
    expect(await coloursOf(find("map", ".canvas"))).toBeGreaterThan(COLOURED);
    expect(await firefox.evaluate(`return ${find("cell", "h2")}.textContent;`)).toContain("Cell 1,462");
    // A dot is a line without length, which browsers draw as they like.
    const { columns, rows } = await extentOf(find("map", ".ring.chosen"), 24);
    expect(rows).toBeGreaterThan(8);
    expect(Math.abs(columns - rows)).toBeLessThanOrEqual(1);
    expect(firefox.problems).toEqual([]);
  });

  it("computes everything that the self-test asks for: all kernels compile and agree", async () => {
    await goto("");
    await firefox.evaluate(`${BADGE}.click(); ${find("self-test", "[data-start]")}.click();`);
    const verdict = await firefox.until<string>(`return ${find("self-test", ".verdict")}?.textContent;`, "the verdict", PATIENCE);
    expect(verdict).toMatch(/^Computes correctly: all \d{3} checks agree on .* \(Firefox \d/);
    expect(firefox.problems).toEqual([]);
  });

  it("pre-trains in the worker with a falling loss, pauses, makes one step, and ends with a map of its own", async () => {
    await goto("epochs=1000&seed=3&backend=webgpu");
    await firefox.until(press("training"), "the button Pre-train", PATIENCE);
    await firefox.until(
      `const loss = Number(${find("training", "[data-loss]")}?.dataset.loss ?? NaN);
      if (!(loss > 0)) return false;
      globalThis.firstLoss ??= loss;
      return ${STEPS} >= 6 && loss < 0.9 * globalThis.firstLoss;`,
      "a loss that is a tenth lower than the first, after six steps or more",
      PATIENCE,
    );
    await firefox.until(press("training"), "the button Pause");
    await firefox.until(`return ${find("training", "[data-primary]")}.textContent.trim() === "Resume";`, "the pause", PATIENCE);
    const paused = await firefox.evaluate<number>(`return ${STEPS};`);
    await firefox.until(pressNamed("training", "Step"), "the button Step");
    await firefox.until(`return ${STEPS} === ${paused + 1};`, "one step more", PATIENCE);
    await firefox.until(pressNamed("training", "Cancel"), "the button Cancel");
    // All cells would take this adapter a while.
    await firefox.until(
      `return Number(${find("training", "[data-placing]")}?.dataset.placing) > 0;`,
      "cells that are placed",
      PATIENCE,
    );
    await firefox.until(pressNamed("training", "Stop placing"), "the button Stop placing");
    await firefox.until(
      `return ${find("map", ".caption")}.textContent.includes("your training, protocol released, seed 3, after ${paused + 1} steps");`,
      "the map of the run",
      PATIENCE,
    );
    expect(await firefox.evaluate(`return ${find("map", "[data-part]")}.textContent;`)).toContain("the others were not placed");
    expect(firefox.problems).toEqual([]);
  });
});

describe("Firefox without WebGPU", () => {
  let site: Site;
  beforeAll(async () => {
    await open(NO_WEBGPU);
    const elements = await openSite(() => ({ folder: "dist/elements" }));
    const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page of somebody else</title>
<script type="module" src="${elements.origin}/archscape.js"></script></head><body>
<archscape-map group="a" cell="11472"></archscape-map><archscape-cell group="a"></archscape-cell>
<archscape-search group="a" strategy="random" queries="12" seeds="1"></archscape-search></body></html>`;
    const host = await openSite(() => ({ pages: { "/": { html: page } } }));
    site = {
      ...host,
      close() {
        host.close();
        elements.close();
      },
    };
  });
  afterAll(async () => {
    await firefox.close();
    site.close();
  });

  it("says so in a sentence, and instead of the self-test, too", async () => {
    await goto("");
    await firefox.until(`return ${BADGE}?.dataset.status === "no-api";`, "the reason on the badge of the device", PATIENCE);
    expect(await firefox.evaluate(`return ${BADGE}.textContent.trim();`)).toContain("TensorFlow.js");
    expect(await firefox.evaluate(`return ${LAB}.querySelector("#device").textContent;`)).toContain(
      "This browser has no WebGPU (navigator.gpu is missing).",
    );
    await firefox.evaluate(`${find("self-test", "[data-start]")}.click();`);
    const refused = await firefox.until(`return ${find("self-test", ".verdict")}?.textContent;`, "the self-test's answer");
    expect(refused).toContain("The self-test was not run: This browser has no WebGPU");
    expect(firefox.problems).toEqual([]);
  });

  it("searches the shipped map on demo labels: curves, a path on the map, and the best cell", async () => {
    expect(await goto("strategy=latent-bo&queries=20&seeds=1,2")).toContain("shipped weights");
    await firefox.until(press("explore"), "the button for the labels");
    await firefox.until(press("search"), "the button Search", PATIENCE);
    const result = await firefox.until(
      `return ${find("search", "[data-result]")}?.textContent;`,
      "the result of the search",
      PATIENCE,
    );
    expect(result).toContain("mean of 2 runs");
    for (const chart of ["metric", "report", "queries"]) {
      await firefox.until(
        `return ${find("charts", `[data-chart="${chart}"] svg path, [data-chart="${chart}"] svg circle`)};`,
        `the chart ${chart}`,
      );
    }
    await firefox.until(`return ${find("map", ".climb:not(.halo)")}?.getAttribute("d");`, "the path on the map");
    const best = await firefox.evaluate<string>(
      `return ${find("search", '[data-runs] tr[aria-current="true"] td:nth-of-type(2)')}.textContent.trim();`,
    );
    expect(await firefox.evaluate(`return ${find("cell", "dl")}.textContent;`)).toContain(best);
    expect(firefox.problems).toEqual([]);
  });

  it("shows elements on somebody else's page, which share a selection and search in a worker", async () => {
    await firefox.goto(`${site.origin}/`);
    await firefox.until(
      `return [...document.querySelectorAll("[group]")].every(({ status }) => status === "ready");`,
      "three elements that are ready",
      PATIENCE,
    );
    const view = (name: string): string =>
      `document.querySelector("archscape-${name}").shadowRoot.querySelector("archscape-${name}-view").shadowRoot`;
    expect(await firefox.evaluate(`return ${view("map")}.querySelector(".caption").textContent;`)).toContain("shipped weights");
    expect(await coloursOf(`${view("map")}.querySelector(".canvas")`)).toBeGreaterThan(COLOURED);
    expect(await firefox.evaluate(`return ${view("cell")}.querySelector("h2").textContent;`)).toContain("Cell 11,472");
    const ended = await firefox.evaluate(`
      const search = document.querySelector("archscape-search");
      const ended = new Promise((resolve) => search.addEventListener("archscape-end", ({ detail }) => resolve(detail)));
      await search.run();
      return ended;`);
    expect(ended).toEqual({ job: "search", state: "finished" });
    await firefox.until(
      `return !${view("cell")}.querySelector("h2").textContent.includes("Cell 11,472");`,
      "the best cell of the search",
    );
    expect(firefox.problems).toEqual([]);
  });
});
