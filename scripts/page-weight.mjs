/**
 * `npm run bench -- --pages`: what the built pages weigh and how long they take until they can be used, with a cold cache, in Chromium and
 * Firefox. Writes docs/page-weight.json and, from it, docs/page-weight.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { runnerImport } from "vite";
import { ensureBrowser } from "./browser.mjs";
import { ensureFirefox } from "./firefox.mjs";
import { pageWeightDocument } from "./page-weight/document.mjs";
import { offlineWeight, serveCounting, weightOf } from "./page-weight/server.mjs";
import { giveUp, npm, root, say } from "./run.mjs";

/** @typedef {import("./page-weight/server.mjs").Visit} Visit */
/** @typedef {{ title: string, visits: Visit[] }} PageResult */
/** @typedef {{ browser: string, pages: PageResult[] }} BrowserResult */
/**
 * @typedef {object} PageWeight
 * @property {string} date
 * @property {string} version
 * @property {number} processors
 * @property {number} webgl Bytes, compressed, of the script that draws maps where there is a graphics card.
 * @property {{ files: number, sent: number, whole: number }} offline
 * @property {BrowserResult[]} browsers
 */

/** @type {readonly { title: string, path: string, needsGpu?: true }[]} */
const PAGES = [
  { title: "lab", path: "/" },
  { title: "lab, told to compute on WebGPU", path: "/#backend=webgpu", needsGpu: true },
  { title: "`<archscape-cell>`", path: "/archscape-cell.html" },
  { title: "`<archscape-map>`", path: "/archscape-map.html" },
  { title: "article", path: "/article.html" },
];

/** Visits that count, after one that does not. */
const VISITS = 7;

/** @typedef {Awaited<ReturnType<typeof serveCounting>>} Server */

/**
 * @param {Server} server @param {string} browser @param {typeof PAGES} wanted
 * @param {(address: string) => Promise<() => Promise<void>>} visit opens a page; returns what leaves it
 * @returns {Promise<BrowserResult>}
 */
async function measure(server, browser, wanted, visit) {
  /** @type {PageResult[]} */
  const pages = wanted.map(({ title }) => ({ title, visits: [] }));
  // Turn by turn, so that whatever else the machine does meets all pages alike.
  for (let turn = 0; turn <= VISITS; turn++) {
    for (const [i, { path }] of wanted.entries()) {
      const { address, result } = server.next();
      const leave = await visit(address + path);
      const visited = await result;
      await leave();
      if (turn > 0) pages[i]?.visits.push(visited);
    }
    say(`${browser}: ${turn} of ${VISITS} visits of each page`);
  }
  return { browser, pages };
}

/** @param {Server} server */
async function inChromium(server) {
  const args = ["--no-sandbox", "--enable-unsafe-webgpu"];
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args });
  const result = await measure(
    server,
    `Chromium ${browser.version().split(".")[0]}, WebGPU on SwiftShader`,
    PAGES,
    async (address) => {
      // What is kept for use without a network is weighed by itself.
      const context = await browser.newContext({ serviceWorkers: "block", viewport: { width: 1280, height: 800 } });
      const page = await context.newPage();
      await page.goto(address);
      return () => context.close();
    },
  );
  await browser.close();
  return result;
}

/** @param {Server} server @param {string} program */
async function inFirefox(server, program) {
  /** @type {{ module: typeof import("../test/firefox/bidi.ts") }} */
  const { module } = await runnerImport(join(root, "test", "firefox", "bidi.ts"));
  const firefox = await module.openFirefox(program, { "dom.serviceWorkers.enabled": false, "dom.webgpu.enabled": false });
  const pages = PAGES.filter(({ needsGpu }) => !needsGpu);
  const result = await measure(server, `Firefox ${firefox.version}, without WebGPU`, pages, async (address) => {
    await firefox.goto(address);
    return () => firefox.goto("about:blank");
  });
  await firefox.close();
  return result;
}

/** @returns {Promise<PageWeight>} */
async function measured() {
  if ((await npm(["run", "--silent", "build:lab"])) !== 0 || (await npm(["run", "--silent", "build:elements"])) !== 0)
    giveUp("the build failed (see above).");
  const lab = join(root, "dist", "lab");
  const server = await serveCounting(lab);
  const browsers = [await inChromium(server)];
  const firefox = await ensureFirefox();
  if (firefox) browsers.push(await inFirefox(server, firefox));
  server.close();
  return {
    date: new Date().toISOString().slice(0, 10),
    version: JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version,
    processors: cpus().length,
    webgl: weightOf(join(lab, "assets"), /^deck-renderer-.*\.js$/),
    offline: offlineWeight(lab),
    browsers,
  };
}

const numbers = join(root, "docs", "page-weight.json");
if (!process.argv.includes("--write-only")) writeFileSync(numbers, `${JSON.stringify(await measured(), null, 2)}\n`);
writeFileSync(join(root, "docs", "page-weight.md"), pageWeightDocument(JSON.parse(readFileSync(numbers, "utf8"))));
say("wrote docs/page-weight.md");
// Firefox's connection keeps the process alive.
process.exit(0);
