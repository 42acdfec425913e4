import { type Remote, wrap } from "comlink";
import type { EngineApi, Outcome } from "../../workers/protocol.ts";
import type { SearchApi } from "../../workers/search-protocol.ts";
import type { TableApi } from "../../workers/table-protocol.ts";

/**
 * A worker and its proxy. The proxy is held here for as long as the page lives: one that is garbage-collected releases its
 * port, and calls under way never settle. For the same reason calls race against the worker's own failure.
 */
export interface Client<Api> {
  readonly api: Remote<Api>;
  /** The answer to `call`, or a failure in words if the worker cannot run. */
  ask<T>(call: (api: Remote<Api>) => Promise<Outcome<T>>): Promise<Outcome<T>>;
}

type Broken = Extract<Outcome<never>, { ok: false }>;

const broke = (message: string): Broken => ({ ok: false, error: { kind: "defect", message } });

export function connect<Api>(worker: Worker, title: string): Client<Api> {
  const api = wrap<Api>(worker);
  const broken = new Promise<Broken>((resolve) => {
    worker.addEventListener("error", (event) => {
      resolve(broke(`The ${title} worker stopped${event.message ? `: ${event.message}` : " and gave no reason"}.`));
    });
    worker.addEventListener("messageerror", () => resolve(broke(`A message of the ${title} worker could not be read.`)));
  });
  return {
    api,
    async ask(call) {
      try {
        return await Promise.race([call(api), broken]);
      } catch (error) {
        return broke(error instanceof Error ? error.message : String(error));
      }
    },
  };
}

/** Workers start when they are first needed, so that the map is there before anything else loads. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export const engineClient = once(() =>
  connect<EngineApi>(
    new Worker(new URL("../../workers/engine.worker.ts", import.meta.url), { type: "module", name: "engine" }),
    "engine",
  ),
);

export const searchClient = once(() =>
  connect<SearchApi>(
    new Worker(new URL("../../workers/search.worker.ts", import.meta.url), { type: "module", name: "search" }),
    "search",
  ),
);

export const tableClient = once(() =>
  connect<TableApi>(
    new Worker(new URL("../../workers/table.worker.ts", import.meta.url), { type: "module", name: "tables" }),
    "table",
  ),
);
