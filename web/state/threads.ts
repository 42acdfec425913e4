import { expose } from "comlink";
import { endOf } from "../../workers/life.ts";
import { type Handover, isReadiness } from "../../workers/serving.ts";
import { makeService, type ServiceName } from "./services.ts";

/**
 * Where services run. A page that embeds us may forbid workers of another origin, or any worker: so one way after the other is tried, until
 * a script says that it runs, and the last way is the page's own thread. Calls wait in a channel meanwhile.
 */

/**
 * `worker`: from its own file. `given`: from the copy that the page's author named. `imported`: a Blob that imports the file. `copied`: a
 * Blob with all of its text. `data`: from a `data:` address that imports the file. `page`: no worker, but this thread, in slices.
 */
export type Where = "worker" | "given" | "imported" | "copied" | "data" | "page";

/** A way to a worker that is any service it is told to be; throws or rejects where it is barred. */
export interface Way {
  readonly where: Exclude<Where, "worker" | "page">;
  start(): Worker | Promise<Worker>;
}

export interface Thread {
  /** The service answers here, from whichever thread. */
  readonly port: MessagePort;
  /** Undefined until it is known. */
  readonly where: Where | undefined;
  /** Resolves with the reason once it cannot work any more. */
  readonly ended: Promise<string>;
  close(): void;
}

/** A script that neither starts nor fails in this time, in milliseconds, does not count on being waited for. */
const PATIENCE = 30_000;

let further: readonly Way[] = [];
let base = "";
/** The first way that went well is the way for all: what one service is refused, so is the next. */
let taken: Where | undefined;

/**
 * Ways to try where a worker does not start from its own file, in this order; one to a `given` copy is tried before that.
 * @param files where the build's files lie
 */
export function allowWays(ways: readonly Way[], files: string): void {
  further = ways;
  base = files;
}

/** A worker's own file is taken from the page's own site only, and some browsers complain aloud where another is tried. */
const isOwnSite = (): boolean => base === "" || new URL(base).origin === globalThis.origin;

/** @param own makes the service's own worker */
export function openThread(name: ServiceName, own: () => Worker): Thread {
  const { port1, port2 } = new MessageChannel();
  let where: Where | undefined;
  let worker: Worker | undefined;
  let closed = false;

  const start = async (): Promise<Promise<string>> => {
    const ways = [
      ...further.filter(({ where }) => where === "given"),
      ...(isOwnSite() ? [{ where: "worker", start: own } as const] : []),
      ...further.filter(({ where }) => where !== "given"),
    ];
    const known = ways.findIndex((way) => way.where === taken);
    for (const way of ways.slice(Math.max(0, known))) {
      const started = await ready(way);
      if (closed) {
        started?.worker.terminate();
        return new Promise(() => undefined);
      }
      if (!started) continue;
      worker = started.worker;
      where = way.where;
      taken = where;
      const handover: Handover = { archscapePort: port2, service: name, base };
      worker.postMessage(handover, [port2]);
      return started.ended;
    }
    where = "page";
    expose(await makeService[name](), port2);
    return new Promise(() => undefined);
  };

  return {
    port: port1,
    get where() {
      return where;
    },
    ended: start().then(
      (ended) => ended,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    ),
    close() {
      closed = true;
      worker?.terminate();
      port1.close();
    },
  };
}

/** A worker that says that it runs, and what becomes of it; undefined where it does not come to that. */
async function ready(way: Pick<Way, "start">): Promise<{ readonly worker: Worker; readonly ended: Promise<string> } | undefined> {
  let worker: Worker;
  try {
    worker = await way.start();
  } catch {
    return undefined;
  }
  const ended = endOf(worker);
  const isReady = new Promise<boolean>((resolve) => {
    const late = setTimeout(() => resolve(false), PATIENCE);
    worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (!isReadiness(data)) return;
      clearTimeout(late);
      resolve(true);
    });
    void ended.then(() => {
      clearTimeout(late);
      resolve(false);
    });
  });
  if (await isReady) return { worker, ended };
  worker.terminate();
  return undefined;
}

/** For people. */
export const WHERE_WORDS: Readonly<Record<Where, string>> = {
  worker: "in a worker of its own",
  given: "in a worker from the copy on this site",
  imported: "in a worker that this page wrapped",
  copied: "in a worker made of a copy of its text",
  data: "in a worker made of a data: address",
  page: "on this page itself, in small slices, because the site allows no workers",
};
