import { keyOf, readTables, writeTables } from "./kept-tables.ts";
import { type SpaceRequest, searchSpace } from "./registry.ts";
import type { SearchSpace } from "./space.ts";
import type { Watch } from "./steps.ts";
import { isPrepared, makeTables, type SpaceTables, useTables } from "./tables.ts";

/** Where tables are kept from one start to the next, as bytes under a name. What it throws is no reason to stop. */
export interface SpaceCache {
  /** Undefined where nothing is kept under the name. */
  read(key: string): Promise<Uint8Array | undefined>;
  write(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

export interface TablesOptions extends Watch {
  readonly cache?: SpaceCache | undefined;
  /** Told in one sentence when kept tables cannot be used, or new ones not be kept. Neither is an error. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

export interface PrepareOptions extends TablesOptions {
  /** Gets the tables; by default they are taken from the cache, or else made in slices in this thread. */
  readonly obtain?: (request: SpaceRequest, options: TablesOptions) => Promise<SpaceTables>;
}

/**
 * The one way to open a space that must be prepared: afterwards it answers at once in this thread. Resolves at once where it is
 * prepared. Rejects with the signal's reason when aborted; throws InputError as `searchSpace` does.
 */
export async function prepareSpace(
  request: SpaceRequest,
  { obtain = obtainTables, ...options }: PrepareOptions = {},
): Promise<SearchSpace> {
  const space = searchSpace(request);
  return isPrepared(request) ? space : useTables(await obtain(request, options));
}

/** Kept tables, or new ones, which are kept then. Nothing else in this thread holds them. */
export async function obtainTables(
  request: SpaceRequest,
  { cache, onNotice, ...watch }: TablesOptions = {},
): Promise<SpaceTables> {
  if (request.name === "nasbench201") return makeTables(request);
  const key = keyOf(request);
  const { title } = searchSpace(request);
  const attempt = async <Result>(work: () => Promise<Result>, outcome: string): Promise<Result | undefined> => {
    try {
      return await work();
    } catch (error) {
      onNotice?.(`${outcome}: ${error instanceof Error ? error.message.replace(/\.$/, "") : String(error)}.`);
      return undefined;
    }
  };
  const kept = await attempt(async () => {
    const bytes = await cache?.read(key);
    return bytes && readTables(request, bytes);
  }, `The kept tables of ${title} cannot be used and are made again`);
  if (kept) {
    watch.onProgress?.(1);
    return kept;
  }
  const made = await makeTables(request, watch);
  await attempt(async () => cache?.write(key, writeTables(made)), `The tables of ${title} cannot be kept`);
  return made;
}
