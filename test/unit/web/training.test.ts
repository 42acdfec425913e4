import { describe, expect, it, vi } from "vitest";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { DEFAULT_TRAINING, LATENT } from "../../../src/vgae/config.ts";
import { createTraining, type TrainingEffects } from "../../../web/state/training.ts";
import type { Client } from "../../../web/state/workers.ts";
import type { EngineApi, PretrainRequest, PretrainResult } from "../../../workers/protocol.ts";

const ok = <T>(value: T) => ({ ok: true, value }) as const;

/** An engine that loads anything, and whose runs end when they are cancelled. */
function engine(metadata: Record<string, string> = {}) {
  const asked: PretrainRequest[] = [];
  let end = (): void => undefined;
  let embedded = 0;
  const api = {
    open: async () => ok({ backend: "webgpu", status: "hardware", adapter: "card", message: "" }),
    load: async () => ok({ metadata, resumable: true }),
    embed: async (indices: Uint32Array) => {
      embedded += indices.length;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return ok(new Float32Array(indices.length * LATENT));
    },
    cancel: async () => end(),
    pretrain(request: PretrainRequest) {
      asked.push(request);
      const result: PretrainResult = { state: "cancelled", epochs: [], checkpoint: Uint8Array.of(1) };
      return new Promise((resolve) => {
        end = () => resolve(ok(result));
      });
    },
  } as unknown as EngineApi;
  const client = { api, ask: (call: (api: EngineApi) => Promise<unknown>) => call(api) } as unknown as Client<EngineApi>;
  return { client: () => client, asked, embedded: () => embedded };
}

function effects() {
  const placed = vi.fn<TrainingEffects["onPlaced"]>();
  const nothing = (): void => undefined;
  const all: TrainingEffects = {
    onEmbedding: nothing,
    onTrained: nothing,
    onPlaced: placed,
    onFailure: nothing,
    onDeviceLost: nothing,
    onNotKept: nothing,
    onEnd: nothing,
  };
  return { all, placed };
}

const bytes = Uint8Array.of(7);

describe("the page's training", () => {
  it("goes on from a checkpoint as the model that it began as", async () => {
    const training = createTraining(nasbench201(), engine({ encoder: "gcn", variational: "false" }).client, effects().all);
    await training.load(bytes, "gae.safetensors");
    expect(training.beginning()).toMatchObject({ checkpoint: bytes, variety: { encoder: "gcn", variational: false } });
    const other = createTraining(nasbench201(), engine().client, effects().all);
    await other.load(bytes, "arch2vec.safetensors");
    expect(other.beginning()?.variety).toEqual({ encoder: "gin", variational: true });
  });

  it("keeps a resumed run under its name, and a new one under another each time", async () => {
    const { client, asked } = engine();
    const training = createTraining(nasbench201(), client, effects().all);
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

  it("places the cells of a cancelled run in parts, and a reset ends that at once", async () => {
    const { client, asked, embedded } = engine();
    const { all, placed } = effects();
    const training = createTraining(nasbench201(), client, all);
    const run = training.start(DEFAULT_TRAINING, { live: false });
    await expect.poll(() => asked.length).toBe(1);
    training.cancel();
    await expect.poll(() => training.store.value.placing?.done, { timeout: 5000 }).toBeGreaterThan(0);
    expect(training.store.value.job).toBe("cancelled");
    training.reset();
    expect(training.store.value).toMatchObject({ job: "idle", placing: undefined });
    await run;
    expect(placed).not.toHaveBeenCalled();
    expect(embedded()).toBeLessThan(nasbench201().size);
  });
});
