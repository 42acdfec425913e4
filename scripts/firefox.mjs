/**
 * Finds a Firefox for the tests in a second browser, or installs one: the environment variable ARCHSCAPE_FIREFOX, an installed Firefox,
 * Debian's package where we are root. A machine without one goes without these tests, and says so.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { aptInstall, giveUp, say, works } from "./run.mjs";

const env = process.env;

/** @returns {string[]} */
function candidates() {
  if (process.platform === "darwin") return ["/Applications/Firefox.app/Contents/MacOS/firefox"];
  if (process.platform === "win32") {
    const folders = [env["ProgramFiles"], env["ProgramFiles(x86)"]].filter((folder) => folder !== undefined);
    return folders.map((folder) => join(folder, "Mozilla Firefox\\firefox.exe"));
  }
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return ["firefox", "firefox-esr"].flatMap((name) => folders.map((folder) => join(folder, name)));
}

const starts = (/** @type {string} */ path) => process.platform === "win32" || works(path, ["--version"]);

function findFirefox() {
  const named = env["ARCHSCAPE_FIREFOX"];
  if (named && !existsSync(named)) giveUp(`ARCHSCAPE_FIREFOX should name the program of a Firefox; there is no file ${named}.`);
  return named || candidates().find((path) => existsSync(path) && starts(path));
}

/** @returns {Promise<string | undefined>} path of the program; undefined where there is none and none can be installed */
export async function ensureFirefox() {
  const found = findFirefox();
  if (found !== undefined) {
    say(`using the Firefox ${found}`);
    return found;
  }
  if (process.platform !== "linux") return undefined;
  say("no Firefox is installed: trying Debian's package");
  return (await aptInstall(["firefox-esr"])) ? findFirefox() : undefined;
}
