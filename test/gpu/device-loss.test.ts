import { describe, expect, it } from "vitest";
import { openDawn } from "../../src/cli/dawn.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { type Backend, openBackend } from "../../src/vgae/backend.ts";
import { trainingOptions } from "../../src/vgae/config.ts";
import { type PretrainEvent, type Pretraining, type PretrainRequest, pretraining } from "../../src/vgae/pretrain.ts";
import { initialState } from "../../src/vgae/state.ts";
import { expectSameBits, shape, space, watch } from "./helpers.ts";

/** The first 90 cells of NAS-Bench-201: three steps an epoch, the last one of 14 graphs. */
const small: SearchSpace = { ...space, size: 90, trainSize: 78 };
const EPOCHS = 2;
const STEPS = 3 * EPOCHS;

let opened: Promise<Backend> | undefined;
/** A device that nothing happens to: kernels are compiled once for all runs that share it. */
function sound(): Promise<Backend> {
  opened ??= fragile();
  return opened;
}

/** A device of its own. */
async function fragile(): Promise<Backend> {
  const backend = await openBackend({ backend: "webgpu", api: await openDawn() });
  if (backend.gpu) watch(backend.gpu);
  return backend;
}

function start(given: Partial<PretrainRequest> = {}, open: (time: number) => Promise<Backend> = sound): Pretraining {
  let times = 0;
  const options = trainingOptions({ protocol: "corrected", epochs: EPOCHS, seed: 3 });
  const request = { space: small, options, hidden: shape.hidden, epochSamples: 50, ...given };
  return pretraining(() => open(++times), request);
}

/** Runs to the end; `on` sees every event as it comes. */
async function finish(job: Pretraining, on: (event: PretrainEvent) => void = () => undefined) {
  const events: PretrainEvent[] = [];
  const outcome = await job.run((event) => {
    events.push(event);
    on(event);
  });
  const state = await outcome.trainer.snapshot();
  outcome.trainer.destroy();
  const all = <T extends PretrainEvent["type"]>(type: T) =>
    events.filter((event): event is Extract<PretrainEvent, { type: T }> => event.type === type);
  return { outcome, state, all };
}

let straightRun: ReturnType<typeof finish> | undefined;
/** What every other run must come to. */
function straight(): ReturnType<typeof finish> {
  straightRun ??= finish(start({ embedEachEpoch: true }));
  return straightRun;
}

describe("a pre-training run", () => {
  it("reports every epoch and every step once, and ends as finished", async () => {
    const { outcome, state, all } = await straight();
    expect(outcome.state).toBe("finished");
    expect(state.step).toBe(STEPS);
    expect(outcome.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(outcome.epochs.map(({ samples }) => samples)).toEqual([50, 10_000]);
    const metrics = all("progress").flatMap((event) => event.metrics);
    expect(metrics.map(({ step }) => step)).toEqual(Array.from({ length: STEPS }, (_, i) => i));
    for (const { report, embedding } of all("epoch")) {
      const steps = metrics.slice(3 * (report.epoch - 1), 3 * report.epoch);
      expect(report.loss.total).toBeCloseTo(steps.reduce((sum, { total }) => sum + total, 0) / 3, 6);
      expect(embedding?.length).toBe(small.size * shape.latent);
    }
    expect(all("state").map((event) => event.state)).toEqual(["running", "finished"]);
  });

  it.each([
    ["in the middle of an epoch", (event: PretrainEvent) => event.type === "progress" && event.step % 3 !== 0],
    ["when an epoch has just been reported", (event: PretrainEvent) => event.type === "epoch" && event.report.epoch === 1],
    ["between the last step and its report", (event: PretrainEvent) => event.type === "progress" && event.step === STEPS],
  ])("that loses its device %s ends with the bits of one that does not", async (_, when) => {
    let device: Backend | undefined;
    const disturbed = start({}, async (time) => {
      if (time > 1) return sound();
      device = await fragile();
      return device;
    });
    let lost = false;
    const { outcome, state, all } = await finish(disturbed, (event) => {
      if (lost || !when(event)) return;
      lost = true;
      device?.gpu?.device.destroy();
    });
    expect(lost).toBe(true);
    expect(all("device-lost").length).toBe(1);
    const [{ resumedFromStep, reason }] = all("device-lost") as [Extract<PretrainEvent, { type: "device-lost" }>];
    expect(reason).not.toBe("");
    expect(resumedFromStep).toBeLessThanOrEqual(STEPS);
    expect(outcome.state).toBe("finished");
    expectSameBits(state, (await straight()).state);
    const untimed = ({ seconds: _, ...report }: (typeof outcome.epochs)[number]) => report;
    expect(outcome.epochs.map(untimed)).toEqual((await straight()).outcome.epochs.map(untimed));
  });

  it("gives up on a device that is lost again and again", async () => {
    // Every device but the first goes while its kernels are compiled.
    const devices: Backend[] = [];
    const doomed = start({}, async () => {
      const backend = await fragile();
      devices.push(backend);
      const dying = devices.length > 1;
      return {
        ...backend,
        createTrainer(...model) {
          if (dying) backend.close();
          return backend.createTrainer(...model);
        },
      };
    });
    const ended = doomed.run((event) => {
      if (event.type === "progress") devices[0]?.close();
    });
    await expect(ended).rejects.toThrow("The device was closed.");
    expect(devices.length).toBe(4);
  });

  it("pauses, does exactly one step at a time, goes on, and ends with the same bits", async () => {
    const stepped = start();
    const at: number[] = [];
    const { outcome, state } = await finish(stepped, (event) => {
      if (event.type === "state" && event.state === "running" && at.length === 0) stepped.pause();
      if (event.type !== "state" || event.state !== "paused") return;
      at.push(stepped.trainer?.step ?? -1);
      if (at.length <= 4) stepped.stepOnce();
      else stepped.resume();
    });
    expect(at).toEqual([0, 1, 2, 3, 4]);
    expect(outcome.state).toBe("finished");
    expectSameBits(state, (await straight()).state);
  });

  it("is cancelled while paused or running, keeps its weights, and can be gone on with", async () => {
    const first = start();
    const { outcome, state } = await finish(first, (event) => {
      if (event.type === "epoch") first.pause();
      if (event.type === "state" && event.state === "paused") first.cancel();
    });
    expect(outcome.state).toBe("cancelled");
    expect(state.step).toBe(3);
    const second = await finish(start({ resume: state }));
    expect(second.outcome.epochs.map(({ epoch }) => epoch)).toEqual([2]);
    expectSameBits(second.state, (await straight()).state);
    expect(() => start({ resume: second.state })).toThrow("ask for more epochs");
  });

  it("stops with a sentence at a loss that is not a number, and keeps the last good weights", async () => {
    const good = initialState(shape, 3);
    const bad = { ...good, parameters: good.parameters.slice() };
    bad.parameters[100] = Number.NaN;
    const { outcome, state, all } = await finish(start({ resume: bad }));
    expect(outcome.state).toBe("failed");
    expect(outcome.message).toBe(
      "The loss or the gradient of step 1 is not a number: training stopped and kept the weights of step 0.",
    );
    expect(all("state").at(-1)).toEqual({ type: "state", state: "failed", message: outcome.message });
    expectSameBits(state, bad);
  });
});
