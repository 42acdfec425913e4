import { describe, expect, it, vi } from "vitest";
import { writeNpy } from "../../../src/formats/npy.ts";
import { writeSafeTensors } from "../../../src/formats/safetensors.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { LATENT } from "../../../src/vgae/config.ts";
import type { AtlasStore } from "../../../web/state/atlas.ts";
import { createMapSources, type NamedBytes } from "../../../web/state/map-sources.ts";
import type { NoticeBoard } from "../../../web/state/notices.ts";
import { createStore } from "../../../web/state/store.ts";
import type { TrainingStore, TrainingView } from "../../../web/state/training.ts";
import type { LoadedModel, Outcome } from "../../../workers/protocol.ts";

const space = nasbench201();
const address = new URL("file:///weights.safetensors");
const WEIGHTS = writeSafeTensors({
  metadata: {},
  tensors: new Map([["w", { dtype: "F32", shape: [1], data: Float32Array.of(1) }]]),
});
const ROWS = writeNpy({ shape: [space.size, LATENT], data: new Float32Array(space.size * LATENT) });

const file = (name: string, bytes: Uint8Array<ArrayBuffer>): NamedBytes => ({ name, arrayBuffer: async () => bytes.buffer });

/** A promise that is settled from outside. */
function later<T>() {
  let resolve = (_: T): void => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** A space of which only weights are shipped, an engine that takes `answers` one after another, and what stands on the map. */
function page(...answers: Promise<Outcome<LoadedModel>>[]) {
  const fetched = later<Uint8Array>();
  const loaded: string[] = [];
  const shown: string[] = [];
  const said: string[] = [];
  const training = {
    store: createStore({ job: "idle" } as TrainingView),
    async load(_: Uint8Array, name: string) {
      loaded.push(name);
      return answers.shift() ?? ({ ok: true, value: { metadata: {}, resumable: false } } as unknown as Outcome<LoadedModel>);
    },
    place: async () => sources.placed(new Float32Array(), undefined),
    dropPlacing: vi.fn<TrainingStore["dropPlacing"]>(),
  };
  const show: AtlasStore["show"] = (_, source) => shown.push(source.kind === "file" ? source.name : source.kind);
  const post: NoticeBoard["post"] = (tone, text) => said.push(`${tone}: ${text}`);
  const sources = createMapSources({
    space,
    shipped: { released: { weights: address } },
    atlas: { show, showShipped: async () => undefined },
    training,
    notices: { post },
    complain: (error) => said.push(`problem: ${String(error)}`),
    weightsOf: () => fetched.promise,
  });
  return { sources, training, arrive: () => fetched.resolve(WEIGHTS), loaded, shown, said };
}

describe("what is opened while shipped weights are on their way", () => {
  it("stays on the map when it is an embedding: the weights are loaded behind it", async () => {
    const { sources, training, arrive, loaded, shown, said } = page();
    const begun = sources.showShipped("released");
    await sources.openEmbedding(file("mine.npy", ROWS));
    arrive();
    await begun;
    expect(loaded).toEqual(["The shipped released model"]);
    expect(shown).toEqual(["mine.npy"]);
    expect(said.at(-1)).toContain("is loaded, and the map stays as it is");
    // Rows that are asked of the model later have its name.
    await training.place();
    expect(shown.at(-1)).toBe("The shipped released model");
  });

  it("stays as model and map when it is a checkpoint, also while that is still being loaded", async () => {
    const own = later<Outcome<LoadedModel>>();
    const { sources, arrive, loaded, shown } = page(own.promise);
    const begun = sources.showShipped("released");
    const opened = sources.openTensors(file("mine.safetensors", WEIGHTS));
    await expect.poll(() => loaded).toEqual(["mine.safetensors"]);
    arrive();
    await new Promise((resolve) => setTimeout(resolve));
    own.resolve({ ok: true, value: { metadata: {}, resumable: true } as unknown as LoadedModel });
    await Promise.all([begun, opened]);
    expect(loaded).toEqual(["mine.safetensors"]);
    expect(shown).toEqual(["mine.safetensors"]);
  });

  it("leaves the way to the weights when it is refused", async () => {
    const { sources, arrive, loaded, shown, said } = page(
      Promise.resolve({ ok: false, error: { kind: "input", message: "No such model." } }),
    );
    const begun = sources.showShipped("released");
    await sources.openEmbedding(file("short.npy", writeNpy({ shape: [1, LATENT], data: new Float32Array(LATENT) })));
    await sources.openTensors(file("other.safetensors", WEIGHTS));
    arrive();
    await begun;
    expect(said.slice(0, 2)).toEqual([expect.stringContaining("short.npy"), "problem: No such model."]);
    expect(loaded).toEqual(["other.safetensors", "The shipped released model"]);
    expect(shown).toHaveLength(1);
  });

  it("stays when it is a run that came to its end", async () => {
    const { sources, arrive, loaded, shown } = page();
    const begun = sources.showShipped("released");
    sources.trained({ kind: "training", protocol: "released", seed: 1, reached: "40 steps" });
    sources.placed(new Float32Array(), undefined);
    arrive();
    await begun;
    expect(loaded).toEqual([]);
    expect(shown).toEqual(["training"]);
  });
});

it("an embedding that is opened while a checkpoint before it is being loaded stays on the map", async () => {
  const own = later<Outcome<LoadedModel>>();
  const { sources, shown } = page(own.promise);
  const opened = sources.openTensors(file("first.safetensors", WEIGHTS));
  await sources.openEmbedding(file("second.npy", ROWS));
  own.resolve({ ok: true, value: { metadata: {}, resumable: true } as unknown as LoadedModel });
  await opened;
  expect(shown).toEqual(["second.npy"]);
});
