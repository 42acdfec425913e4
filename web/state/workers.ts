import { type Remote, wrap } from "comlink";
import type { SpaceTables } from "../../src/spaces/tables.ts";
import type { FiguresApi } from "../../workers/figures-protocol.ts";
import type { EngineApi, Outcome, SpaceHolder } from "../../workers/protocol.ts";
import type { SearchApi } from "../../workers/search-protocol.ts";
import type { StudyApi } from "../../workers/study-protocol.ts";
import type { TableApi } from "../../workers/table-protocol.ts";
import type { ServiceName, Services } from "./services.ts";
import { openThread, type Thread, type Where } from "./threads.ts";

/**
 * A worker and its proxy. The proxy is held here for as long as the worker lives: one that is garbage-collected releases its
 * port, and calls under way never settle. For the same reason calls race against the worker's end. After that end the next call starts
 * another worker.
 */
export interface Client<Api> {
  readonly api: Remote<Api>;
  /** How many of its workers came to an end: what an earlier one held, the one of now does not know. */
  readonly ended: number;
  /** Where the one of now runs; undefined until it is known. */
  readonly where: Where | undefined;
  /** The answer to `call`, or a failure in words if the worker cannot run. */
  ask<T>(call: (api: Remote<Api>) => Promise<Outcome<T>>): Promise<Outcome<T>>;
  /** Ends the worker; calls under way never settle. */
  close(): void;
}

type Broken = Extract<Outcome<never>, { ok: false }>;

const broke = (message: string): Broken => ({ ok: false, error: { kind: "device", message } });

/**
 * @param start makes the thread, again after its end
 * @param greet is asked of every new worker before anything else
 */
export function connect<Api>(start: () => Thread, title: string, greet?: (api: Remote<Api>) => unknown): Client<Api> {
  let ended = 0;
  let closed = false;
  let link: { readonly thread: Thread; readonly api: Remote<Api>; readonly broken: Promise<Broken> } | undefined;
  const open = (): NonNullable<typeof link> => {
    const thread = start();
    const made = {
      thread,
      api: wrap<Api>(thread.port),
      broken: thread.ended.then((reason) => {
        if (link === made && !closed) {
          link = undefined;
          ended++;
        }
        return broke(`The ${title} worker stopped: ${reason.replace(/\.$/, "")}.`);
      }),
    };
    link = made;
    greet?.(made.api);
    return made;
  };
  return {
    get api() {
      return (link ?? open()).api;
    },
    get ended() {
      return ended;
    },
    get where() {
      return link?.thread.where;
    },
    async ask(call) {
      const { api, broken } = link ?? open();
      try {
        return await Promise.race([call(api), broken]);
      } catch (error) {
        return broke(error instanceof Error ? error.message : String(error));
      }
    },
    close() {
      closed = true;
      link?.thread.close();
    },
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
  readonly study: Once<Client<StudyApi>>;
  readonly figures: Once<Client<FiguresApi>>;
  readonly tables: Once<Client<TableApi>>;
  /** Ends those that were started. */
  close(): void;
}

/** @param prepared what those that ask the space take over; undefined for a space that answers by itself */
export function createClients(prepared: (() => SpaceTables) | undefined): Clients {
  // Messages keep their order: what is asked next finds the space prepared. Refused tables are no loss, the worker makes its own.
  const adopt = (api: unknown): unknown => prepared && (api as SpaceHolder).adopt(prepared()).catch(() => undefined);
  const client = <Name extends ServiceName>(name: Name, own: () => Worker): Once<Client<Services[Name]>> =>
    once(() => connect<Services[Name]>(() => openThread(name, own), name, adopt));
  const engine = client(
    "engine",
    () => new Worker(new URL("../../workers/engine.worker.ts", import.meta.url), { type: "module", name: "engine" }),
  );
  const search = client(
    "search",
    () => new Worker(new URL("../../workers/search.worker.ts", import.meta.url), { type: "module", name: "search" }),
  );
  const study = client(
    "study",
    () => new Worker(new URL("../../workers/study.worker.ts", import.meta.url), { type: "module", name: "study" }),
  );
  const figures = client(
    "figures",
    () => new Worker(new URL("../../workers/figures.worker.ts", import.meta.url), { type: "module", name: "figures" }),
  );
  const tables = client(
    "tables",
    () => new Worker(new URL("../../workers/table.worker.ts", import.meta.url), { type: "module", name: "tables" }),
  );
  return {
    engine,
    search,
    study,
    figures,
    tables,
    close() {
      for (const client of [engine, search, study, figures, tables]) client.made?.close();
    },
  };
}
