import { transfer } from "comlink";
import { type BackendOptions, openBackend } from "../src/vgae/backend.ts";
import { session } from "../src/vgae/session.ts";
import { outcome } from "./outcome.ts";
import type { EngineApi, EngineEvent, Outcome } from "./protocol.ts";
import { adopt, preparedSpace } from "./spaces.ts";

/** What the engine worker exposes. Apart from it, so that it also runs without a worker. */
export function engineService(options: Pick<BackendOptions, "api"> = {}): EngineApi & { close(): void } {
  const engine = session((backend) => openBackend({ ...options, backend }));
  let preparing: AbortController | undefined;
  return {
    adopt,
    open: (backend) =>
      outcome(async () => {
        const { name, status, adapter, message } = await engine.open(backend);
        return { backend: name, status, adapter, message };
      }),
    async pretrain({ space, ...request }, events) {
      const controller = new AbortController();
      preparing = controller;
      const result = await outcome(async () => {
        const opened = preparedSpace(space, controller.signal);
        // No pause where nothing is to be prepared: a cancel that follows at once finds the job.
        return engine.pretrain({ ...request, space: opened instanceof Promise ? await opened : opened }, (event: EngineEvent) => {
          const { buffer } = (event.type === "epoch" && event.embedding) || {};
          events.postMessage(event, buffer ? [buffer as ArrayBuffer] : []);
        });
      });
      events.close();
      return result.ok ? sent(result, result.value.embedding, result.value.checkpoint) : result;
    },
    async pause() {
      engine.job?.pause();
    },
    async resume() {
      engine.job?.resume();
    },
    async stepOnce() {
      engine.job?.stepOnce();
    },
    async cancel() {
      preparing?.abort();
      engine.job?.cancel();
    },
    async snapshot(settings) {
      const result = await outcome(() => engine.snapshot(settings));
      return result.ok ? sent(result, result.value) : result;
    },
    async load(space, checkpoint, source, options) {
      const result = await outcome(async () => engine.load(await preparedSpace(space), checkpoint, source, options));
      return result.ok ? sent(result, result.value.embedding) : result;
    },
    async embed(indices) {
      const result = await outcome(() => engine.embed(indices));
      return result.ok ? sent(result, result.value) : result;
    },
    async nearest(points, k) {
      const result = await outcome(() => engine.nearest(points, k));
      return result.ok ? sent(result, result.value.indices, result.value.distances) : result;
    },
    decode: (z, decoding) => outcome(() => engine.decode(z, decoding)),
    sample: (request) => outcome(() => engine.sample(request)),
    evaluate: (samples, seed) => outcome(() => engine.evaluate(samples, seed)),
    close: () => engine.close(),
  };
}

/** Moves the bytes of large arrays to the page instead of copying them. */
function sent<T>(result: Outcome<T>, ...arrays: readonly (Float32Array | Uint32Array | Uint8Array)[]): Outcome<T> {
  return transfer(
    result,
    arrays.map(({ buffer }) => buffer as ArrayBuffer),
  );
}
