/** The search space of a command: its argument, the sample of DARTS, and its preparation. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { prepareSpace, requestOf, type SpaceRequest, searchSpace } from "../spaces/index.ts";
import { keyOf } from "../spaces/kept-tables.ts";
import type { SearchSpace, SpaceName } from "../spaces/space.ts";
import { wholeFrom } from "./arguments.ts";
import { cacheFile, cacheFolder, fileCache } from "./cache.ts";
import type { Output } from "./output.ts";
import { Interrupted, type Terminal } from "./terminal.ts";

export interface SampleOptions {
  readonly cells?: number;
  readonly cellsSeed?: number;
}

/** Adds the argument and the options that choose a space. */
export function withSpace(command: Command): Command {
  return command
    .argument("<space>", "search space: nasbench101, nasbench201 or darts (archscape info tells more)")
    .option("--cells <n>", "darts only: cells to draw, 1 to 10000000; default 600000, as in the paper", wholeFrom(1))
    .option("--cells-seed <n>", "darts only: seed of the draw, 0 to 4294967295; default 0", wholeFrom(0));
}

/** For the help of commands that prepare a space. */
export const SPACE_HELP = `
The first command on nasbench101 makes its official order (some 15 s), on darts its sample (some 2 s); both are kept in the user's cache
folder (archscape info names it). A model or embedding of darts belongs to the sample it was made over: give its --cells and --cells-seed.`;

/** For the JSON lines. */
export const PREPARE_LINE = `{"type":"prepare", space, done, total}    making the space, in cells, at most once a second`;

/** The space, as yet unprepared, so that everything else can be refused first. @throws InputError */
export function namedSpace(name: string, { cells: count, cellsSeed: seed }: SampleOptions): SearchSpace {
  const request = {
    name: name as SpaceName,
    ...(seed === undefined ? {} : { seed }),
    ...(count === undefined ? {} : { count }),
  };
  return searchSpace(request satisfies SpaceRequest);
}

/** Makes a space answer: from the cache or anew, with a progress bar. @throws Interrupted after Ctrl-C */
export async function prepare(space: SearchSpace, to: Output, { interrupted }: Terminal): Promise<void> {
  const progress = to.progress("cells", "prepare");
  try {
    await prepareSpace(requestOf(space), {
      cache: fileCache(cacheFolder()),
      signal: interrupted,
      onNotice: to.warn,
      onProgress(share) {
        const done = Math.round(share * space.size);
        if (share < 1) progress.update(done, space.size, `preparing ${space.title}, once`, { space: space.name });
      },
    });
  } catch (error) {
    throw interrupted.aborted ? new Interrupted() : error;
  } finally {
    progress.clear();
  }
}

/** Whether a command on this space begins at once: it needs no preparation, or its tables are kept. */
export function isReady(space: SearchSpace): boolean {
  return space.name === "nasbench201" || existsSync(cacheFile(cacheFolder(), keyOf(requestOf(space))));
}
