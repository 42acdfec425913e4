/** The file that keeps a study's finished runs: opened, checked, cut to its last whole line, and appended to. */
import { appendFile, readFile, rename, rm, truncate } from "node:fs/promises";
import { InputError } from "../errors.ts";
import {
  type KeptRuns,
  lineText,
  type RunLine,
  readRuns,
  type StrategyLine,
  type StudyLine,
  whatChanged,
  withBackendsOf,
} from "../study/run-lines.ts";
import { checkOutput } from "./files.ts";

const ADVICE = "go back to that, choose another --out folder, or begin anew with --force.";

export interface RunStore {
  /** Those that were there already. */
  readonly runs: readonly RunLine[];
  /** Resolves when the line is in the file. Calls may overlap: lines stand in their order. */
  append(run: RunLine): Promise<void>;
}

/** What is in the file, or undefined where there is none yet. @throws InputError for a file of something else */
async function readRunFile(path: string): Promise<KeptRuns | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new InputError(`Cannot read ${path}: ${(error as Error).message}.`);
  }
  return readRuns(text, path, "move the file away to begin anew");
}

/**
 * Runs to report on, whatever embedding they searched and whatever worked them out, with the strategies given; undefined where there are none.
 * @throws InputError where they were begun with something else
 */
export async function keptRuns(
  path: string,
  now: Omit<StudyLine, "embedding">,
  strategies: readonly StrategyLine[],
): Promise<KeptRuns | undefined> {
  const kept = await readRunFile(path);
  if (!kept) return undefined;
  const shown = withBackendsOf(kept, strategies);
  const changed = whatChanged(kept, { study: { ...now, embedding: kept.study.embedding }, strategies: shown }, path, ADVICE);
  if (changed !== undefined) throw new InputError(changed);
  return { ...kept, strategies: shown };
}

/** @throws InputError where the runs in the file were begun with something else */
export async function openRunStore(
  path: string,
  study: StudyLine,
  strategies: readonly StrategyLine[],
  force: boolean,
): Promise<RunStore> {
  await checkOutput(path, true);
  const kept = force ? undefined : await readRunFile(path);
  const write = (text: string): Promise<void> =>
    appendFile(path, text).catch((error: Error) => {
      throw new InputError(`Cannot write ${path}: ${error.message}.`);
    });
  if (kept) {
    const changed = whatChanged(kept, { study, strategies }, path, ADVICE);
    if (changed !== undefined) throw new InputError(changed);
    await truncate(path, kept.bytes);
  } else {
    if (force) await rename(path, `${path}.old`).catch(() => undefined);
    await rm(path, { force: true });
    await write(lineText(study));
  }
  const named = new Set(kept?.strategies.map(({ name }) => name));
  let last: Promise<void> = Promise.resolve();
  return {
    runs: kept?.runs ?? [],
    append(run) {
      const strategy = named.has(run.name) ? undefined : strategies.find(({ name }) => name === run.name);
      named.add(run.name);
      const text = (strategy ? lineText(strategy) : "") + lineText(run);
      last = last.then(() => write(text));
      return last;
    },
  };
}
