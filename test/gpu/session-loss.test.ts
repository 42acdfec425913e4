import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDawn } from "../../src/cli/dawn.ts";
import { openDevice } from "../../src/gpu/device.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import type { Backend } from "../../src/vgae/backend.ts";
import { writeCheckpoint } from "../../src/vgae/checkpoint.ts";
import { trainingOptions } from "../../src/vgae/config.ts";
import { type Session, session } from "../../src/vgae/session.ts";
import { webgpuTrainer } from "../../src/vgae/webgpu/trainer.ts";
import { fragile, losable, sound } from "./devices.ts";
import { openTrainer, packing, shape, space } from "./helpers.ts";

/** Enough cells that the neighbours are looked for on the device. */
const some: SearchSpace = { ...space, size: 8300, trainSize: 8200 };
const options = trainingOptions({ seed: 3 });
let file: Uint8Array;

beforeAll(async () => {
  const trainer = await openTrainer();
  await trainer.advance(4);
  const state = await trainer.snapshot();
  trainer.destroy();
  file = writeCheckpoint(shape, state, { space: some, options, adapter: "test", version: "0" });
}, 120_000);

const opened: Session[] = [];
afterAll(() => {
  for (const engine of opened) engine.close();
});

/** An engine with the model, on one backend after the other; the last one stays. */
async function engineOn(...backends: readonly (() => Promise<Backend>)[]): Promise<Session & { opened: () => number }> {
  let count = 0;
  const engine = session(() => (backends[count++] ?? sound)());
  opened.push(engine);
  await engine.load(some, file);
  return Object.assign(engine, { opened: () => count });
}

/** Loses the device when one of these is asked of it for the `time`-th time; the call itself never settles. */
function losingAt(method: "embed" | "encode" | "decode" | "snapshot", time = 1) {
  return () =>
    losable((trainer, lose) => {
      const real = trainer[method] as (...args: unknown[]) => Promise<unknown>;
      let calls = 0;
      Object.assign(trainer, {
        [method](...args: unknown[]) {
          if (++calls !== time) return real.apply(trainer, args);
          lose();
          return new Promise(() => undefined);
        },
      });
    });
}

const points = Float32Array.from({ length: 3 * shape.nodes * shape.latent }, (_, i) => Math.sin(i));
const cells = Uint32Array.of(5, 8000, 17);

describe("an engine whose device is lost", () => {
  it.each<[string, Parameters<typeof losingAt>, (engine: Session) => Promise<unknown>]>([
    ["embedding", ["embed"], (engine) => engine.embed(cells)],
    ["decoding", ["decode"], (engine) => engine.decode(points)],
    ["saving", ["snapshot"], (engine) => engine.snapshot()],
    ["judging", ["encode"], (engine) => engine.evaluate(50, 1)],
    ["judging the samples", ["decode", 2], (engine) => engine.evaluate(50, 1)],
    ["drawing from the paper's prior", ["decode"], (engine) => engine.sample({ prior: "paper", count: 20, seed: 1 })],
    ["looking for neighbours", ["embed"], (engine) => engine.nearest(points.slice(0, 16), 5)],
  ])("while %s gives the same answer on the next one", async (_, when, ask) => {
    const engine = await engineOn(losingAt(...when));
    const calm = await engineOn(sound);
    expect(await ask(engine)).toEqual(await ask(calm));
    expect(engine.opened()).toBe(2);
    // And from then on.
    expect(await engine.embed(cells)).toEqual(await calm.embed(cells));
  });

  it("for good, destroyed by whoever holds it, answers from a new one", async () => {
    const device = await fragile();
    const engine = await engineOn(async () => device);
    const before = await engine.embed(cells);
    const asked = engine.embed();
    device.close();
    expect((await asked).length).toBe(some.size * shape.latent);
    expect(await engine.embed(cells)).toEqual(before);
    expect(engine.opened()).toBe(2);
  });

  it("while a device looks for neighbours has them from the host, exactly", async () => {
    let lose = (): void => undefined;
    const engine = await engineOn(async () => {
      const backend = await losable((_, now) => {
        lose = now;
      });
      // As a graphics card would: a software adapter leaves this to the host.
      return { ...backend, ...(backend.gpu ? { gpu: { ...backend.gpu, status: "hardware" as const } } : {}) };
    });
    const calm = await engineOn(sound);
    const query = points.slice(0, 64);
    const expected = await calm.nearest(query, 7);
    expect(await engine.nearest(query, 7)).toEqual(expected);
    const asked = engine.nearest(query, 7);
    lose();
    expect(await asked).toEqual(expected);
  });

  it("again and again ends with a sentence, and keeps the model for later", async () => {
    const bad = losingAt("embed");
    const engine = await engineOn(bad, bad, bad, bad);
    await expect(engine.embed(cells)).rejects.toThrow("The GPU was lost 4 times in a row: The GPU crashed.");
    expect((await engine.embed(cells)).length).toBe(cells.length * shape.latent);
  });

  it("during a run answers what was asked meanwhile from the device that the run goes on with", async () => {
    const first = () =>
      losable((trainer, lose) => {
        const { advance } = trainer;
        trainer.advance = (steps) => {
          if (trainer.step < 6) return advance(Math.min(1, steps));
          lose();
          return new Promise(() => undefined);
        };
        trainer.embed = () => new Promise(() => undefined);
      });
    const backends = [first, sound];
    const engine = session(() => (backends.shift() ?? sound)());
    opened.push(engine);
    const small: SearchSpace = { ...space, size: 90, trainSize: 78 };
    let asked: Promise<Float32Array> | undefined;
    const request = { space: small, options: { epochs: 3 }, resume: file, epochSamples: 20 };
    const training = engine.pretrain(request, () => {
      asked ??= engine.embed(Uint32Array.of(1, 2));
    });
    expect((await training).state).toBe("finished");
    expect((await asked)?.length).toBe(2 * shape.latent);
    expect(backends).toHaveLength(0);
  });
});

describe("memory that a device has not", () => {
  it("is refused in a sentence with the sizes, and nothing of the model stays on the device", async () => {
    const own = await openDevice(await openDawn());
    if (!own.ok) throw new Error(own.message);
    const { gpu } = own;
    const set = { packed: { length: 2 ** 36, buffer: new ArrayBuffer(8) } as unknown as Uint32Array, count: 1 };
    await expect(webgpuTrainer(gpu, shape, packing, set, options)).rejects.toThrow(
      /^The GPU has no room for the model, which asked for 274,\d{3}(\.\d)? MB: it refused the 274,877\.9 MB of "graphs"\. .+\.$/,
    );
    expect(gpu.counts).toMatchObject({ liveBuffers: 0, bufferBytes: 0 });
    expect(gpu.faults).toEqual([]);
    gpu.device.destroy();
  });
});
