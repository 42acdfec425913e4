import { describe, expect, it } from "vitest";
import { readSafeTensors } from "../../src/formats/safetensors.ts";
import { darts, nasbench201, openEngine, type SpaceCache } from "../../src/index.ts";

describe("an engine without workers", () => {
  it("prepares a space by itself, with progress, and keeps what it prepared", async () => {
    const kept = new Map<string, Uint8Array>();
    const cache: SpaceCache = { read: async (key) => kept.get(key), write: async (key, bytes) => void kept.set(key, bytes) };
    const engine = await openEngine({ backend: "tfjs-wasm", cache });
    const space = darts({ seed: 5, count: 80 });
    const shares: number[] = [];
    const model = await engine.pretrain(space, { epochs: 1, seed: 2 }, { onPrepare: (share) => shares.push(share) });
    expect(model.state).toBe("finished");
    expect(shares.at(-1)).toBe(1);
    expect([...kept.keys()]).toEqual(["darts-5-80"]);
    expect((await model.embed()).length).toBe(80 * 16);
    const file = await model.save();
    expect(readSafeTensors(file).metadata).toMatchObject({ space: "darts", sampleSeed: "5", sampleCount: "80" });
    await expect(engine.load(darts({ seed: 6, count: 80 }), file)).rejects.toThrow("80 cells drawn with seed 5");
    await expect(engine.load(nasbench201(), file)).rejects.toThrow("expected a model of nasbench201, found one of darts");
    await expect(engine.load(space, file)).resolves.toMatchObject({ state: "loaded" });
    engine.close();
  });

  it("keeps the model that was chosen through saving, loading and going on", async () => {
    const engine = await openEngine({ backend: "tfjs-wasm" });
    const space = darts({ seed: 5, count: 80 });
    const model = await engine.pretrain(space, { epochs: 1, encoder: "gcn", variational: false });
    expect(model.epochs[0]?.loss.kl).toBeCloseTo(0, 12);
    const embedding = await model.embed();
    const file = await model.save();
    expect(readSafeTensors(file).metadata).toMatchObject({ encoder: "gcn", variational: "false" });
    await expect(engine.pretrain(space, { epochs: 2, encoder: "gin", resume: file })).rejects.toThrow(
      "Training option encoder: expected gcn, as the checkpoint to go on from was trained, found gin.",
    );
    const loaded = await engine.load(space, file);
    expect(await loaded.embed()).toEqual(embedding);
    const weights = await loaded.save({ weightsOnly: true });
    expect(readSafeTensors(weights).metadata).toMatchObject({ encoder: "gcn" });
    const more = await engine.pretrain(space, { epochs: 2, resume: file });
    expect(more).toMatchObject({ state: "finished", epochs: [{ epoch: 2 }] });
    expect(readSafeTensors(await more.save()).metadata).toMatchObject({ encoder: "gcn", variational: "false", epochs: "2" });
    engine.close();
  });

  it("stops preparing when the signal is aborted, and can be asked again", async () => {
    const engine = await openEngine({ backend: "tfjs-cpu" });
    const controller = new AbortController();
    const onPrepare = (): void => controller.abort(new Error("enough"));
    const run = engine.pretrain(darts({ seed: 7 }), {}, { onPrepare, signal: controller.signal });
    await expect(run).rejects.toThrow("enough");
    await expect(engine.pretrain(nasbench201(), { epochs: 0 })).rejects.toThrow("Training option epochs");
    engine.close();
  });
});
