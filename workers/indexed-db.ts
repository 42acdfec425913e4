import type { SpaceCache } from "../src/spaces/preparation.ts";

const DATABASE = "archscape";
const STORE = "tables";
/** Some browsers never answer where storage is forbidden: as long as this may be waited for what saves seconds. */
const PATIENCE_MS = 2000;

/**
 * Tables of spaces in the browser's IndexedDB, from one visit to the next. Undefined where there is none; where it refuses (private
 * windows, frames of other sites, a full disk) its methods reject, which `obtainTables` takes for an empty cache.
 */
export function indexedDbCache(): SpaceCache | undefined {
  const storage = openable();
  return (
    storage && {
      read: (key) => withStore(storage, "readonly", (store) => store.get(key) as IDBRequest<Uint8Array | undefined>),
      write: async (key, bytes) => void (await withStore(storage, "readwrite", (store) => store.put(bytes, key))),
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

async function withStore<Result>(
  storage: IDBFactory,
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const database = await opened(storage);
  try {
    const transaction = database.transaction(STORE, mode);
    const request = ask(transaction.objectStore(STORE));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("The transaction was aborted."));
    });
    return request.result;
  } finally {
    database.close();
  }
}

function opened(storage: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("IndexedDB does not answer.")), PATIENCE_MS);
    const request = storage.open(DATABASE, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore(STORE);
    request.onsuccess = () => {
      clearTimeout(timer);
      resolve(request.result);
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(request.error ?? new Error("IndexedDB refuses."));
    };
  });
}
