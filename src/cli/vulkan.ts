/**
 * Which Vulkan driver Dawn uses in Node. On Linux it takes what Vulkan's loader finds. A machine without a GPU driver often
 * has a Chromium or Chrome, and these ship SwiftShader, a driver that computes on the CPU: slow, but it makes everything run.
 */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const SWIFTSHADER = "vk_swiftshader_icd.json";

/** Where the loader looks for drivers (LoaderDriverInterface.md of the Vulkan loader, "Driver Discovery on Linux"). */
function manifestFolders(): string[] {
  const env = process.env;
  const home = homedir();
  const config = [env.XDG_CONFIG_HOME ?? join(home, ".config"), ...(env.XDG_CONFIG_DIRS ?? "/etc/xdg").split(delimiter), "/etc"];
  const data = [
    env.XDG_DATA_HOME ?? join(home, ".local/share"),
    ...(env.XDG_DATA_DIRS ?? "/usr/local/share:/usr/share").split(delimiter),
  ];
  return [...config, ...data].map((folder) => join(folder, "vulkan/icd.d"));
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Folders in which a Chromium, Chrome or Edge may lie with its SwiftShader. */
function browserFolders(): string[] {
  const folders = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/usr/lib64/chromium-browser"];
  folders.push("/opt/google/chrome", "/opt/google/chrome-beta", "/opt/microsoft/msedge", "/opt/chromium.org/chromium");
  const named = process.env.ARCHSCAPE_BROWSER;
  if (named !== undefined && existsSync(named)) folders.unshift(dirname(realpathSync(named)));
  const downloads = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), ".cache/ms-playwright");
  for (const name of entries(downloads)) {
    if (name.startsWith("chromium")) folders.push(...entries(join(downloads, name)).map((part) => join(downloads, name, part)));
  }
  return folders;
}

function swiftShader(): string | undefined {
  return browserFolders()
    .map((folder) => join(folder, SWIFTSHADER))
    .find((path) => existsSync(path));
}

/** Points Vulkan's loader to the SwiftShader of an installed browser; the sentence that says so, or undefined if there is none. */
export function useSwiftShader(): string | undefined {
  const path = swiftShader();
  if (path === undefined) return undefined;
  process.env.VK_DRIVER_FILES = path;
  return `WebGPU uses SwiftShader, the software Vulkan driver of the installed browser (${path})`;
}

/** Whether someone has chosen the drivers already; then nothing is changed. */
export function isDriverChosen(): boolean {
  return Boolean(process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES);
}

/**
 * Chooses a Vulkan driver before Dawn is opened: sets `VK_DRIVER_FILES` for this process to the SwiftShader of an installed
 * Chromium, Chrome or Edge if the system has no Vulkan driver of its own, else changes nothing.
 *
 * Whether a driver that exists is any good, only Dawn can tell (it refuses the lavapipe of Mesa 22.3, for one): `openDawn`
 * tries, and falls back on `useSwiftShader`.
 *
 * @returns one sentence that says what was done
 */
export function prepareVulkan(): string {
  if (process.platform !== "linux") return "WebGPU uses the graphics driver of the operating system";
  if (isDriverChosen())
    return `WebGPU uses the Vulkan driver named in the environment (${process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES})`;
  if (manifestFolders().some((folder) => entries(folder).some((name) => name.endsWith(".json")))) {
    return "WebGPU uses a Vulkan driver of the system";
  }
  return useSwiftShader() ?? "no Vulkan driver was found, neither of the system nor in an installed Chromium, Chrome or Edge";
}
