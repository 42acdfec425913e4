import type { SpaceCache } from "../src/spaces/preparation.ts";
import type { RunLine } from "../src/study/run-lines.ts";
import type { KeptRun, RunStore } from "./run-keeper.ts";
import type { RunShelf } from "./study-runs.ts";

const DATABASE = "archscape";
/** Goes up when a store is added. */
const VERSION = 3;
/** What is known of a run and its checkpoint lie apart: to tell what there is takes no megabytes. */
const STORES = ["tables", "runs", "checkpoints", "studies"] as const;
type StoreName = (typeof STORES)[number];
/**
 * Some browsers never answer where storage is forbidden: so long may be waited for what the screen waits for, and for runs, which save
 * hours, and for which nothing on the screen waits.
 */
const PATIENCE_MS = { tables: 2000, studies: 2000, runs: 60_000, checkpoints: 60_000 } as const;

/**
 * Tables of spaces in the browser's IndexedDB, from one visit to the next. Undefined where there is none; where it refuses (private
 * windows, frames of other sites, a full disk) its methods reject, which `obtainTables` takes for an empty cache.
 */
export function indexedDbCache(): SpaceCache | undefined {
  const storage = openable();
  return (
    storage && {
      read: (key) => ask<Uint8Array | undefined>(storage, ["tables"], "readonly", (open) => open("tables").get(key)),
      write: async (key, bytes) => void (await ask(storage, ["tables"], "readwrite", (open) => open("tables").put(bytes, key))),
    }
  );
}

/** Unfinished runs in the browser's IndexedDB. Undefined where there is none; where it refuses, its methods reject. */
export function indexedDbRuns(): RunStore | undefined {
  const storage = openable();
  const both = ["runs", "checkpoints"] as const;
  return (
    storage && {
      list: () => ask<KeptRun[]>(storage, ["runs"], "readonly", (open) => open("runs").getAll()),
      checkpoint: (id) =>
        ask<Uint8Array | undefined>(storage, ["checkpoints"], "readonly", (open) => open("checkpoints").get(id)),
      async put(run, checkpoint) {
        await ask(storage, both, "readwrite", (open) => {
          open("checkpoints").put(checkpoint, run.id);
          return open("runs").put(run, run.id);
        });
      },
      async remove(id) {
        await ask(storage, both, "readwrite", (open) => {
          open("checkpoints").delete(id);
          return open("runs").delete(id);
        });
      },
    }
  );
}

/** Runs of studies in the browser's IndexedDB, one a record. Undefined where there is none; where it refuses, its methods reject. */
export function indexedDbShelf(): RunShelf | undefined {
  const storage = openable();
  // Keys are the shelf's name, a slash and the seed: all of a shelf lie between the slash and the character after it.
  const all = (shelf: string): IDBKeyRange => IDBKeyRange.bound(`${shelf}/`, `${shelf}0`, false, true);
  return (
    storage && {
      read: (shelf) => ask<RunLine[]>(storage, ["studies"], "readonly", (open) => open("studies").getAll(all(shelf))),
      async put(shelf, run) {
        await ask(storage, ["studies"], "readwrite", (open) => open("studies").put(run, `${shelf}/${run.seed}`));
      },
      remove: (shelf) => ask(storage, ["studies"], "readwrite", (open) => open("studies").delete(all(shelf))),
    }
  );
}

/** The study that was composed last, a space, as the text of its file. As `indexedDbShelf`. */
export function indexedDbDraft(space: string) {
  const storage = openable();
  const key = `draft ${space}`;
  return (
    storage && {
      read: () => ask<string | undefined>(storage, ["studies"], "readonly", (open) => open("studies").get(key)),
      async write(text: string) {
        await ask(storage, ["studies"], "readwrite", (open) => open("studies").put(text, key));
      },
    }
  );
}

/** Reading the global alone throws in a sandboxed frame. */
function openable(): IDBFactory | undefined {
  try {
    return globalThis.indexedDB;
  } catch {
    return undefined;
  }
}

/** One transaction: all of it is done, or nothing. */
async function ask<Result>(
  storage: IDBFactory,
  stores: readonly StoreName[],
  mode: IDBTransactionMode,
  work: (open: (name: StoreName) => IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const database = await opened(storage, PATIENCE_MS[stores[0] ?? "tables"]);
  try {
    const transaction = database.transaction(stores, mode);
    const request = work((name) => transaction.objectStore(name));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("The transaction was aborted."));
    });
    return request.result;
  } finally {
    database.close();
  }
}

function opened(storage: IDBFactory, patience: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new Error("IndexedDB does not answer."));
    }, patience);
    const request = storage.open(DATABASE, VERSION);
    request.onupgradeneeded = () => {
      const { result: database } = request;
      for (const name of STORES) if (!database.objectStoreNames.contains(name)) database.createObjectStore(name);
    };
    request.onsuccess = () => {
      clearTimeout(timer);
      // Left open, it would stand in the way of the next version.
      if (late) request.result.close();
      else resolve(request.result);
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(request.error ?? new Error("IndexedDB refuses."));
    };
  });
}
