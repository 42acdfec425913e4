import { describe, expect, it } from "vitest";
import { openDawn } from "../../src/cli/dawn.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { type Backend, openBackend } from "../../src/vgae/backend.ts";
import { trainingOptions } from "../../src/vgae/config.ts";
import { type PretrainEvent, type PretrainRequest, pretraining } from "../../src/vgae/pretrain.ts";
import { initialState } from "../../src/vgae/state.ts";
import { expectSameBits, shape, space, watch } from "./helpers.ts";

/** The first 90 cells of NAS-Bench-201: three steps an epoch, the last one of 14 graphs. */
const small: SearchSpace = { ...space, size: 90, trainSize: 78 };
const EPOCHS = 4;
const STEPS = 3 * EPOCHS;

function start(
  given: Partial<PretrainRequest> = {},
  change: (backend: Backend, opened: number) => Backend = (backend) => backend,
) {
  const backends: Backend[] = [];
  const open = async (): Promise<Backend> => {
    const backend = await openBackend({ backend: "webgpu", api: await openDawn() });
    if (backend.gpu) watch(backend.gpu);
    backends.push(backend);
    return change(backend, backends.length);
  };
  const options = trainingOptions({ protocol: "corrected", epochs: EPOCHS, seed: 3 });
  const job = pretraining(open, { space: small, options, hidden: shape.hidden, epochSamples: 50, ...given });
  return { job, backends, lose: () => backends.at(-1)?.gpu?.device.destroy() };
}

/** Runs to the end; `on` sees every event as it comes. */
async function finish({ job, backends }: ReturnType<typeof start>, on: (event: PretrainEvent) => void = () => undefined) {
  const events: PretrainEvent[] = [];
  const outcome = await job.run((event) => {
    events.push(event);
    on(event);
  });
  const state = await outcome.trainer.snapshot();
  backends.at(-1)?.close();
  const all = <T extends PretrainEvent["type"]>(type: T) =>
    events.filter((event): event is Extract<PretrainEvent, { type: T }> => event.type === type);
  return { outcome, state, all };
}

describe("a pre-training run", () => {
  it("reports every epoch and every step once, and ends as finished", async () => {
    const { outcome, state, all } = await finish(start({ embedEachEpoch: true }));
    expect(outcome.state).toBe("finished");
    expect(state.step).toBe(STEPS);
    expect(outcome.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(outcome.epochs.map(({ samples }) => samples)).toEqual([50, 50, 50, 10_000]);
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
    ["when an epoch has just been reported", (event: PretrainEvent) => event.type === "epoch" && event.report.epoch === 2],
    ["between the last step and its report", (event: PretrainEvent) => event.type === "progress" && event.step === STEPS],
  ])("that loses its device %s ends with the bits of one that does not", async (_, when) => {
    const straight = await finish(start());
    const disturbed = start();
    let lost = false;
    const { outcome, state, all } = await finish(disturbed, (event) => {
      if (lost || !when(event)) return;
      lost = true;
      disturbed.lose();
    });
    expect(lost).toBe(true);
    expect(disturbed.backends.length).toBe(2);
    expect(all("device-lost").length).toBe(1);
    const [{ resumedFromStep, reason }] = all("device-lost") as [Extract<PretrainEvent, { type: "device-lost" }>];
    expect(reason).not.toBe("");
    expect(resumedFromStep).toBeLessThanOrEqual(STEPS);
    expect(outcome.state).toBe("finished");
    expectSameBits(state, straight.state);
    const untimed = ({ seconds: _, ...report }: (typeof outcome.epochs)[number]) => report;
    expect(outcome.epochs.map(untimed)).toEqual(straight.outcome.epochs.map(untimed));
  });

  it("gives up on a device that is lost again and again", async () => {
    // Every device but the first goes while its kernels are compiled.
    const dying = (backend: Backend, opened: number): Backend => ({
      ...backend,
      createTrainer(...model) {
        if (opened > 1) backend.close();
        return backend.createTrainer(...model);
      },
    });
    const doomed = start({}, dying);
    const ended = doomed.job.run((event) => {
      if (event.type === "progress") doomed.lose();
    });
    await expect(ended).rejects.toThrow("The device was closed.");
    expect(doomed.backends.length).toBe(4);
  });

  it("pauses, does exactly one step at a time, goes on, and ends with the same bits", async () => {
    const straight = await finish(start());
    const stepped = start();
    const at: number[] = [];
    const { outcome, state } = await finish(stepped, (event) => {
      if (event.type === "state" && event.state === "running" && at.length === 0) stepped.job.pause();
      if (event.type !== "state" || event.state !== "paused") return;
      at.push(stepped.job.trainer?.step ?? -1);
      if (at.length <= 4) stepped.job.stepOnce();
      else stepped.job.resume();
    });
    expect(at).toEqual([0, 1, 2, 3, 4]);
    expect(outcome.state).toBe("finished");
    expectSameBits(state, straight.state);
  });

  it("is cancelled while paused or running, keeps its weights, and can be gone on with", async () => {
    const straight = await finish(start());
    const first = start();
    const { outcome, state } = await finish(first, (event) => {
      if (event.type === "epoch") first.job.pause();
      if (event.type === "state" && event.state === "paused") first.job.cancel();
    });
    expect(outcome.state).toBe("cancelled");
    expect(state.step).toBe(3);
    const second = await finish(start({ resume: state }));
    expect(second.outcome.epochs.map(({ epoch }) => epoch)).toEqual([2, 3, 4]);
    expectSameBits(second.state, straight.state);
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
