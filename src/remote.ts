import { type Remote, releaseProxy, wrap } from "comlink";
import { endOf } from "../workers/life.ts";
import type { Outcome } from "../workers/protocol.ts";
import { DeviceError, InputError } from "./errors.ts";

/** A worker's API, or the same service in this thread. */
export interface Connection<Api> {
  readonly api: Api | Remote<Api>;
  /** Whether it is a worker. */
  readonly remote: boolean;
  /** The value of an outcome; throws what it tells as an error, also when the worker dies with the call pending. */
  ask<T>(call: Promise<Outcome<T>>): Promise<T>;
  close(): void;
}

/** The worker could not start or died: what it would have done may still be possible in another way. */
export class WorkerStopped extends Error {}

export function connectWorker<Api>(worker: Worker, title: string): Connection<Api> {
  // Held for as long as the connection lives: a proxy that is garbage-collected leaves its calls pending for ever.
  const proxy = wrap<Api>(worker);
  const broken = endOf(worker).then((reason) => {
    throw new WorkerStopped(`The ${title}'s worker stopped: ${reason.replace(/\.$/, "")}.`);
  });
  broken.catch(() => undefined);
  return {
    api: proxy,
    remote: true,
    ask: async (call) => resultOf(await Promise.race([call, broken])),
    close() {
      proxy[releaseProxy]();
      worker.terminate();
    },
  };
}

export function connectHere<Api>(service: Api, close: () => void = () => undefined): Connection<Api> {
  return { api: service, remote: false, ask: async (call) => resultOf(await call), close };
}

function resultOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  const { kind, message } = outcome.error;
  if (kind === "cancelled") throw new DOMException(message, "AbortError");
  if (kind === "input") throw new InputError(message);
  throw kind === "device" ? new DeviceError(message) : new Error(message);
}
