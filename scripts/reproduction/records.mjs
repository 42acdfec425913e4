/** Records of finished runs: the command's own JSON lines in docs/reproduction, one file a run. */
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { giveUp, root, say } from "../run.mjs";

const records = join(root, "docs", "reproduction");
/** Models, and what runs under way have said so far. */
export const cache = join(root, ".cache", "reproduction");
mkdirSync(records, { recursive: true });
mkdirSync(cache, { recursive: true });

const KEPT = /^\{"type":"(epoch|result)"/;

/** @param {string} name */
export const recorded = (name) => existsSync(join(records, `${name}.jsonl`));

/** What a run has said so far; there only while it is under way, or when it was broken off. @param {string} name */
const saidBy = (name) => join(cache, `${name}.jsonl`);

/** @param {string} name */
export const brokenOff = (name) => existsSync(saidBy(name));

/** The commit that the working tree stands on; empty outside a repository. */
function commit() {
  const { stdout, status } = spawnSync("git", ["rev-parse", "--short=7", "HEAD"], { cwd: root, encoding: "utf8" });
  return status === 0 ? stdout.trim() : "";
}

/**
 * Single queries and runs hold labels of the user's table, which are not ours to publish; means over seeds are results. Paths are the user's, too.
 * @param {string} line @param {string} madeBy commit
 */
function publishable(line, madeBy) {
  const parsed = JSON.parse(line);
  if (parsed.type !== "result") return line;
  if (parsed.file) parsed.file = basename(parsed.file);
  if (madeBy) parsed.commit = madeBy;
  if (parsed.runs) parsed.runs = parsed.runs.map((/** @type {any} */ { seed, queries }) => ({ seed, queries }));
  return JSON.stringify(parsed);
}

/**
 * Runs the command and keeps its epochs and its result, once. What a run that was broken off had said is kept as well, and stands
 * before what it says when it is resumed.
 * @param {string} name of the record
 * @param {readonly string[]} args
 */
export async function record(name, args) {
  if (recorded(name)) return;
  say(`archscape ${args.join(" ")}`);
  const said = saidBy(name);
  if (!args.includes("--resume")) writeFileSync(said, "");
  const madeBy = commit();
  const child = spawn(process.execPath, [join(root, "dist", "library", "cli", "main.js"), ...args, "--json"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    if (KEPT.test(line)) appendFileSync(said, `${publishable(line, madeBy)}\n`);
  }
  if ((await ended) !== 0) giveUp(`the command failed: archscape ${args.join(" ")}`);
  writeFileSync(join(records, `${name}.jsonl`), readFileSync(said));
  rmSync(said);
}

/**
 * @param {string} name
 * @returns {Record<string, any>[]}
 */
export function lines(name) {
  if (!recorded(name)) return [];
  const text = readFileSync(join(records, `${name}.jsonl`), "utf8").trim();
  return text.split("\n").map((line) => JSON.parse(line));
}

/** @param {string} name */
export const result = (name) => lines(name).findLast(({ type }) => type === "result");
