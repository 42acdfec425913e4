/**
 * Finds a browser for the browser tests, or installs one. A fresh machine has none, so in this order: the environment variable
 * ARCHSCAPE_BROWSER, an installed Chrome, Chromium or Edge, Playwright's own download, Debian's package when we are root.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { aptInstall, giveUp, runTool, say, works } from "./run.mjs";

const env = process.env;

/** Names to look for on the path (Linux). Chrome and Edge come first where a real GPU is asked for. */
const branded = ["google-chrome", "google-chrome-stable", "google-chrome-beta", "microsoft-edge", "microsoft-edge-stable"];
const chromium = ["chromium", "chromium-browser"];

const macApplications = ["Google Chrome", "Microsoft Edge", "Chromium"].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
);
const windowsPrograms = ["Google\\Chrome\\Application\\chrome.exe", "Microsoft\\Edge\\Application\\msedge.exe"];

/** @returns {string[]} */
function candidates() {
  if (process.platform === "darwin") return macApplications;
  if (process.platform === "win32") {
    const folders = [env["ProgramFiles"], env["ProgramFiles(x86)"], env["LOCALAPPDATA"]].filter((folder) => folder !== undefined);
    return windowsPrograms.flatMap((program) => folders.map((folder) => join(folder, program)));
  }
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...branded, ...chromium].flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** Whether it starts: a download without its system libraries exists, but does not. Windows browsers do not answer --version. */
const starts = (/** @type {string} */ path) => process.platform === "win32" || works(path, ["--version"]);

async function playwrightDownload() {
  const { chromium: type } = await import("@playwright/test");
  const path = type.executablePath();
  return existsSync(path) && starts(path) ? path : undefined;
}

/**
 * A browser that is already on this machine, with a sentence that says which and why.
 * @param {{ branded?: boolean }} [options] `branded`: only Chrome or Edge (or what ARCHSCAPE_BROWSER names)
 * @returns {Promise<{ path: string, note: string } | undefined>}
 */
export async function findBrowser({ branded: brandedOnly = false } = {}) {
  const named = env["ARCHSCAPE_BROWSER"];
  if (named) {
    if (!existsSync(named))
      giveUp(`ARCHSCAPE_BROWSER should name the program of a Chrome, Chromium or Edge; there is no file ${named}.`);
    return { path: named, note: `using the browser that ARCHSCAPE_BROWSER names: ${named}` };
  }
  const installed = candidates().find((path) => existsSync(path) && !(brandedOnly && /chromium/i.test(path)) && starts(path));
  if (installed !== undefined) return { path: installed, note: `using the installed browser ${installed}` };
  const downloaded = brandedOnly ? undefined : await playwrightDownload();
  return downloaded === undefined
    ? undefined
    : { path: downloaded, note: `using Playwright's downloaded Chromium ${downloaded}` };
}

/**
 * A browser that works, installed if need be. Says what it did; ends the process where no way is left.
 * @returns {Promise<string>} path of the program
 */
export async function ensureBrowser() {
  const found = await findBrowser();
  if (found !== undefined) {
    say(found.note);
    return found.path;
  }
  say("no Chrome, Chromium or Edge is installed: trying Playwright's own download");
  const status = await runTool("@playwright/test", ["install", "--no-shell", "chromium"], {
    program: "playwright",
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "10000" },
    quietLimit: 60,
  });
  const downloaded = await playwrightDownload();
  if (downloaded !== undefined) {
    say(`Playwright's Chromium is installed: ${downloaded}`);
    return downloaded;
  }
  const failure = status === 0 ? "does not start here (system libraries are missing)" : "could not be downloaded";
  say(`Playwright's Chromium ${failure}; "npx playwright install chromium" shows why`);
  if (await aptInstall(["chromium", "libvulkan1"])) {
    const packaged = await findBrowser();
    if (packaged !== undefined) {
      say(`Debian's Chromium is installed: ${packaged.path}`);
      return packaged.path;
    }
  }
  giveUp(
    "no browser for the tests: install Chrome, Chromium or Edge, or name one with the environment variable ARCHSCAPE_BROWSER.",
  );
}
