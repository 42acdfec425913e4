/** Services of one kind: one in this thread, or one in each of several. */
import type { Worker } from "node:worker_threads";
import { type Remote, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";

export type PooledService<Api> = Api | Remote<Api>;

export interface Pool<Api> {
  readonly services: readonly PooledService<Api>[];
  close(): Promise<void>;
}

/**
 * @param inThisThread made where there is one thread only
 * @param start starts a thread that exposes the same
 */
export function openPool<Api>(threads: number, inThisThread: () => Api, start: () => Worker): Pool<Api> {
  if (threads === 1) return { services: [inThisThread()], close: async () => undefined };
  const workers = Array.from({ length: threads }, start);
  return {
    services: workers.map((worker) => wrap<Api>(nodeEndpoint(worker))),
    close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  };
}
