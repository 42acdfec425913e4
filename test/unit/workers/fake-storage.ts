/** As much of IndexedDB as object stores with get, getAll, put and delete need. */
export function fakeIndexedDb(): unknown {
  const stores = new Map<string, Map<string, unknown>>();
  const database = {
    objectStoreNames: { contains: (name: string) => stores.has(name) },
    createObjectStore: (name: string) => void stores.set(name, new Map()),
    close: () => undefined,
    transaction(names: readonly string[]) {
      return answering("oncomplete", {
        objectStore(name: string) {
          const store = names.includes(name) ? stores.get(name) : undefined;
          if (!store) throw new DOMException("There is no such store.", "NotFoundError");
          return {
            get: (key: string) => ({ result: store.get(key) }),
            getAll: () => ({ result: [...store.values()] }),
            put: (value: unknown, key: string) => ({ result: void store.set(key, structuredClone(value)) }),
            delete: (key: string) => ({ result: void store.delete(key) }),
          };
        },
      });
    },
  };
  return {
    open() {
      const request = answering("onsuccess", { result: database });
      if (stores.size === 0) queueMicrotask(() => (request as { onupgradeneeded?: () => void }).onupgradeneeded?.());
      return request;
    },
  };
}

/** An object that calls its handler of this name, soon. */
export function answering<T extends object>(handler: string, rest: T): T {
  const answer = { ...rest };
  setTimeout(() => (Reflect.get(answer, handler) as (() => void) | undefined)?.(), 1);
  return answer;
}

/** Locks as a browser shares them between tabs: exclusive ones, asked for if available, and shared ones that wait. */
export function fakeLocks(): Pick<LockManager, "query"> & { request(...args: unknown[]): Promise<unknown> } {
  const held = new Map<string, Promise<unknown>>();
  return {
    query: async () => ({ held: [...held.keys()].map((name) => ({ name })), pending: [] }),
    async request(name, options, granted) {
      const { mode } = options as { mode?: string };
      const use = granted as (lock: { name: string } | null) => unknown;
      const holder = held.get(name as string);
      if (mode === "shared") {
        await holder;
        return use({ name: name as string });
      }
      if (holder) return use(null);
      const work = Promise.resolve(use({ name: name as string })).finally(() => held.delete(name as string));
      held.set(name as string, work);
      return work;
    },
  };
}
