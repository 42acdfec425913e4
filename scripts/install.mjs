/** Brings node_modules up to date with package-lock.json: what lets `npm start` and `npm test` be enough on a fresh clone. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { giveUp, npm, root, say } from "./run.mjs";

/** @param {string} version such as "20.20.2" */
function isOldNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < 20 || (major === 20 && minor < 19) || (major === 22 && minor < 12) || major === 21;
}

/** Why an installation is needed, or undefined. npm writes node_modules/.package-lock.json at the end of each installation. */
function staleness() {
  const installed = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installed)) return "node_modules is missing";
  if (statSync(installed).mtimeMs < statSync(join(root, "package-lock.json")).mtimeMs)
    return "package-lock.json is newer than node_modules";
  if (!existsSync(join(root, "node_modules/vite"))) return "the development tools are missing";
  return undefined;
}

export async function ensureInstalled() {
  if (isOldNode(process.versions.node)) {
    giveUp(`Node 20.19 or later in the 20 line, or 22.12 or later, is needed; this is Node ${process.versions.node}.`);
  }
  const reason = staleness();
  if (reason === undefined) return;
  say(`${reason}: running npm ci`);
  // Our own callers build right afterwards; without this npm's `prepare` would build a first time.
  const status = await npm(["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund"], {
    env: { ARCHSCAPE_SKIP_PREPARE: "1" },
  });
  if (status !== 0) giveUp("npm ci failed (see above); a connection to the npm registry is needed once.");
}
