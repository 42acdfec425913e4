import { describe, expect, it } from "vitest";
import { STORAGE } from "../../src/gpu/usage.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import type { Backend } from "../../src/vgae/backend.ts";
import { trainingOptions } from "../../src/vgae/config.ts";
import {
  type EpochReport,
  type PretrainEvent,
  type Pretraining,
  type PretrainRequest,
  pretraining,
} from "../../src/vgae/pretrain.ts";
import { initialState } from "../../src/vgae/state.ts";
import { fragile, losable, prepared, sound } from "./devices.ts";
import { expectSameBits, shape, sharedGpu, space, takeDeviceErrors } from "./helpers.ts";

/** The first 90 cells of NAS-Bench-201: three steps an epoch, the last one of 14 graphs. */
const small: SearchSpace = { ...space, size: 90, trainSize: 78 };
const EPOCHS = 2;
const STEPS = 3 * EPOCHS;

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

async function expectSameReports(epochs: readonly EpochReport[]): Promise<void> {
  const untimed = (reports: readonly EpochReport[]) => reports.map((report) => ({ ...report, seconds: 0 }));
  expect(untimed(epochs)).toEqual(untimed((await straight()).outcome.epochs));
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

  it("whose device is destroyed in the middle of an epoch ends with the bits of one that is left alone", async () => {
    const device = await fragile();
    const dying = prepared(device, (trainer) => {
      const { advance } = trainer;
      trainer.advance = (steps) => {
        if (trainer.step === 4) device.close();
        return advance(Math.min(1, steps));
      };
    });
    const { outcome, state, all } = await finish(start({}, async (time) => (time === 1 ? dying : sound())));
    expect(all("device-lost")).toEqual([{ type: "device-lost", reason: "The device was closed.", resumedFromStep: 3 }]);
    expect(outcome.state).toBe("finished");
    expectSameBits(state, (await straight()).state);
    await expectSameReports(outcome.epochs);
  });

  it.each([3, STEPS])("that hears of a lost device while it judges the weights of step %d misses no report", async (step) => {
    const device = await losable((trainer, lose) => {
      const { encode } = trainer;
      trainer.encode = (packed) => {
        if (trainer.step !== step) return encode(packed);
        lose();
        // A call on a device that is gone may never settle.
        return new Promise(() => undefined);
      };
    });
    const disturbed = start({}, async (time) => (time === 1 ? device : sound()));
    const { outcome, state, all } = await finish(disturbed);
    expect(all("device-lost")).toEqual([{ type: "device-lost", reason: "The GPU crashed.", resumedFromStep: step }]);
    expect(outcome.state).toBe("finished");
    expectSameBits(state, (await straight()).state);
    await expectSameReports(outcome.epochs);
  });

  it.each(["while its kernels are made", "at its first step"])("whose device is destroyed %s begins anew", async (when) => {
    const device = await fragile();
    if (when === "while its kernels are made") device.close();
    const dying = prepared(device, (trainer) => {
      trainer.advance = () => {
        device.close();
        return new Promise(() => undefined);
      };
    });
    const { outcome, state, all } = await finish(start({}, async (time) => (time === 1 ? dying : sound())));
    expect(all("device-lost")).toEqual([{ type: "device-lost", reason: "The device was closed.", resumedFromStep: 0 }]);
    expectSameBits(state, (await straight()).state);
    await expectSameReports(outcome.epochs);
  });

  it("gives up where every new device is lost at once, and has its last good weights", async () => {
    let opened = 0;
    const first = await losable((trainer, lose) => {
      trainer.advance = async () => lose();
    });
    const doomed = start({}, async (time) => {
      opened = time;
      if (time === 1) return first;
      const backend = await fragile();
      backend.close();
      return backend;
    });
    const { state, message, snapshot } = await doomed.run(() => undefined);
    expect(opened).toBe(4);
    expect(state).toBe("failed");
    expect(message).toBe(
      "The GPU was lost 4 times in a row: The device was closed: training stopped and kept the weights of step 0.",
    );
    expectSameBits(snapshot, initialState(shape, 3));
  });

  it("ends with a sentence where there never was a device that lasted", async () => {
    const closed = async (): Promise<Backend> => {
      const backend = await fragile();
      backend.close();
      return backend;
    };
    await expect(start({}, closed).run(() => undefined)).rejects.toThrow("The GPU was lost 4 times in a row");
  });

  it("stops with a sentence where the device refuses an operation, and keeps the weights before it", async () => {
    const { device } = await sharedGpu();
    const faulty = prepared(await sound(), (trainer) => {
      const { advance } = trainer;
      trainer.advance = (steps) => {
        // More than any device has, and nobody asks whether it was granted.
        if (trainer.step === 4) device.createBuffer({ size: 2 ** 50, usage: STORAGE });
        return advance(Math.min(1, steps));
      };
    });
    const { outcome, state } = await finish(start({}, async () => faulty));
    expect(takeDeviceErrors()).toHaveLength(1);
    expect(outcome.state).toBe("failed");
    expect(outcome.message).toMatch(/^The GPU refused an operation \(.+\): training stopped and kept the weights of step 3\.$/);
    expect(state.step).toBe(3);
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
      "The loss or the gradient of step 1 (epoch 1) is not a number: training stopped and kept the weights of step 0.",
    );
    expect(all("state").at(-1)).toEqual({ type: "state", state: "failed", message: outcome.message });
    expectSameBits(state, bad);
  });
});
