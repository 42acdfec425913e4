import { transfer } from "comlink";
import { indexedDbCache } from "../workers/indexed-db.ts";
import type { SpaceApi } from "../workers/space-protocol.ts";
import { connectWorker, WorkerStopped } from "./remote.ts";
import {
  obtainTables,
  prepareSpace as prepareHere,
  requestOf,
  type SpaceCache,
  type SpaceTables,
  searchSpace,
} from "./spaces/index.ts";
import type { SpaceChoice, SpaceRequest } from "./spaces/registry.ts";
import type { SearchSpace } from "./spaces/space.ts";
import type { Watch } from "./spaces/steps.ts";

export interface PrepareSpaceOptions extends Watch {
  /** Where tables are kept; by default IndexedDB where there is one. With another, the work is done in this thread. */
  readonly cache?: SpaceCache;
  /** A worker that runs `space.worker.js`, which is ended afterwards, or `false` for this thread. By default a worker where there are any. */
  readonly worker?: Worker | false;
}

/**
 * Prepares a space, so that it answers at once in this thread: NAS-Bench-101 needs its official order (some 11 s of CPU), DARTS its
 * sample (1 s), NAS-Bench-201 nothing. The work is done in a worker where there are workers, else in slices between which this
 * thread breathes; its result is kept, so that the next visit takes a fraction of a second.
 *
 * An engine prepares spaces by itself; a page calls this before it asks one.
 * ```ts
 * const space = await prepareSpace(nasbench101(), { onProgress: (share) => (bar.value = share), signal });
 * ```
 * @returns the same space, prepared
 * @throws InputError for an unknown space or a sample that cannot be; the signal's reason when aborted
 */
export function prepareSpace(space: SearchSpace | SpaceChoice, options: PrepareSpaceOptions = {}): Promise<SearchSpace> {
  const request = requestOf(typeof space === "string" || !("graph" in space) ? searchSpace(space) : space);
  const { cache = indexedDbCache(), worker, ...watch } = options;
  return prepareHere(request, {
    ...watch,
    cache,
    async obtain(wanted, settings) {
      // A worker reads and keeps by itself, and does not reach another cache.
      const none = worker === undefined && (typeof Worker === "undefined" || options.cache !== undefined);
      if (worker === false || none) return obtainTables(wanted, settings);
      try {
        return await obtainInWorker(wanted, worker ?? startWorker(), settings);
      } catch (error) {
        // Some pages may not have workers; their own thread still can.
        if (error instanceof WorkerStopped) return obtainTables(wanted, settings);
        throw error;
      }
    },
  });
}

function startWorker(): Worker {
  try {
    return new Worker(new URL("../workers/space.worker.ts", import.meta.url), { type: "module", name: "archscape space" });
  } catch (error) {
    throw new WorkerStopped(error instanceof Error ? error.message : String(error));
  }
}

async function obtainInWorker(request: SpaceRequest, worker: Worker, { onProgress, signal }: Watch): Promise<SpaceTables> {
  signal?.throwIfAborted();
  const connection = connectWorker<SpaceApi>(worker, "space");
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<number>) => onProgress?.(data);
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal?.reason);
  });
  signal?.addEventListener("abort", stop);
  try {
    const made = connection.ask(connection.api.obtain(request, transfer(port2, [port2])));
    return await Promise.race([made, aborted]);
  } finally {
    signal?.removeEventListener("abort", stop);
    port1.close();
    // The worker held the memory for its work; ending it is also how an aborted one is stopped.
    connection.close();
  }
}
