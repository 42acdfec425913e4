import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { VERSION } from "../../../src/version.ts";
import { readCheckpoint, writeCheckpoint } from "../../../src/vgae/checkpoint.ts";
import { DEFAULT_TRAINING, modelShape } from "../../../src/vgae/config.ts";
import { initialState } from "../../../src/vgae/state.ts";
import { command, fresh } from "./command.ts";

const PRETRAIN = ["pretrain", "nasbench201", "--backend", "tfjs-wasm", "--samples", "20"] as const;

describe("archscape pretrain", () => {
  it("stops where --steps says, and goes on from there to the same bytes as a run without a stop", async () => {
    const [half, resumed, straight] = [fresh("half.safetensors"), fresh("resumed.safetensors"), fresh("straight.safetensors")];
    const first = await command([...PRETRAIN, "--seed", "3", "--steps", "2", "--out", half, "--json"]);
    expect(first.code).toBe(0);
    expect(first.result()).toMatchObject({
      type: "result",
      state: "stopped",
      step: 2,
      loss: expect.any(Number),
      reconstruction: { ops: expect.any(Number), adjacency: expect.any(Number), exact: expect.any(Number) },
      validity: expect.any(Number),
      inSpaceValidity: expect.any(Number),
      uniqueness: expect.any(Number),
      inSpaceUniqueness: expect.any(Number),
      samples: 20,
      space: "nasbench201",
      protocol: "released",
      seed: 3,
      epochs: 10,
      adapter: expect.any(String),
      backend: "tfjs-wasm",
      variant: expect.any(String),
      version: VERSION,
      file: half,
    });
    await command([...PRETRAIN, "--resume", half, "--steps", "4", "--out", resumed]);
    expect(readCheckpoint(nasbench201(), new Uint8Array(readFileSync(resumed))).metadata["adapter"]).toMatch(/^tfjs-wasm: /);
    const people = await command([...PRETRAIN, "--seed", "3", "--steps", "4", "--out", straight]);
    expect(people.out).toContain("Stopped after step 4: loss ");
    expect(people.out).toContain(`${straight}: stopped at step 4; go on with --resume ${straight}`);
    expect(readFileSync(resumed).equals(readFileSync(straight))).toBe(true);
    expect(readFileSync(resumed).equals(readFileSync(half))).toBe(false);
  });

  it("refuses to go on with other options, with fewer steps than were done, or without the optimiser", async () => {
    const model = fresh("model.safetensors");
    await command([...PRETRAIN, "--steps", "1", "--out", model]);
    const again = ["pretrain", "nasbench201", "--resume", model, "--out", fresh("more.safetensors")];
    const seed = await command([...again, "--seed", "2"]);
    expect(seed).toMatchObject({ code: 2, err: expect.stringContaining("--seed 2 does not fit --resume") });
    const steps = await command([...again, "--steps", "1"]);
    expect(steps).toMatchObject({ code: 2, err: expect.stringContaining("expected more than the 1 steps") });
    const weights = fresh("weights.safetensors");
    await command([...PRETRAIN, "--steps", "1", "--weights-only", "--out", weights]);
    const bare = await command(["pretrain", "nasbench201", "--resume", weights, "--out", fresh("more.safetensors")]);
    expect(bare).toMatchObject({ code: 2, err: expect.stringContaining("found weights only") });
  });

  it("trains the models of the paper's table 1, says which, and goes on with none but the one that was begun", async () => {
    const [gae, more, straight] = [fresh("gae.safetensors"), fresh("more.safetensors"), fresh("straight.safetensors")];
    const model = ["--encoder", "gcn", "--no-variational"];
    const first = await command([...PRETRAIN, ...model, "--steps", "2", "--out", gae, "--json"]);
    expect(first.result()).toMatchObject({ state: "stopped", encoder: "gcn", variational: false, klWeight: 0 });
    const on = [...PRETRAIN, "--resume", gae, "--steps", "4", "--out", more] as const;
    for (const [given, expected] of [
      [["--encoder", "gin"], "--encoder gin does not fit --resume: gae.safetensors was trained with gcn"],
      [["--kl-weight", "1"], "--kl-weight 1 does not fit --resume: gae.safetensors was trained with 0"],
    ] as const) {
      expect(await command([...on, ...given])).toMatchObject({ code: 2, err: expect.stringContaining(expected) });
    }
    expect((await command([...on, ...model, "--json"])).result()).toMatchObject({ step: 4, encoder: "gcn", variational: false });
    await command([...PRETRAIN, ...model, "--steps", "4", "--out", straight]);
    expect(readFileSync(more).equals(readFileSync(straight))).toBe(true);

    const plain = fresh("plain.safetensors");
    const { result } = await command([...PRETRAIN, "--kl-weight", "0", "--steps", "1", "--out", plain, "--json"]);
    expect(result()).toMatchObject({ encoder: "gin", variational: true, klWeight: 0 });
    const silenced = [...PRETRAIN, "--resume", plain, "--no-variational", "--out", fresh("silenced.safetensors")] as const;
    expect(await command(silenced)).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        "--no-variational does not fit --resume: plain.safetensors was trained as a variational autoencoder",
      ),
    });
  });

  it("refuses a KL weight for a model that has no KL term, and an encoder there is not", async () => {
    const out = fresh("none.safetensors");
    const weighed = await command([...PRETRAIN, "--no-variational", "--kl-weight", "1", "--out", out]);
    expect(weighed).toMatchObject({ code: 2, err: expect.stringContaining("klWeight: expected 0 where variational is false") });
    const unknown = await command([...PRETRAIN, "--encoder", "gat", "--out", out]);
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining("Allowed choices are gin, gcn") });
    expect(existsSync(out)).toBe(false);
  });

  it("keeps a checkpoint while it runs, from which a run that died goes on", async () => {
    const out = fresh("kept.safetensors");
    const interruption = new AbortController();
    const run = command([...PRETRAIN, "--out", out], interruption.signal);
    await expect.poll(() => existsSync(out), { interval: 100 }).toBe(true);
    const kept = fresh("died.safetensors");
    copyFileSync(out, kept);
    interruption.abort();
    await run;
    const { step } = readCheckpoint(nasbench201(), new Uint8Array(readFileSync(kept))).state;
    expect(step).toBeGreaterThan(0);
    const more = await command([
      ...PRETRAIN,
      "--resume",
      kept,
      "--steps",
      String(step + 1),
      "--out",
      fresh("on.safetensors"),
      "--json",
    ]);
    expect(more.result()).toMatchObject({ state: "stopped", step: step + 1 });
  });

  it("saves what it has when it is cancelled, and exits with 130", async () => {
    const out = fresh("cut.safetensors");
    const interruption = new AbortController();
    setTimeout(() => interruption.abort(), 1500);
    const { code, result } = await command([...PRETRAIN, "--out", out, "--json"], interruption.signal);
    expect(code).toBe(130);
    expect(result()).toMatchObject({ type: "result", state: "cancelled", validity: null, reconstruction: null });
    expect(readCheckpoint(nasbench201(), new Uint8Array(readFileSync(out))).state.step).toBe(result()["step"]);
  });

  it("refuses kernels of WebGPU where the model runs on something else", async () => {
    const { code, err } = await command([
      ...PRETRAIN,
      "--variant",
      "f32, 4 columns",
      "--steps",
      "1",
      "--out",
      fresh("kernels.safetensors"),
    ]);
    expect(code).toBe(2);
    expect(err).toContain("--variant names kernels of WebGPU, but the model runs on TensorFlow.js on WebAssembly.");
  });

  it("stops at a loss that is not a number with exit code 1, says at which step, and writes the weights before it", async () => {
    const [bad, out] = [fresh("bad.safetensors"), fresh("failed.safetensors")];
    const shape = modelShape(nasbench201());
    const state = initialState(shape, 3);
    // Finite, as a checkpoint must be; its square is not.
    state.parameters.fill(3e38, 0, 64);
    writeFileSync(
      bad,
      writeCheckpoint(shape, state, { space: nasbench201(), options: DEFAULT_TRAINING, adapter: "none", version: "0" }),
    );
    const { code, result, err } = await command([...PRETRAIN, "--resume", bad, "--out", out, "--json"]);
    const message =
      "The loss or the gradient of step 1 (epoch 1) is not a number: training stopped and kept the weights of step 0.";
    expect(code).toBe(1);
    expect(result()).toMatchObject({ type: "result", state: "failed", step: 0, message, file: out });
    expect(err).toContain(message);
    expect(readCheckpoint(nasbench201(), new Uint8Array(readFileSync(out))).state.parameters).toEqual(state.parameters);
  });

  it("leaves no file behind where it is refused", async () => {
    const out = fresh("none.safetensors");
    await command(["pretrain", "nasbench201", "--batch-size", "64", "--out", out]);
    expect(existsSync(out)).toBe(false);
  });
});
