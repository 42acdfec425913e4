/** Files named on the command line: every refusal is one sentence with the path in it. */
import { constants } from "node:fs";
import { access, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { InputError } from "../errors.ts";

function reason(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return "there is no such file";
    case "EISDIR":
      return "it is a folder";
    case "EACCES":
    case "EPERM":
      return "this user may not";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/** @throws InputError where the file cannot be read */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new InputError(`Cannot read ${path}: ${reason(error)}.`);
  }
}

/**
 * Makes sure, before long work, that its result can be saved: creates the folder, refuses what must not be replaced.
 * @throws InputError
 */
export async function checkOutput(path: string, force: boolean): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new InputError(`Cannot write ${path}: it is a folder; give a file name.`);
  if (found && !force) throw new InputError(`Cannot write ${path}: the file exists; add --force to replace it.`);
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new InputError(`Cannot write ${path}: the folder ${folder} cannot be written to (${reason(error)}).`);
  }
}

/** Writes the whole file or leaves the old one as it was. */
export async function writeOutput(path: string, content: Uint8Array | string): Promise<void> {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new InputError(`Cannot write ${path}: ${reason(error)}.`);
  }
}
