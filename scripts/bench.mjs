/**
 * `npm run bench`: engines side by side on this machine's adapter; writes docs/benchmarks/NAME.json and .svg and, from all runs there,
 * docs/benchmarks.md.
 *
 *     npm run bench -- [--browser] [--quick] [--only archscape --only jax-js …] [--name NAME] [--write-only]
 *
 * By default in Node on Dawn, beside PyTorch where python3 (or ARCHSCAPE_PYTHON) can import torch. `--browser` measures in a Chromium instead.
 * `--quick` tells in a minute whether everything runs, and writes under test-results. `--write-only` makes the document anew, nothing else.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "vite";
import { giveUp, root, say } from "./run.mjs";

const { values: given } = parseArgs({
  options: {
    browser: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
    name: { type: "string" },
    "write-only": { type: "boolean", default: false },
  },
});
const name = given.name ?? (given.browser ? "chromium" : "node");
if (!/^[\w-]+$/.test(name)) giveUp(`--name should be letters, digits, - and _, found "${name}".`);

const bundle = join(root, ".cache", "bench");
await build({
  root,
  configFile: false,
  logLevel: "warn",
  build: { ssr: join(root, "bench", "node.ts"), outDir: bundle, emptyOutDir: true, target: "node20", minify: false },
});
/** @type {typeof import("../bench/node.ts")} */
const { benchmarkInNode, benchmarksDocument, stepChart } = await import(pathToFileURL(join(bundle, "node.js")).href);

/** @param {string} folder @param {string} document */
function writeDocument(folder, document) {
  const runs = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => ({ name: file.slice(0, -5), result: JSON.parse(readFileSync(join(folder, file), "utf8")) }));
  for (const run of runs) writeFileSync(join(folder, `${run.name}.svg`), stepChart(run.result));
  writeFileSync(document, benchmarksDocument(runs));
  say(`wrote ${document}`);
}

const docs = given.quick ? join(root, "test-results") : join(root, "docs");
const folder = join(docs, "benchmarks");
mkdirSync(folder, { recursive: true });

if (!given["write-only"]) {
  const settings = { root, quick: given.quick, only: given.only, say };
  const result = given.browser
    ? await (await import("./bench-browser.mjs")).benchmarkInBrowser(settings)
    : await benchmarkInNode(settings);
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
}
writeDocument(folder, join(docs, "benchmarks.md"));
// Dawn keeps the process alive.
process.exit(0);
