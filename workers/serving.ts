import { expose } from "comlink";
import { announceLife } from "./life.ts";

/**
 * How a page and a worker of it come together. Whether a worker starts at all is only known once its script runs, so it says that first;
 * then the page hands it one end of a channel, in which calls have been waiting since before the worker was made.
 */

interface Readiness {
  readonly archscapeReady: true;
}

/** What the page posts to a worker that is ready. */
export interface Handover {
  readonly archscapePort: MessagePort;
  /** What is asked of a worker that can do several things. */
  readonly service: string;
  /** Where the build's other files lie, for a copy of a script that lies elsewhere. */
  readonly base: string;
}

declare global {
  /** `Handover.base`; the build of the whole worker looks here for its files. */
  var archscapeBase: string | undefined;
}

const has = (data: unknown, key: string): boolean => typeof data === "object" && data !== null && key in data;

export const isReadiness = (data: unknown): data is Readiness => has(data, "archscapeReady");
const isHandover = (data: unknown): data is Handover => has(data, "archscapePort");

/** In the worker: offers what `choose` makes of the wanted service, on the port that the page hands over. */
export function serveAny(choose: (wanted: string) => unknown): void {
  announceLife();
  addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (isHandover(data)) void answer(data, choose);
  });
  const ready: Readiness = { archscapeReady: true };
  postMessage(ready);
}

async function answer({ archscapePort, service, base }: Handover, choose: (wanted: string) => unknown): Promise<void> {
  globalThis.archscapeBase = base;
  try {
    expose(await choose(service), archscapePort);
  } catch (error) {
    // The page hears of it as of any error of a worker.
    reportError(error);
  }
}

/** In a worker that does one thing: offers it to whoever made the worker, by a port or directly. */
export function serve(api: unknown): void {
  expose(api);
  serveAny(() => api);
}
