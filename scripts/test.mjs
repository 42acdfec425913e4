/**
 * `npm test`: everything, in order, on a fresh clone too. `node scripts/test.mjs PART [ARGUMENTS...]` runs one part and hands
 * the arguments on to its runner. A failing part does not stop the others. The last line says how many tests passed and failed;
 * checks without tests (format, types, imports, build, package) count only when they fail, as one failure each.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBrowser, findBrowser } from "./browser.mjs";
import { ensureFirefox } from "./firefox.mjs";
import { ensureInstalled } from "./install.mjs";
import { closingLine, countPlaywright, countVitest, settle, sum } from "./results.mjs";
import { giveUp, npm, root, runTool, say } from "./run.mjs";
import { ensureVulkan } from "./vulkan.mjs";

/** @typedef {import("./results.mjs").Counts} Counts */

const nothing = { passed: 0, failed: 0, skipped: 0 };
const reports = join(root, "test-results");

/** Parts that could not be run, and why. @type {Map<string, string>} */
const notRun = new Map();

/** @param {string} name */
function readReport(name) {
  try {
    return JSON.parse(readFileSync(join(reports, `${name}.json`), "utf8"));
  } catch {
    return undefined;
  }
}

/** @param {string} name */
function forgetReport(name) {
  mkdirSync(reports, { recursive: true });
  rmSync(join(reports, `${name}.json`), { force: true });
}

/** A check without tests: an npm script that succeeds or not. @param {string} script @returns {() => Promise<Counts>} */
const check = (script) => async () => ((await npm(["run", "--silent", script])) === 0 ? nothing : { ...nothing, failed: 1 });

/** @param {string} project @param {Record<string, string>} [env] @returns {(args: readonly string[]) => Promise<Counts>} */
const vitest =
  (project, env = {}) =>
  async (args) => {
    forgetReport(project);
    const output = ["--reporter=default", "--reporter=json", `--outputFile.json=test-results/${project}.json`];
    const status = await runTool("vitest", ["run", "--project", project, ...output, ...args], { env });
    const report = readReport(project);
    return settle(status, report && countVitest(report));
  };

/** @param {string} name @param {string} browser @param {readonly string[]} args @param {Record<string, string>} [env] */
async function playwright(name, browser, args, env = {}) {
  forgetReport(name);
  const status = await runTool("@playwright/test", ["test", ...args], {
    program: "playwright",
    env: { ARCHSCAPE_BROWSER: browser, ARCHSCAPE_REPORT: join(reports, `${name}.json`), ...env },
  });
  const report = readReport(name);
  return settle(status, report && countPlaywright(report));
}

/** @type {Record<string, (args: readonly string[]) => Promise<Counts>>} */
const parts = {
  format: check("check:format"),
  types: check("check:types"),
  imports: check("check:imports"),
  unit: vitest("unit"),
  build: check("build"),
  package: check("check:package"),
  dawn: async (args) => {
    await ensureVulkan();
    return vitest("gpu")(args);
  },
  endurance: async (args) => {
    await ensureVulkan();
    return vitest("gpu", { ARCHSCAPE_ENDURANCE_STEPS: "10000" })(["test/gpu/endurance.test.ts", ...args]);
  },
  browser: async (args) => playwright("browser", await ensureBrowser(), args),
  firefox: async (args) => {
    const program = await ensureFirefox();
    if (program === undefined) {
      const why = "no Firefox is installed, ARCHSCAPE_FIREFOX names none, and none can be installed here";
      if (wanted === "firefox") giveUp(`test:firefox needs a Firefox: ${why}.`);
      notRun.set("firefox", why);
      return nothing;
    }
    return vitest("firefox", { ARCHSCAPE_FIREFOX: program })(args);
  },
  gpu: async (args) => {
    const found = await findBrowser({ branded: true });
    if (found === undefined) giveUp("test:gpu needs an installed Chrome or Edge, or ARCHSCAPE_BROWSER naming one.");
    say(found.note);
    return playwright("gpu-browser", found.path, args, { ARCHSCAPE_REAL_GPU: "1" });
  },
};

const everything = ["format", "types", "imports", "unit", "build", "package", "dawn", "browser", "firefox"];
const needsBuild = new Set(["package", "browser", "firefox", "gpu"]);

const [wanted, ...args] = process.argv.slice(2);
if (wanted !== undefined && !(wanted in parts))
  giveUp(`unknown part "${wanted}"; expected one of ${Object.keys(parts).join(", ")}.`);

await ensureInstalled();
// First, because the driver that Dawn uses in Node may come with the browser.
if (wanted === undefined || wanted === "dawn" || wanted === "endurance") await ensureBrowser();

const plan = wanted === undefined ? everything : needsBuild.has(wanted) ? ["build", wanted] : [wanted];
/** @type {{ name: string, counts: Counts, seconds: number }[]} */
const done = [];
for (const name of plan) {
  say(`— ${name} —`);
  const start = performance.now();
  const counts = await parts[name]?.(name === wanted ? args : []);
  done.push({ name, counts: counts ?? nothing, seconds: (performance.now() - start) / 1000 });
}

const total = sum(done.map(({ counts }) => counts));
process.stdout.write("\n");
for (const { name, counts, seconds } of done) {
  const plain = counts.failed > 0 ? "failed" : notRun.has(name) ? `NOT RUN: ${notRun.get(name)}` : "ok";
  const verdict = counts.passed + counts.skipped > 0 ? closingLine(counts) : plain;
  say(`${name.padEnd(8)} ${verdict} (${seconds.toFixed(0)} s)`);
}
process.stdout.write(`${closingLine(total)}\n`);
process.exit(total.failed > 0 ? 1 : 0);
