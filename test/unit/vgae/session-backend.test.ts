import { afterEach, describe, expect, it } from "vitest";
import { darts } from "../../../src/spaces/index.ts";
import { type Backend, type BackendChoice, openBackend } from "../../../src/vgae/backend.ts";
import { writeCheckpoint } from "../../../src/vgae/checkpoint.ts";
import { DEFAULT_TRAINING, modelShape } from "../../../src/vgae/config.ts";
import { relativeError } from "../../../src/vgae/golden.ts";
import { type Session, session } from "../../../src/vgae/session.ts";
import { initialState } from "../../../src/vgae/state.ts";

const space = darts({ seed: 3, count: 40 });
const file = writeCheckpoint(
  modelShape(space, 16),
  initialState(modelShape(space, 16), 1),
  { space, options: DEFAULT_TRAINING, adapter: "elsewhere", version: "0" },
  { weightsOnly: true },
);

const sessions: Session[] = [];
afterEach(() => {
  for (const engine of sessions.splice(0)) engine.close();
});

/** An engine whose backends are those of TensorFlow.js, whatever they are said to be. */
function engineOf(open: (choice: BackendChoice) => Promise<Backend>): { engine: Session; opened: BackendChoice[] } {
  const opened: BackendChoice[] = [];
  const engine = session((choice) => {
    opened.push(choice);
    return open(choice);
  });
  sessions.push(engine);
  return { engine, opened };
}

const real = (choice: BackendChoice): Promise<Backend> => openBackend({ backend: choice === "automatic" ? "tfjs-cpu" : choice });

/** A graphics card that can be lost, as the engine sees it. */
async function card(status: Backend["status"] = "hardware"): Promise<Backend & { lose(): void }> {
  const backend = await openBackend({ backend: "tfjs-cpu" });
  return { ...backend, name: "webgpu", status, adapter: `${status} adapter`, lose: backend.close };
}

describe("an engine that is told to change its backend", () => {
  it("takes the model along", async () => {
    const { engine, opened } = engineOf(real);
    await engine.load(space, file);
    const before = await engine.embed();
    expect((await engine.open("tfjs-wasm")).name).toBe("tfjs-wasm");
    expect(relativeError(await engine.embed(), before)).toBeLessThan(1e-5);
    // What came from elsewhere is still said to.
    expect(new TextDecoder().decode(await engine.snapshot())).toContain("elsewhere");
    expect(await (await engine.open()).name).toBe("tfjs-wasm");
    expect((await engine.open("automatic")).name).toBe("tfjs-cpu");
    expect(await engine.embed()).toEqual(before);
    expect(opened).toEqual(["automatic", "tfjs-wasm", "automatic"]);
  });

  it("answers what was under way", async () => {
    const { engine } = engineOf(real);
    await engine.load(space, file);
    const expected = await engine.embed();
    const asked = engine.embed();
    await engine.open("tfjs-wasm");
    expect(relativeError(await asked, expected)).toBeLessThan(1e-5);
  });

  it("stays where it is when the other does not start, and while a run is under way", async () => {
    const { engine } = engineOf((choice) => (choice === "webgpu" ? Promise.reject(new Error("no adapter")) : real(choice)));
    await engine.load(space, file);
    await expect(engine.open("webgpu")).rejects.toThrow("no adapter");
    expect((await engine.open()).name).toBe("tfjs-cpu");
    const run = engine.pretrain({ space, options: { epochs: 50 }, epochSamples: 1 }, () => undefined);
    await expect(engine.open("tfjs-wasm")).rejects.toThrow("A training run is under way: cancel it before changing the backend.");
    engine.job?.cancel();
    expect((await run).state).toBe("cancelled");
    expect((await engine.open("tfjs-wasm")).name).toBe("tfjs-wasm");
  });

  it("opens nothing anew where the choice is open already", async () => {
    const device = await card();
    const { engine, opened } = engineOf(async () => device);
    await engine.open("webgpu");
    expect(await engine.open("automatic")).toBe(device);
    expect(await engine.open("webgpu")).toBe(device);
    expect(opened).toEqual(["webgpu"]);
  });
});

describe("an engine whose graphics card comes back as a software adapter", () => {
  it("goes on with what is fastest there, unless WebGPU was named", async () => {
    for (const choice of ["automatic", "webgpu"] as const) {
      const devices = [await card(), { ...(await real("tfjs-wasm")), status: "software-adapter" as const }];
      const { engine, opened } = engineOf(async () => devices.shift() as Backend);
      await engine.open(choice);
      await engine.load(space, file);
      const before = await engine.embed();
      ((await engine.open()) as Awaited<ReturnType<typeof card>>).lose();
      expect(relativeError(await engine.embed(), before)).toBeLessThan(1e-5);
      expect(opened).toEqual([choice, choice]);
    }
  });
});
