interface FakeRange {
  readonly from: string;
  readonly to: string;
}

/** Ranges of keys, without their upper end. */
export const fakeKeyRange = { bound: (from: string, to: string): FakeRange => ({ from, to }) };

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
            getAll: (range?: FakeRange) => ({ result: within(store, range).map((key) => store.get(key)) }),
            put: (value: unknown, key: string) => ({ result: void store.set(key, structuredClone(value)) }),
            delete(key: string | FakeRange) {
              for (const found of typeof key === "string" ? [key] : within(store, key)) store.delete(found);
              return { result: undefined };
            },
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

const within = (store: ReadonlyMap<string, unknown>, range?: FakeRange): string[] =>
  [...store.keys()].sort().filter((key) => !range || (key >= range.from && key < range.to));

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
