/** `npm run bench`: engines side by side on this machine's adapter. `npm run bench -- --help` explains. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Command, Option } from "commander";
import { build } from "vite";
import { giveUp, root, run, say } from "./run.mjs";

const given = new Command("npm run bench --")
  .description(
    "Measures engines side by side on this machine's adapter, in Node on Dawn and beside PyTorch where python3 (or ARCHSCAPE_PYTHON) can import torch. Writes docs/benchmarks/NAME.json and, from all runs there, their pictures and docs/benchmarks.md.",
  )
  .option("--pages", "what the pages weigh and how long they take to open instead; writes docs/page-weight.md")
  .option("--browser", "measure in a Chromium instead of Node")
  .addOption(
    new Option(
      "--profile",
      "only the adapter's ceilings and the time of each of our kernels; written under test-results",
    ).conflicts("quick"),
  )
  .option("--quick", "whether everything runs, in a minute or two; written under test-results")
  .option("--only <engines...>", "some of the engines, e.g. archscape jax-js", [])
  .option("--name <name>", 'name of the run; default "node" or "chromium"')
  .option("--write-only", "measure nothing, write the document anew")
  .allowExcessArguments(false)
  .parse()
  .opts();
if (given.pages) {
  // Node 20 has a WebSocket, which drives Firefox, but shows it only on request.
  const flags = typeof WebSocket === "undefined" ? ["--experimental-websocket", "--no-warnings"] : [];
  process.exit(
    await run(process.execPath, [
      ...flags,
      join(root, "scripts", "page-weight.mjs"),
      ...(given.writeOnly ? ["--write-only"] : []),
    ]),
  );
}
const name = given.name ?? (given.browser ? "chromium" : "node");
if (!/^[\w-]+$/.test(name)) giveUp(`--name should be letters, digits, - and _, found "${name}".`);
/** @type {import("../bench/run.ts").RunMode} */
const mode = given.profile ? "profile" : given.quick ? "quick" : "full";

const bundle = join(root, ".cache", "bench");
await build({
  root,
  configFile: false,
  logLevel: "warn",
  build: { ssr: join(root, "bench", "node.ts"), outDir: bundle, emptyOutDir: true, target: "node20", minify: false },
});
/** @type {typeof import("../bench/node.ts")} */
const { benchmarkInNode, benchmarksDocument, chartFiles } = await import(pathToFileURL(join(bundle, "node.js")).href);

/** The document and the pictures of all runs in a folder. @param {string} folder @param {string} document */
function writeDocument(folder, document) {
  const runs = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => ({ name: file.slice(0, -5), result: JSON.parse(readFileSync(join(folder, file), "utf8")) }));
  for (const { name: run, result } of runs) {
    for (const [picture, svg] of chartFiles(result)) writeFileSync(join(folder, `${run}-${picture}.svg`), svg);
  }
  writeFileSync(document, benchmarksDocument(runs));
  say(`wrote ${document}`);
}

const docs = mode === "full" ? join(root, "docs") : join(root, "test-results", `bench-${mode}`);
const folder = join(docs, "benchmarks");
mkdirSync(folder, { recursive: true });

if (!given.writeOnly) {
  const settings = { root, mode, only: given.only, say };
  const result = given.browser
    ? await (await import("./bench-browser.mjs")).benchmarkInBrowser(settings)
    : await benchmarkInNode(settings);
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  if (mode === "profile") process.stdout.write(`${benchmarksDocument([{ name, result }])}\n`);
}
writeDocument(folder, join(docs, "benchmarks.md"));
// Dawn keeps the process alive.
process.exit(0);
