import { type Remote, transfer } from "comlink";
import { requestOf } from "../../src/spaces/request.ts";
import type { Membership, SearchSpace } from "../../src/spaces/space.ts";
import type { BackendChoice } from "../../src/vgae/backend.ts";
import type { TrainingChange, Tunable } from "../../src/vgae/changes.ts";
import { DEFAULT_TRAINING, ENCODERS, type TrainingOptions } from "../../src/vgae/config.ts";
import type { CellPath } from "../../src/vgae/follow.ts";
import { stepsPerEpoch } from "../../src/vgae/schedule.ts";
import type { StepMetrics } from "../../src/vgae/trainer.ts";
import type {
  DeviceReport,
  EngineApi,
  EngineEvent,
  EpochReport,
  Failure,
  JobState,
  LoadedModel,
  ModelQuality,
  Outcome,
  PretrainRequest,
} from "../../workers/protocol.ts";
import { count } from "../format.ts";
import { isLarge } from "../map/cartographer.ts";
import { spreadOrder } from "../map/spread.ts";
import { FIRST_LOOK, type PlacingView, placeSpace } from "./placing.ts";
import { createStore, type Store } from "./store.ts";
import type { Where } from "./threads.ts";
import type { Client } from "./workers.ts";

export type DeviceView =
  | { readonly state: "unopened" | "opening" }
  | { readonly state: "open"; readonly report: DeviceReport; readonly where: Where | undefined }
  | { readonly state: "failed"; readonly message: string };

export interface TrainingView {
  readonly device: DeviceView;
  /**
   * `idle`: nothing was started yet, or all was reset. `starting`: the worker has not answered yet. `ending`: no more steps
   * are made, the checkpoint of the last one is on its way; `cancelling`, because that was asked for.
   */
  readonly job: "idle" | "starting" | "ending" | "cancelling" | JobState;
  /** What the run under way or the last one was started with. */
  readonly options: TrainingOptions | undefined;
  /** What was changed while it ran. */
  readonly changes: readonly TrainingChange[];
  readonly step: number;
  readonly totalSteps: number;
  readonly stepsPerSecond: number;
  readonly secondsLeft: number;
  /** Metrics of every step that was reported, in order. The array grows in place; `metricsCount` changes with it. */
  readonly metrics: readonly StepMetrics[];
  readonly metricsCount: number;
  readonly epochs: readonly EpochReport[];
  /** Metrics of the current model: of the last epoch, or of a checkpoint that was evaluated. */
  readonly quality: ModelQuality | undefined;
  /** What the model in the worker is, for people; undefined where there is none. */
  readonly model: string | undefined;
  /** Checkpoint with optimiser state that training can go on from. */
  readonly resumable: Uint8Array | undefined;
  /** Variety of the model in the worker. */
  readonly variety: ModelVariety;
  readonly busy: "loading" | "evaluating" | "saving" | undefined;
  /** Finished part of the measuring under way, 0..1. */
  readonly measured: number;
  /** The space is being embedded, part after part. */
  readonly placing: PlacingView | undefined;
  /** Whether the map has all cells by the model as it is. */
  readonly placed: boolean;
  /** Step whose checkpoint the browser keeps of the run under way. */
  readonly kept: number | undefined;
  /** The engine's worker died in the middle of the run. */
  readonly isBroken: boolean;
}

export type ModelVariety = Pick<TrainingOptions, "encoder" | "variational">;

/** Where a run goes on from. */
export interface Beginning {
  readonly checkpoint: Uint8Array;
  readonly step: number;
  readonly epochs: readonly EpochReport[];
  /** Metrics of the steps before, as far as they are known. */
  readonly metrics: readonly StepMetrics[];
  /** What is trained: it cannot go on as another model. */
  readonly variety: ModelVariety;
  /** Name under which the run is kept already. */
  readonly id?: string;
}

export interface TrainingStore {
  readonly store: Store<TrainingView>;
  /** Opens the chosen backend, where another one or none is open. */
  open(): Promise<void>;
  /** Changes over to another choice than the one that is open, once nothing runs; the model goes along. */
  followChoice(): void;
  start(
    options: TrainingOptions,
    how: { readonly byStep?: boolean; readonly from?: Beginning; readonly live: boolean },
  ): Promise<void>;
  /** The checkpoint of the loaded or last trained model, where training can go on from it. */
  beginning(): Beginning | undefined;
  pause(): void;
  resume(): void;
  stepOnce(): void;
  /** Other values for the run under way, from its next steps on. */
  tune(values: Partial<Tunable>): Promise<void>;
  cancel(): void;
  /** Back to the state before the first run. Cancels what runs. */
  reset(): void;
  snapshot(weightsOnly: boolean): Promise<Outcome<Uint8Array>>;
  load(bytes: Uint8Array, name: string): Promise<Outcome<LoadedModel>>;
  /** Measures the current model, on held-out cells and on samples of the prior. */
  evaluate(seed: number): Promise<void>;
  stopEvaluating(): void;
  /** Latents of architectures by the current model, count x nodes x 16. */
  latents(indices: Uint32Array): Promise<Outcome<Float32Array>>;
  /** What the current model makes of latents, entry by entry. */
  decode(latents: Float32Array): Promise<Outcome<readonly Membership[]>>;
  /** One cell through the model as it is. */
  follow(index: number, draw: number): Promise<Outcome<CellPath>>;
  /** Embeds the whole space with the model as it is, in parts; what is there of a large one shows after a while. */
  place(): Promise<void>;
  /** What was placed so far is shown. */
  stopPlacing(): void;
  /** Nothing more of it is shown: another map takes its place. */
  dropPlacing(): void;
}

/** What happens outside the store: the map and the notices. */
export interface TrainingEffects {
  /** `reached`: how far, for people. `present`: the architectures of the rows, where they are not all. */
  onEmbedding(rows: Float32Array, options: TrainingOptions, reached: string, present?: Uint32Array): void;
  /** A run came to its end; the rows follow through `onPlaced`. */
  onTrained(options: TrainingOptions, reached: string): void;
  /** Rows of the model that was loaded or trained last. */
  onPlaced(rows: Float32Array, present: Uint32Array | undefined): void;
  onFailure(failure: Failure): void;
  /** The chosen backend does not start, why in a sentence. */
  onRefused(message: string): void;
  onDeviceLost(reason: string, step: number): void;
  /** The browser does not keep the run; why, in a sentence. */
  onNotKept(message: string): void;
  onEnd(state: "finished" | "cancelled", step: number): void;
}

const INITIAL: Omit<TrainingView, "device"> = {
  job: "idle",
  options: undefined,
  changes: [],
  step: 0,
  totalSteps: 0,
  stepsPerSecond: 0,
  secondsLeft: Number.NaN,
  metrics: [],
  metricsCount: 0,
  epochs: [],
  quality: undefined,
  model: undefined,
  resumable: undefined,
  variety: DEFAULT_TRAINING,
  busy: undefined,
  measured: 0,
  placing: undefined,
  placed: false,
  kept: undefined,
  isBroken: false,
};

/** How long the last events of a run may take after its result. */
const DRAIN_MILLISECONDS = 1000;

/** Cells that are drawn in the middle of an epoch where there is no graphics card. */
const SLOW_LOOK = 2000;

/** Workers that die one after the other are not replaced for ever. */
const MOST_ENDS = 5;

/** Points drawn from the prior for validity and uniqueness, as in the paper. */
export const PRIOR_SAMPLES = 10_000;

/** As checkpoints name it; weights from elsewhere name none and are those of arch2vec. */
const varietyIn = ({ encoder, variational }: Readonly<Record<string, string>>): ModelVariety => ({
  encoder: ENCODERS.find((name) => name === encoder) ?? DEFAULT_TRAINING.encoder,
  variational: variational !== "false",
});

/** Not a matter of seeds: two runs of the same seed are two. */
const runName = (): string => Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) => word.toString(36)).join("-");

/** Steps of the first epoch after which the map is drawn: it changes fast at first, then ever more slowly. */
function looksWithin(epochSteps: number): readonly number[] {
  const steps: number[] = [];
  for (let step = 16; step < epochSteps; step *= 4) steps.push(step);
  return steps;
}

export const isActive = (job: TrainingView["job"]): boolean =>
  ["starting", "running", "paused", "ending", "cancelling"].includes(job);

/** @param choice where models are to run: asked whenever something is opened */
export function createTraining(
  space: SearchSpace,
  engine: () => Client<EngineApi>,
  choice: () => BackendChoice,
  effects: TrainingEffects,
): TrainingStore {
  const store = createStore<TrainingView>({ device: { state: "unopened" }, ...INITIAL });
  const request = requestOf(space);
  /** All cells of a large space take longer than the steps of an epoch: while it is trained on, the map shows some. */
  const shown = isLarge(space) ? spreadOrder(space.size, 0, FIRST_LOOK) : undefined;
  /** Without a graphics card a look at all cells takes as long as a hundred steps. */
  const lookSample = (): Uint32Array | undefined => {
    const { device } = store.value;
    const isFast = device.state === "open" && device.report.status === "hardware" && device.report.backend === "webgpu";
    return shown ?? (isFast ? undefined : fewer);
  };
  const fewer = spreadOrder(space.size, 0, SLOW_LOOK);
  let placing: AbortController | undefined;
  /** What was opened last, and in which worker: a new one knows of no choice. */
  let opened: { readonly wanted: BackendChoice; readonly ended: number; readonly done: Promise<void> } | undefined;
  /** The last snapshot that the browser's storage refused. */
  let unkept: Extract<EngineEvent, { type: "held" }> | undefined;
  /** A single step shows as paused throughout, else the buttons would flicker. */
  let stepping = false;
  /** The call under way: the engine takes one at a time, and a reset run ends a little later than it is forgotten. */
  let underWay: Promise<unknown> = Promise.resolve();
  /** The far end says how far the measuring is, and ends it. */
  let measuring: MessagePort | undefined;
  /** The current model as a file, for the case that the worker dies with it, and the workers that had died when it got it. */
  let held: { readonly bytes: Uint8Array; readonly name: string; ended: number } | undefined;
  const hold = (bytes: Uint8Array, name: string): void => {
    held = { bytes, name, ended: engine().ended };
  };

  /** Asks about the current model: where the worker died with it, another one gets it first. */
  const askModel = async <T>(call: (api: Remote<EngineApi>) => Promise<Outcome<T>>): Promise<Outcome<T>> => {
    for (;;) {
      if (opened && opened.ended !== engine().ended) await open();
      const { ended } = engine();
      const model = held;
      if (model && model.ended !== ended && !isActive(store.value.job)) {
        const again = await engine().ask((api) => api.load(request, model.bytes, model.name));
        if (!again.ok) return again;
        model.ended = ended;
      }
      const answer = await engine().ask(call);
      if (answer.ok || engine().ended === ended || engine().ended > MOST_ENDS) return answer;
    }
  };

  /** Number of the run: what an earlier one still sends after a reset is not listened to. */
  let run = 0;

  /** What the engine runs on now. */
  const showDevice = async (): Promise<void> => showAnswer(await engine().ask((api) => api.open()));

  const showAnswer = (answer: Outcome<DeviceReport>): void =>
    store.set({
      device: answer.ok
        ? { state: "open", report: answer.value, where: engine().where }
        : { state: "failed", message: answer.error.message },
    });

  const open = (): Promise<void> => {
    const wanted = choice();
    const { ended } = engine();
    if (opened?.wanted !== wanted || opened.ended !== ended) opened = { wanted, ended, done: openAs(wanted) };
    return opened.done;
  };

  const openAs = async (wanted: BackendChoice): Promise<void> => {
    // Whoever listens to the store may ask again: only once it is known what is being opened.
    await Promise.resolve();
    store.set({ device: { state: "opening" } });
    await underWay;
    const answer = await engine().ask((api) => api.open(wanted));
    if (!answer.ok && wanted !== "automatic") effects.onRefused(answer.error.message);
    return choice() === wanted ? showAnswer(answer) : open();
  };

  const lastHeld = () => unkept;
  const isCancelled = () => store.value.job === "cancelling";

  /** What becomes of a run whose worker died. */
  const afterEnd = (): string => {
    const { kept } = store.value;
    if (kept !== undefined) return `The run is kept up to step ${count(kept)}: resume it above.`;
    if (unkept) return `Training can go on from step ${count(unkept.step)}: press "Train on".`;
    return "Nothing of the run was kept yet: start it again.";
  };

  const receive = (event: EngineEvent, options: TrainingOptions, metrics: StepMetrics[], look: Uint32Array | undefined): void => {
    if (event.type === "state") {
      if (event.state === "running" && stepping) return;
      if (event.state === "paused") stepping = false;
      const over = event.state !== "running" && event.state !== "paused";
      const { job } = store.value;
      if (job !== "ending" && job !== "cancelling") store.set({ job: over ? "ending" : event.state });
    } else if (event.type === "progress") {
      for (const metric of event.metrics) metrics.push(metric);
      const { step, totalSteps, stepsPerSecond, secondsLeft } = event;
      store.set({ step, totalSteps, stepsPerSecond, secondsLeft, metrics, metricsCount: metrics.length });
    } else if (event.type === "epoch") {
      store.set({ epochs: [...store.value.epochs, event.report], quality: event.report });
      if (event.embedding) effects.onEmbedding(event.embedding, options, `epoch ${event.report.epoch}`, shown);
    } else if (event.type === "look") {
      effects.onEmbedding(event.embedding, options, `step ${count(event.step)}`, look);
    } else if (event.type === "changed") {
      store.set({ changes: event.changes });
    } else if (event.type === "kept") {
      store.set({ kept: event.step });
    } else if (event.type === "not-kept") {
      effects.onNotKept(event.message);
    } else if (event.type === "held") {
      unkept = event;
    } else {
      // Steps after the snapshot are computed again and reported again.
      while (metrics.length > 0 && (metrics.at(-1) as StepMetrics).step >= event.resumedFromStep) metrics.pop();
      store.set({ metricsCount: metrics.length, step: event.resumedFromStep });
      effects.onDeviceLost(event.reason, event.resumedFromStep);
      void showDevice();
    }
  };

  /** Another model takes its place: what was embedded is not shown any more. */
  const dropPlacing = (): void => {
    placing?.abort();
    placing = undefined;
    store.set({ placing: undefined });
  };

  const place = async (): Promise<void> => {
    dropPlacing();
    const controller = new AbortController();
    placing = controller;
    const { signal } = controller;
    const failure = await placeSpace(space.size, (indices) => askModel((api) => api.embed(indices)), {
      signal,
      onProgress(view) {
        if (placing === controller) store.set({ placing: view });
      },
      onRows(rows, present) {
        if (placing !== controller) return;
        effects.onPlaced(rows, present);
        store.set({ placed: present === undefined });
      },
    });
    if (placing !== controller) return;
    placing = undefined;
    store.set({ placing: undefined });
    if (failure) effects.onFailure(failure);
  };

  const stopEvaluating = (): void => measuring?.postMessage("cancel");
  /** The next model has other places and other metrics. */
  const leaveModel = (): void => {
    dropPlacing();
    stopEvaluating();
  };

  return {
    store,
    open,
    followChoice() {
      if (opened && opened.wanted !== choice() && !isActive(store.value.job)) void open();
    },
    place,
    stopPlacing: () => placing?.abort(),
    dropPlacing,
    beginning() {
      const { resumable: checkpoint, step, epochs, metrics, variety } = store.value;
      return checkpoint && { checkpoint, step, epochs, metrics, variety };
    },
    async start(options, { byStep = false, from, live }) {
      if (isActive(store.value.job)) return;
      leaveModel();
      const mine = ++run;
      unkept = undefined;
      stepping = byStep;
      const { checkpoint: resume, step = 0, epochs = [], id = runName() } = from ?? {};
      const metrics: StepMetrics[] = [...(from?.metrics ?? [])];
      const totalSteps = options.epochs * stepsPerEpoch(space.trainSize, options.batchSize);
      const begun = { options, variety: options, metrics, metricsCount: metrics.length, epochs, step, totalSteps };
      store.set({ ...INITIAL, job: "starting", ...begun });
      /** Cancelled before its first step a run leaves neither model nor map, only what it was to go on from. */
      const endBeforeBegun = (): void => {
        store.set({ ...INITIAL, job: "cancelled", options, variety: options, step, totalSteps, epochs, resumable: resume });
        effects.onEnd("cancelled", step);
      };
      await open();
      await underWay;
      if (mine !== run) return;
      if (isCancelled()) return endBeforeBegun();
      const look = lookSample();
      const { port1, port2 } = new MessageChannel();
      // The result and the last events come through different ports: the end is when both are here.
      const drained = new Promise<void>((resolve) => {
        port1.onmessage = ({ data }: MessageEvent<EngineEvent>) => {
          if (mine === run) receive(data, options, metrics, look);
          if (data.type === "state" && data.state !== "running" && data.state !== "paused") resolve();
        };
      });
      const wanted: PretrainRequest = {
        space: request,
        options,
        embedEachEpoch: live,
        ...(live ? { embedAtSteps: looksWithin(totalSteps / options.epochs) } : {}),
        keep: { id, epochs },
        byStep,
        ...(shown ? { epochSample: shown } : {}),
        ...(look ? { lookSample: look } : {}),
        ...(resume ? { resume } : {}),
      };
      const job = engine().ask((api) => api.pretrain(wanted, transfer(port2, [port2])));
      underWay = job;
      const { ended: deaths } = engine();
      const ended = await job;
      if (ended.ok) await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, DRAIN_MILLISECONDS))]);
      port1.close();
      if (mine !== run) return;
      const hasBegun = ended.ok ? store.value.step > 0 : ended.error.kind !== "cancelled";
      if (isCancelled() && !hasBegun) return endBeforeBegun();
      if (!ended.ok) {
        const isBroken = engine().ended !== deaths;
        const last = lastHeld();
        if (last) store.set({ resumable: last.checkpoint, step: last.step });
        store.set({ job: "failed", isBroken });
        effects.onFailure(isBroken ? { ...ended.error, message: `${ended.error.message} ${afterEnd()}` } : ended.error);
        return;
      }
      const { state, message, checkpoint } = ended.value;
      const reached = state === "finished" ? `epoch ${options.epochs}` : `${store.value.step} steps`;
      store.set({
        job: state,
        secondsLeft: 0,
        resumable: checkpoint,
        model: `trained here: ${options.protocol}, seed ${options.seed}, ${store.value.step} steps`,
      });
      hold(checkpoint, "the trained model");
      effects.onTrained(options, reached);
      if (state === "failed") effects.onFailure({ kind: "defect", message: message ?? "Pre-training failed." });
      else effects.onEnd(state, store.value.step);
      await place();
    },
    pause: () => void engine().api.pause(),
    resume() {
      stepping = false;
      store.set({ job: "running" });
      void engine().api.resume();
    },
    stepOnce() {
      stepping = true;
      void engine().api.stepOnce();
    },
    async tune(values) {
      const tuned = await engine().ask((api) => api.tune(values));
      if (!tuned.ok) effects.onFailure(tuned.error);
    },
    cancel() {
      if (!isActive(store.value.job)) return;
      store.set({ job: "cancelling" });
      void engine().api.cancel();
    },
    reset() {
      // Of a failed run this removes what was kept.
      if (isActive(store.value.job) || store.value.job === "failed") void engine().api.cancel();
      leaveModel();
      run += 1;
      store.set(INITIAL);
    },
    follow: (index, draw) => askModel((api) => api.follow(index, draw)),
    async snapshot(weightsOnly) {
      store.set({ busy: "saving" });
      const taken = await askModel((api) => api.snapshot({ weightsOnly }));
      store.set({ busy: undefined });
      return taken;
    },
    async load(bytes, name) {
      leaveModel();
      const mine = ++run;
      store.set({ busy: "loading" });
      await open();
      await underWay;
      const loading = engine().ask((api) => api.load(request, bytes, name));
      underWay = loading;
      const loaded = await loading;
      // A run was started meanwhile: the screen is its own.
      if (mine !== run) return { ok: false, error: { kind: "cancelled", message: `${name} was not loaded.` } };
      store.set({ busy: undefined });
      if (loaded.ok) {
        const { metadata, resumable } = loaded.value;
        hold(bytes, name);
        store.set({ ...INITIAL, model: name, variety: varietyIn(metadata), resumable: resumable ? bytes : undefined });
      }
      return loaded;
    },
    latents: (indices) => askModel((api) => api.latents(indices)),
    decode: (latents) => askModel((api) => api.decode(latents)),
    async evaluate(seed) {
      const mine = run;
      store.set({ busy: "evaluating", measured: 0 });
      const measured = await askModel((api) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }: MessageEvent<number>) => store.set({ measured: data });
        measuring = port1;
        return api.evaluate(PRIOR_SAMPLES, seed, transfer(port2, [port2]));
      });
      measuring?.close();
      measuring = undefined;
      if (mine !== run) return;
      store.set({ busy: undefined });
      if (measured.ok) store.set({ quality: measured.value });
      else if (measured.error.kind !== "cancelled") effects.onFailure(measured.error);
    },
    stopEvaluating,
  };
}
