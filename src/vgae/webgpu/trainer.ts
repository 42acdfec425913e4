import { allocation } from "../../gpu/allocation.ts";
import { destroyBuffer, type Gpu, submit } from "../../gpu/device.ts";
import { type Dispatch, record } from "../../gpu/kernel.ts";
import { turns } from "../../gpu/turns.ts";
import type { Packing } from "../../spaces/packing.ts";
import type { ModelShape, TrainingOptions } from "../config.ts";
import { batchesTracked, seenInEpoch } from "../schedule.ts";
import { initialState, type TrainingState } from "../state.ts";
import type { StepMetrics, Trainer, TrainingSet } from "../trainer.ts";
import { METRIC_FLOATS, METRICS, type Plan, planOf, type TrainingBuffers, trainingBuffers } from "./buffers.ts";
import { type Inference, inference } from "./inference.ts";
import { type Submits, submits } from "./pace.ts";
import { type Staging, staging } from "./readback.ts";
import { runWords, type TrainingStep, trainingStep } from "./step.ts";
import { downloadState, stateStaging, uploadState } from "./transfer.ts";
import { likelyVariant, type Variant, variantName } from "./variant.ts";

export interface WebgpuTrainerSettings {
  /** Steps a submit; by default adapted to about 8 ms, at least 1. */
  readonly stepsPerSubmit?: number;
  /** By default the most promising one on the adapter, unmeasured. */
  readonly variant?: Variant;
}

export interface WebgpuTrainer extends Trainer {
  readonly gpu: Gpu;
  readonly plan: Plan;
  readonly buffers: TrainingBuffers;
  /** The recorded step, for whoever measures its parts. */
  readonly tape: readonly Dispatch[];
  /** Dispatches a step. */
  readonly dispatchesPerStep: number;
}

/** One for each submit that may be under way, and one that is being read. */
const RINGS = 3;

/**
 * The model with its optimiser on a WebGPU device: the whole training loop stays there. Same device, seed and options: the
 * same bits. Everything is allocated here; afterwards a step makes no buffer, no bind group, and waits for no readback.
 */
export async function webgpuTrainer(
  gpu: Gpu,
  shape: ModelShape,
  packing: Packing,
  set: TrainingSet,
  begun: TrainingOptions,
  settings: WebgpuTrainerSettings = {},
): Promise<WebgpuTrainer> {
  const { device } = gpu;
  let options = begun;
  const variant = settings.variant ?? likelyVariant(gpu, shape, options);
  const plan = planOf(shape, packing, options, variant);
  const room = allocation(gpu, "the model");
  const buffers = trainingBuffers(room.gpu, plan, set.packed.length);
  await room.settle();
  device.queue.writeBuffer(buffers.graphs, 0, set.packed as Uint32Array<ArrayBuffer>);
  const step: TrainingStep = await trainingStep(room.gpu, plan, buffers, { inject: false });
  step.configure(runWords(options, set.count));
  const evaluate: Inference = await inference(room.gpu, plan, buffers);
  const rings: Staging[] = Array.from({ length: RINGS }, (_, i) => staging(room.gpu, `metrics ${i}`, METRICS * METRIC_FLOATS));
  const stateBack = stateStaging(room.gpu, plan);
  await room.settle();

  let submitted = 0;
  let taken = 0;
  const underWay: Submits = submits(settings.stepsPerSubmit);
  let generation = 0;
  /** Batches tracked before the run that `step` counts: weights from elsewhere may come with a history. */
  let trackedBefore = 0;
  const pendingMetrics: StepMetrics[] = [];
  const metricReads = new Set<Promise<void>>();

  const collect = (view: Float32Array, upTo: number): void => {
    for (; taken < upTo; taken++) {
      const at = (taken % METRICS) * METRIC_FLOATS;
      const [number, total, operations, adjacency, kl, gradNorm] = view.subarray(at, at + 6) as unknown as number[];
      if (number !== taken) throw new Error(`Metrics of step ${taken} were overwritten by step ${number} before they were read.`);
      pendingMetrics.push({
        step: taken,
        total: total as number,
        operations: operations as number,
        adjacency: adjacency as number,
        kl: kl as number,
        gradNorm: gradNorm as number,
      });
    }
  };

  const copyMetrics = (encoder: GPUCommandEncoder): Staging | undefined => {
    const ring = rings.find((candidate) => candidate.free());
    if (ring) encoder.copyBufferToBuffer(buffers.report, 0, ring.buffer, 0, 4 * METRICS * METRIC_FLOATS);
    return ring;
  };

  const readMetrics = (ring: Staging, upTo: number): void => {
    const mine = generation;
    const read = ring
      .read(METRICS * METRIC_FLOATS, (view) => {
        if (mine === generation) collect(view, upTo);
      })
      .finally(() => metricReads.delete(read));
    read.catch(() => undefined);
    metricReads.add(read);
  };

  const submitSteps = (count: number): void => {
    const encoder = device.createCommandEncoder({ label: "training steps" });
    const pass = encoder.beginComputePass({ label: "training steps" });
    for (let i = 0; i < count; i++) record(gpu, pass, step.tape);
    pass.end();
    const ring = copyMetrics(encoder);
    submit(gpu, encoder.finish());
    submitted += count;
    underWay.add(count, device.queue.onSubmittedWorkDone());
    if (ring) readMetrics(ring, submitted);
  };

  const finish = async (): Promise<void> => {
    const [mine, upTo] = [generation, submitted];
    await device.queue.onSubmittedWorkDone();
    await Promise.all(metricReads);
    // A loop that goes on meanwhile may take every staging buffer again, but it also reads what is missing here.
    while (mine === generation && taken < upTo) {
      const encoder = device.createCommandEncoder({ label: "metrics" });
      const ring = copyMetrics(encoder);
      if (ring) {
        submit(gpu, encoder.finish());
        readMetrics(ring, submitted);
      }
      await Promise.all(metricReads);
    }
  };

  const restore = (state: TrainingState): void => {
    uploadState(gpu, plan, buffers, state);
    step.start(state.step);
    generation++;
    trackedBefore = state.batchesTracked - batchesTracked(state.step, set.count, options);
    submitted = state.step;
    taken = state.step;
    pendingMetrics.length = 0;
  };

  /** One at a time: a page's snapshot and the run's own share a staging buffer. */
  const inTurn = turns();
  const snapshot = (): Promise<TrainingState> => inTurn(takeSnapshot);

  const takeSnapshot = async (): Promise<TrainingState> => {
    await finish();
    const at = submitted;
    const { parameters, adamM, adamV, running, priorMean, priorM2 } = await downloadState(gpu, plan, buffers, stateBack);
    const prior = { count: seenInEpoch(at, set.count, options), mean: priorMean, m2: priorM2 };
    const tracked = trackedBefore + batchesTracked(at, set.count, options);
    return { parameters, adamM, adamV, running, step: at, batchesTracked: tracked, prior };
  };

  restore(initialState(shape, options.seed));
  return {
    backend: "webgpu",
    variant: variantName(variant),
    gpu,
    plan,
    buffers,
    shape,
    get options() {
      return options;
    },
    tape: step.tape,
    dispatchesPerStep: step.tape.length,
    get step() {
      return submitted;
    },
    get stride() {
      return underWay.steps;
    },
    async advance(steps) {
      for (let left = steps; left > 0; ) {
        await underWay.room();
        const count = Math.min(left, underWay.steps);
        // The one case in which a readback holds the loop up: the next steps would overwrite metrics that nobody has read yet.
        if (submitted + count - taken > METRICS) await finish();
        submitSteps(count);
        left -= count;
      }
      await underWay.room();
    },
    tune(values) {
      options = { ...options, ...values };
      // The queue keeps the order: what is submitted already is computed with the values before.
      step.configure(runWords(options, set.count));
    },
    takeMetrics: () => pendingMetrics.splice(0),
    finish,
    encode: evaluate.encode,
    embed: evaluate.embed,
    decode: evaluate.decode,
    snapshot,
    restore,
    destroy() {
      evaluate.destroy();
      step.destroy();
      for (const buffer of Object.values(buffers)) destroyBuffer(gpu, buffer as GPUBuffer);
      for (const ring of rings) ring.destroy();
      stateBack.destroy();
    },
  };
}
