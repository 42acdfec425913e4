import { type Remote, wrap } from "comlink";
import type { SpaceTables } from "../../src/spaces/tables.ts";
import type { EngineApi, Outcome, SpaceHolder } from "../../workers/protocol.ts";
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
  /** Ends the worker; calls under way never settle. */
  close(): void;
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
    close: () => worker.terminate(),
  };
}

/** Made at the first call, the same at every other. */
export interface Once<T> {
  (): T;
  /** What was made, if it was. */
  readonly made: T | undefined;
}

/** Workers start when they are first needed, so that the map is there before anything else loads. */
export function once<T>(make: () => T): Once<T> {
  let made: { readonly value: T } | undefined;
  const get = (): T => {
    made ??= { value: make() };
    return made.value;
  };
  return Object.defineProperty(get, "made", { get: () => made?.value }) as Once<T>;
}

/** The workers of one space: each space has its own, so that its model stays while another space is looked at. */
export interface Clients {
  readonly engine: Once<Client<EngineApi>>;
  readonly search: Once<Client<SearchApi>>;
  readonly tables: Once<Client<TableApi>>;
  /** Ends those that were started. */
  close(): void;
}

/** @param prepared what those that ask the space take over; undefined for a space that answers by itself */
export function createClients(prepared: (() => SpaceTables) | undefined): Clients {
  const adopting = <Api extends SpaceHolder>(client: Client<Api>): Client<Api> => {
    // Messages keep their order: what is asked next finds the space prepared. Refused tables are no loss, the worker makes its own.
    if (prepared) void client.ask((api) => (api as unknown as SpaceHolder).adopt(prepared()));
    return client;
  };
  const engine = once(() =>
    adopting(
      connect<EngineApi>(
        new Worker(new URL("../../workers/engine.worker.ts", import.meta.url), { type: "module", name: "engine" }),
        "engine",
      ),
    ),
  );
  const search = once(() =>
    connect<SearchApi>(
      new Worker(new URL("../../workers/search.worker.ts", import.meta.url), { type: "module", name: "search" }),
      "search",
    ),
  );
  const tables = once(() =>
    adopting(
      connect<TableApi>(
        new Worker(new URL("../../workers/table.worker.ts", import.meta.url), { type: "module", name: "tables" }),
        "table",
      ),
    ),
  );
  return {
    engine,
    search,
    tables,
    close() {
      for (const client of [engine, search, tables]) client.made?.close();
    },
  };
}
