import { transfer } from "comlink";
import { InputError } from "../src/errors.ts";
import { requestOf } from "../src/spaces/request.ts";
import { type BackendOptions, openBackend } from "../src/vgae/backend.ts";
import { type SessionSnapshot, session } from "../src/vgae/session.ts";
import { indexedDbCache, indexedDbRuns } from "./indexed-db.ts";
import { outcome } from "./outcome.ts";
import type { EngineApi, EngineEvent, Outcome } from "./protocol.ts";
import { type RunKeeper, runKeeper } from "./run-keeper.ts";
import { adopt, preparedSpace } from "./spaces.ts";

/** What the engine worker exposes. Apart from it, so that it also runs without a worker. */
export function engineService(options: Pick<BackendOptions, "api"> = {}): EngineApi & { close(): void } {
  const engine = session((backend) => openBackend({ tuning: indexedDbCache(), ...options, backend }));
  let preparing: AbortController | undefined;
  let keeper: RunKeeper | undefined;
  return {
    adopt,
    open: (backend) =>
      outcome(async () => {
        const { name, status, adapter, message } = await engine.open(backend);
        return { backend: name, status, adapter, message };
      }),
    async pretrain({ space, keep, ...request }, events) {
      const controller = new AbortController();
      preparing = controller;
      const post = (event: EngineEvent): void => {
        const { buffer } =
          ((event.type === "epoch" || event.type === "look") && event.embedding) ||
          (event.type === "held" && event.checkpoint) ||
          {};
        events.postMessage(event, buffer ? [buffer as ArrayBuffer] : []);
      };
      const epochs = [...(keep?.epochs ?? [])];
      const kept = keep && keeperOf(keep.id, post);
      keeper = kept;
      const result = await outcome(async () => {
        const opened = preparedSpace(space, controller.signal);
        // No pause where nothing is to be prepared: a cancel that follows at once finds the job.
        const prepared = opened instanceof Promise ? await opened : opened;
        const onSnapshot = ({ encode, ...run }: SessionSnapshot): void =>
          kept?.save({ ...run, space: requestOf(prepared), epochs: [...epochs] }, encode);
        return engine.pretrain({ ...request, space: prepared, onSnapshot }, (event) => {
          if (event.type === "epoch") epochs.push(event.report);
          post(event);
        });
      });
      // A run that broke off or failed may be taken up again before that; one that was finished or cancelled leaves nothing.
      await (result.ok && result.value.state !== "failed" ? kept?.drop() : kept?.leave());
      events.close();
      return result.ok ? sent(result, result.value.checkpoint) : result;
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
    tune: (values) =>
      outcome(async () => {
        if (!engine.job) throw new InputError("Nothing is being trained, so there is nothing to change.");
        engine.job.tune(values);
      }),
    async cancel() {
      preparing?.abort();
      engine.job?.cancel();
      await keeper?.drop();
    },
    async snapshot(settings) {
      const result = await outcome(() => engine.snapshot(settings));
      return result.ok ? sent(result, result.value) : result;
    },
    load: (space, checkpoint, source) => outcome(async () => engine.load(await preparedSpace(space), checkpoint, source)),
    async embed(indices) {
      const result = await outcome(() => engine.embed(indices));
      return result.ok ? sent(result, result.value) : result;
    },
    async latents(indices) {
      const result = await outcome(() => engine.latents(indices));
      return result.ok ? sent(result, result.value) : result;
    },
    async nearest(points, k) {
      const result = await outcome(() => engine.nearest(points, k));
      return result.ok ? sent(result, result.value.indices, result.value.distances) : result;
    },
    decode: (z, decoding) => outcome(() => engine.decode(z, decoding)),
    sample: (request) => outcome(() => engine.sample(request)),
    async evaluate(samples, seed, progress) {
      const controller = new AbortController();
      if (progress) progress.onmessage = () => controller.abort();
      const onProgress = (share: number): void => progress?.postMessage(share);
      const result = await outcome(() => engine.evaluate(samples, seed, { onProgress, signal: controller.signal }));
      progress?.close();
      return result;
    },
    follow: (index, draw) => outcome(() => engine.follow(index, draw)),
    close: () => engine.close(),
  };
}

function keeperOf(id: string, post: (event: EngineEvent) => void): RunKeeper {
  return runKeeper(id, indexedDbRuns(), {
    onKept: (step) => post({ type: "kept", step }),
    onRefused: (message) => post({ type: "not-kept", message }),
    onUnkept: (step, checkpoint) => post({ type: "held", step, checkpoint }),
  });
}

/** Moves the bytes of large arrays to the page instead of copying them. */
function sent<T>(result: Outcome<T>, ...arrays: readonly (Float32Array | Uint32Array | Uint8Array)[]): Outcome<T> {
  return transfer(
    result,
    arrays.map(({ buffer }) => buffer as ArrayBuffer),
  );
}
