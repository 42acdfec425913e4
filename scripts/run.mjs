/** What every script here needs: the root of the clone, and starting other programs without a shell. Plain Node, no dependencies. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {string} text */
export function say(text) {
  process.stdout.write(`archscape: ${text}\n`);
}

/**
 * Ends the process with one sentence; for causes that the reader can mend.
 * @param {string} text
 * @returns {never}
 */
export function giveUp(text) {
  process.stderr.write(`archscape: ${text}\n`);
  process.exit(1);
}

/**
 * Runs a program in the root of the clone and shows its output. Resolves to its exit status; 1 if it could not start or was killed.
 *
 * `silent` hides what it says, errors excepted. `quietLimit` is for downloads that may hang: it kills a program that has printed nothing
 * for so many seconds, and hides its errors, because a failure is expected and answered.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, silent?: boolean, quietLimit?: number }} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, { env = {}, silent = false, quietLimit } = {}) {
  return new Promise((resolve) => {
    /** @type {import("node:child_process").StdioOptions} */
    const stdio = silent ? ["ignore", "ignore", "inherit"] : quietLimit === undefined ? "inherit" : ["ignore", "pipe", "pipe"];
    const child = spawn(command, [...args], { cwd: root, env: { ...process.env, ...env }, stdio });
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const wait = () => {
      clearTimeout(timer);
      if (quietLimit !== undefined) timer = setTimeout(() => child.kill("SIGKILL"), quietLimit * 1000);
    };
    wait();
    child.stdout?.on("data", (bytes) => {
      wait();
      process.stdout.write(bytes);
    });
    child.stderr?.on("data", wait);
    child.on("error", (error) => {
      clearTimeout(timer);
      say(`${command} did not start: ${error.message}`);
      resolve(1);
    });
    child.on("close", (status) => {
      clearTimeout(timer);
      resolve(status ?? 1);
    });
  });
}

/**
 * Runs the program of an installed package, the same on every platform because no shell wrapper is involved.
 * @param {string} name of the package
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, quietLimit?: number, program?: string }} [options] `program`: where the package has several
 */
export function runTool(name, args, { program, ...options } = {}) {
  const folder = join(root, "node_modules", name);
  /** @type {{ name: string, bin: string | Record<string, string> }} */
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const bin = typeof manifest.bin === "string" ? manifest.bin : manifest.bin[program ?? name];
  if (bin === undefined) throw new Error(`${name} has no program ${program ?? name}`);
  return run(process.execPath, [join(folder, bin), ...args], options);
}

/**
 * Runs npm: the one that started us, else the one on the path.
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string> }} [options]
 */
export function npm(args, options) {
  const cli = process.env["npm_execpath"];
  if (cli?.endsWith(".js") && existsSync(cli)) return run(process.execPath, [cli, ...args], options);
  return process.platform === "win32" ? run("cmd.exe", ["/c", "npm", ...args], options) : run("npm", args, options);
}

/**
 * Whether a program starts and ends well, quickly.
 * @param {string} command
 * @param {readonly string[]} args
 */
export function works(command, args) {
  return spawnSync(command, [...args], { stdio: "ignore", timeout: 20_000 }).status === 0;
}

/**
 * Installs Debian packages where that is possible: as root, with apt-get.
 * @param {readonly string[]} packages
 * @returns {Promise<boolean>}
 */
export async function aptInstall(packages) {
  if (process.getuid?.() !== 0 || !works("apt-get", ["--version"])) return false;
  const options = { env: { DEBIAN_FRONTEND: "noninteractive" }, silent: true };
  say(`installing with apt-get: ${packages.join(" ")}`);
  await run("apt-get", ["-qq", "update"], options);
  return (await run("apt-get", ["-qq", "install", "-y", "--no-install-recommends", ...packages], options)) === 0;
}
