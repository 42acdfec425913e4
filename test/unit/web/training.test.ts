import { describe, expect, it, vi } from "vitest";
import { nasbench201 } from "../../../src/spaces/index.ts";
import type { BackendChoice } from "../../../src/vgae/backend.ts";
import { DEFAULT_TRAINING, LATENT } from "../../../src/vgae/config.ts";
import { createTraining, type TrainingEffects } from "../../../web/state/training.ts";
import type { Client } from "../../../web/state/workers.ts";
import type { EngineApi, EngineEvent, PretrainRequest, PretrainResult } from "../../../workers/protocol.ts";

const ok = <T>(value: T) => ({ ok: true, value }) as const;

/** An engine that loads anything, and whose runs end when they are cancelled. Its worker can die. */
function engine(metadata: Record<string, string> = {}) {
  const asked: PretrainRequest[] = [];
  const loaded: string[] = [];
  const opened: (BackendChoice | undefined)[] = [];
  let answering: Promise<unknown> = Promise.resolve();
  let post = (_: EngineEvent): void => undefined;
  let die = (): void => undefined;
  let fail = (_: string): void => undefined;
  let end = (): void => undefined;
  let embedded = 0;
  const api = {
    open: async (choice?: BackendChoice) => {
      opened.push(choice);
      await answering;
      if (choice === "tfjs-wasm") return { ok: false, error: { kind: "defect", message: "No WebAssembly here." } };
      return ok({ backend: "webgpu", status: "hardware", adapter: "card", message: "" });
    },
    load: async (_: unknown, __: Uint8Array, name: string) => {
      loaded.push(name);
      return ok({ metadata, resumable: true });
    },
    embed: async (indices: Uint32Array) => {
      embedded += indices.length;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return ok(new Float32Array(indices.length * LATENT));
    },
    snapshot: async () => ok(Uint8Array.of(1)),
    cancel: async () => end(),
    pretrain(request: PretrainRequest, events: MessagePort) {
      asked.push(request);
      post = (event) => events.postMessage(event);
      const result: PretrainResult = { state: "cancelled", epochs: [], checkpoint: Uint8Array.of(1) };
      return new Promise((resolve) => {
        end = () => resolve(ok(result));
        fail = (message) => resolve(ok({ ...result, state: "failed", message }));
        die = () => {
          client.ended++;
          resolve({ ok: false, error: { kind: "device", message: "The engine worker stopped: gone." } });
        };
      });
    },
  } as unknown as EngineApi;
  const client = { api, ended: 0, ask: (call: (api: EngineApi) => Promise<unknown>) => call(api) };
  return {
    client: () => client as unknown as Client<EngineApi>,
    asked,
    loaded,
    opened,
    /** Opens nothing before that. */
    holdOpening: (until: Promise<unknown>) => {
      answering = until;
    },
    embedded: () => embedded,
    post: (event: EngineEvent) => post(event),
    die: () => die(),
    fail: (message: string) => fail(message),
  };
}

function effects() {
  const failed = vi.fn<TrainingEffects["onFailure"]>();
  const refused = vi.fn<TrainingEffects["onRefused"]>();
  const placed = vi.fn<TrainingEffects["onPlaced"]>();
  const ended = vi.fn<TrainingEffects["onEnd"]>();
  const nothing = (): void => undefined;
  const all: TrainingEffects = {
    onEmbedding: nothing,
    onTrained: nothing,
    onPlaced: placed,
    onFailure: failed,
    onRefused: refused,
    onDeviceLost: nothing,
    onNotKept: nothing,
    onEnd: ended,
  };
  return { all, placed, failed, refused, ended };
}

const bytes = Uint8Array.of(7);
const automatic = (): BackendChoice => "automatic";

describe("the page's training", () => {
  it("goes on from a checkpoint as the model that it began as", async () => {
    const training = createTraining(
      nasbench201(),
      engine({ encoder: "gcn", variational: "false" }).client,
      automatic,
      effects().all,
    );
    await training.load(bytes, "gae.safetensors");
    expect(training.beginning()).toMatchObject({ checkpoint: bytes, variety: { encoder: "gcn", variational: false } });
    const other = createTraining(nasbench201(), engine().client, automatic, effects().all);
    await other.load(bytes, "arch2vec.safetensors");
    expect(other.beginning()?.variety).toEqual({ encoder: "gin", variational: true });
  });

  it("keeps a resumed run under its name, and a new one under another each time", async () => {
    const { client, asked } = engine();
    const training = createTraining(nasbench201(), client, automatic, effects().all);
    const from = { checkpoint: bytes, step: 12, epochs: [], metrics: [], variety: DEFAULT_TRAINING, id: "kept" };
    for (const [before, how] of [{ from }, {}, {}].entries()) {
      const run = training.start(DEFAULT_TRAINING, { live: false, ...how });
      expect(training.store.value).toMatchObject({ job: "starting", totalSteps: 4400 });
      await expect.poll(() => asked.length).toBe(before + 1);
      training.reset();
      await run;
    }
    expect(asked[0]).toMatchObject({ resume: bytes, keep: { id: "kept" } });
    expect(new Set(asked.map(({ keep }) => keep?.id)).size).toBe(3);
  });

  it.each<[string, EngineEvent | undefined, string, Uint8Array | undefined]>([
    ["is kept by the browser", { type: "kept", step: 40 }, "The run is kept up to step 40: resume it above.", undefined],
    [
      "is held by the page",
      { type: "held", step: 40, checkpoint: Uint8Array.of(5) },
      'Training can go on from step 40: press "Train on".',
      Uint8Array.of(5),
    ],
    ["is lost", undefined, "Nothing of the run was kept yet: start it again.", undefined],
  ])("says when the worker dies in a run, which %s", async (_, event, sentence, resumable) => {
    const { client, asked, post, die } = engine();
    const { all, failed } = effects();
    const training = createTraining(nasbench201(), client, automatic, all);
    const run = training.start(DEFAULT_TRAINING, { live: false });
    await expect.poll(() => asked.length).toBe(1);
    if (event) post(event);
    await new Promise((resolve) => setTimeout(resolve, 50));
    die();
    await run;
    expect(failed).toHaveBeenCalledWith({ kind: "device", message: `The engine worker stopped: gone. ${sentence}` });
    expect(training.store.value).toMatchObject({ job: "failed", isBroken: true, resumable });
  });

  it("tells why a run failed, and has what it kept to look at and to save", async () => {
    const { client, asked, fail } = engine();
    const { all, failed } = effects();
    const training = createTraining(nasbench201(), client, automatic, all);
    const run = training.start(DEFAULT_TRAINING, { live: false });
    await expect.poll(() => asked.length).toBe(1);
    const message =
      "The loss or the gradient of step 9 (epoch 1) is not a number: training stopped and kept the weights of step 5.";
    fail(message);
    await expect.poll(() => training.store.value.job).toBe("failed");
    expect(failed).toHaveBeenCalledWith({ kind: "defect", message });
    expect(training.store.value).toMatchObject({ isBroken: false, resumable: Uint8Array.of(1), model: expect.any(String) });
    training.reset();
    await run;
  });

  it("gives the model to the worker that follows one that died with it", async () => {
    const { client, loaded } = engine();
    const training = createTraining(nasbench201(), client, automatic, effects().all);
    await training.load(bytes, "mine.safetensors");
    (client() as { ended: number }).ended = 1;
    const placing = training.place();
    await expect.poll(() => loaded).toEqual(["mine.safetensors", "mine.safetensors"]);
    training.stopPlacing();
    await placing;
    expect(loaded).toHaveLength(2);
  });

  it("shows nothing of what it places once another map has taken its place", async () => {
    const { client } = engine();
    const { all, placed } = effects();
    const training = createTraining(nasbench201(), client, automatic, all);
    await training.load(bytes, "mine.safetensors");
    const placing = training.place();
    training.dropPlacing();
    await placing;
    expect(placed).not.toHaveBeenCalled();
  });

  it("places the cells of a cancelled run in parts, and a reset ends that at once", async () => {
    const { client, asked, embedded, post } = engine();
    const { all, placed } = effects();
    const training = createTraining(nasbench201(), client, automatic, all);
    const run = training.start(DEFAULT_TRAINING, { live: false });
    await expect.poll(() => asked.length).toBe(1);
    const progress = { totalSteps: 4400, stepsPerSecond: 1, secondsLeft: 1, metrics: [] };
    post({ type: "progress", step: 3, ...progress });
    await expect.poll(() => training.store.value.step).toBe(3);
    training.cancel();
    await expect.poll(() => training.store.value.placing?.done).toBeGreaterThan(0);
    expect(training.store.value.job).toBe("cancelled");
    training.reset();
    expect(training.store.value).toMatchObject({ job: "idle", placing: undefined });
    await run;
    expect(placed).not.toHaveBeenCalled();
    expect(embedded()).toBeLessThan(nasbench201().size);
  });
});

describe("the page's choice of a backend", () => {
  it("is followed at once while nothing runs, and after a run that is under way", async () => {
    let choice: BackendChoice = "automatic";
    const { client, asked, opened } = engine();
    const training = createTraining(nasbench201(), client, () => choice, effects().all);
    training.followChoice();
    expect(opened).toEqual([]);
    await training.open();
    await training.open();
    training.followChoice();
    expect(opened).toEqual(["automatic"]);
    const run = training.start(DEFAULT_TRAINING, { live: false });
    await expect.poll(() => asked.length).toBe(1);
    choice = "webgpu";
    training.followChoice();
    expect(opened).toEqual(["automatic"]);
    training.reset();
    await run;
    training.followChoice();
    await training.open();
    expect(opened).toEqual(["automatic", "webgpu"]);
  });

  it("is given up where it is refused, and that is told", async () => {
    let choice: BackendChoice = "tfjs-wasm";
    const { client, opened } = engine();
    const { all, refused } = effects();
    refused.mockImplementation(() => {
      choice = "automatic";
    });
    const training = createTraining(nasbench201(), client, () => choice, all);
    await training.open();
    expect(refused).toHaveBeenCalledExactlyOnceWith("No WebAssembly here.");
    expect(opened).toEqual(["tfjs-wasm", "automatic"]);
    expect(training.store.value.device).toMatchObject({ state: "open", report: { backend: "webgpu" } });
  });

  it("is told to the worker that follows one that died", async () => {
    const { client, opened } = engine();
    const training = createTraining(nasbench201(), client, () => "webgpu", effects().all);
    await training.load(bytes, "mine.safetensors");
    (client() as { ended: number }).ended = 1;
    await training.snapshot(true);
    expect(opened).toEqual(["webgpu", "webgpu"]);
  });
});

describe("a run that is cancelled before its first step", () => {
  it("says so at once, and leaves neither a model nor a map", async () => {
    const { client, asked, embedded } = engine();
    const { all, ended } = effects();
    const training = createTraining(nasbench201(), client, automatic, all);
    const run = training.start(DEFAULT_TRAINING, { live: false });
    await expect.poll(() => asked.length).toBe(1);
    training.cancel();
    expect(training.store.value.job).toBe("cancelling");
    await run;
    expect(training.store.value).toMatchObject({ job: "cancelled", step: 0, model: undefined, resumable: undefined });
    expect(ended).toHaveBeenCalledExactlyOnceWith("cancelled", 0);
    expect(embedded()).toBe(0);
  });

  it("is not begun where the device is still being opened, and can go on later from where it was to", async () => {
    let open = (_: undefined): void => undefined;
    const { client, asked, holdOpening } = engine();
    holdOpening(new Promise<undefined>((resolve) => (open = resolve)));
    const training = createTraining(nasbench201(), client, automatic, effects().all);
    const from = { checkpoint: bytes, step: 12, epochs: [], metrics: [], variety: DEFAULT_TRAINING };
    const run = training.start(DEFAULT_TRAINING, { live: false, from });
    training.cancel();
    open(undefined);
    await run;
    expect(asked).toEqual([]);
    expect(training.store.value.job).toBe("cancelled");
    expect(training.beginning()).toMatchObject({ checkpoint: bytes, step: 12 });
  });
});
