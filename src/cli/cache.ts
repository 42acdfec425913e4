/** Tables of spaces in the user's cache folder, so that they are made once a machine and not once a command. */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { SpaceCache } from "../spaces/index.ts";
import { checkOutput, writeOutput } from "./files.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder that the platform gives programs for what they can make again; XDG_CACHE_HOME chooses another everywhere. */
export function cacheFolder(env: Environment = process.env, platform: string = process.platform, home = homedir()): string {
  const chosen = env["XDG_CACHE_HOME"];
  if (chosen) return join(chosen, "archscape");
  if (platform === "darwin") return join(home, "Library", "Caches", "archscape");
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), "archscape", "Cache");
  return join(home, ".cache", "archscape");
}

/** File under which the tables of a key are kept. */
export const cacheFile = (folder: string, key: string): string => join(folder, `${key}.safetensors`);

export function fileCache(folder: string): SpaceCache {
  return {
    async read(key) {
      try {
        return await readFile(cacheFile(folder, key));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    async write(key, bytes) {
      const file = cacheFile(folder, key);
      await checkOutput(file, true);
      await writeOutput(file, bytes);
    },
  };
}
