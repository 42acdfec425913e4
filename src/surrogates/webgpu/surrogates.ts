import { createBuffer, destroyBuffer, type Gpu, submit } from "../../gpu/device.ts";
import { createKernel, type Dispatch, type Kernel, record } from "../../gpu/kernel.ts";
import { unlessLost } from "../../gpu/loss.ts";
import { COPY_DST, COPY_SRC, MAP_MODE_READ, MAP_READ, STORAGE, UNIFORM } from "../../gpu/usage.ts";
import type { SurrogatesTogether, ToldPlace } from "../../search/dngo/together.ts";
import type { DngoOptions } from "../../search/strategies/dngo.ts";
import type { Embedding } from "../../search/strategy.ts";
import { type BufferName, constants, type SurrogatePlan, surrogatePlan } from "./plan.ts";
import { KERNEL_NAMES, type KernelName, shaderText } from "./shaders.ts";

export interface SurrogateRequest {
  readonly embedding: Embedding;
  /** Indices that may be proposed, ascending. */
  readonly candidates: Uint32Array;
  readonly options: DngoOptions;
  /** Searches to be run, in as many goes as the device's room makes them. */
  readonly searches: number;
  /** Observations of a search that there is room for at first; more room is made when they are more. */
  readonly observations: number;
}

/** Milliseconds that one submit should take: long ones freeze screens, and Windows ends those of two seconds. */
const SUBMIT_MS = 250;
/** How many times as many searches the next submit may have. */
const GROWTH = 4;
/** Training steps a dispatch. */
const STEPS = 1000;
/** Sweeps of the Jacobi method at most: it takes 6 to 10, and those after the last return at once. */
const SWEEPS = 16;
/** Workgroups a search that work out exact variances. */
const WORKERS = 8;

/**
 * DNGO for many searches at once on a WebGPU device: the embedding stays there, a round uploads what was evaluated and reads back
 * what to evaluate next. Same device, seeds and options: the same proposals, whichever searches run beside.
 * @throws InputError for options that the kernels have no room for, DeviceLost as soon as the device is gone
 */
export async function webgpuSurrogates(gpu: Gpu, request: SurrogateRequest): Promise<SurrogatesTogether> {
  const { embedding, options, searches } = request;
  const candidates = request.candidates.length;
  const open = (capacity: number): Promise<Device> => {
    const sizes = { inputs: embedding.dimensions, candidates, capacity, searches, chunk: chunkFor(gpu) };
    return unlessLost(gpu.lost, openDevice(gpu, surrogatePlan(options, sizes, gpu.device.limits), pointsOf(request)));
  };
  let device = await open(request.observations);
  const { places } = device.plan;
  let seeds: readonly number[] = [];
  /** Everything observed, a round after the other: for when more room has to be made. */
  let history: (readonly ToldPlace[])[] = [];
  let rows = 0;
  let round = 0;

  return {
    backend: surrogatesOn(gpu),
    places,
    begin(given) {
      seeds = given;
      history = [];
      rows = 0;
      round = 0;
      device.forget();
    },
    async propose(told, signal) {
      const fresh = rows;
      rows += told[0]?.positions.length ?? 0;
      round++;
      history.push(told);
      if (rows > device.plan.capacity) {
        device.close();
        device = await open(2 * rows);
        if (device.plan.places < places) throw new Error(`There is no room for ${rows} observations of ${places} searches.`);
        let at = 0;
        for (const before of history) {
          device.upload(before, at);
          at += before[0]?.positions.length ?? 0;
        }
        return device.propose(told, seeds, { round, rows, fresh: 0 }, signal);
      }
      device.upload(told, fresh);
      return device.propose(told, seeds, { round, rows, fresh }, signal);
    },
    close: () => device.close(),
  };
}

/** What traces and runs of a study say of where they were worked out. */
export const surrogatesOn = ({ adapter }: Pick<Gpu, "adapter">): string => `webgpu: ${adapter}`;

/** Candidates a thread judges at once: reading the model is what software adapters spend their time on, and GPUs run out of registers. */
export const chunkFor = ({ status }: Pick<Gpu, "status">): number => (status === "software-adapter" ? 8 : 4);

/** The kernels and buffers of one capacity. */
export interface Device {
  readonly plan: SurrogatePlan;
  readonly buffers: Readonly<Record<BufferName, GPUBuffer>>;
  forget(): void;
  /** @param at rows that were observed before */
  upload(told: readonly ToldPlace[], at: number): void;
  propose(
    searches: readonly Pick<ToldPlace, "place">[],
    seeds: readonly number[],
    at: { readonly round: number; readonly rows: number; readonly fresh: number },
    signal?: AbortSignal,
  ): Promise<readonly (readonly number[])[] | undefined>;
  close(): void;
}

export async function openDevice(gpu: Gpu, plan: SurrogatePlan, points: Float32Array<ArrayBuffer>): Promise<Device> {
  const { queue } = gpu.device;
  const { places, options } = plan;
  const text = constants(plan);
  const kernels = Object.fromEntries(
    await Promise.all(KERNEL_NAMES.map(async (name) => [name, await createKernel(gpu, `dngo ${name}`, shaderText(name, text))])),
  ) as Record<KernelName, Kernel>;
  const buffers = Object.fromEntries(
    Object.entries(plan.bytes).map(([name, bytes]) => [
      name,
      createBuffer(gpu, `dngo ${name}`, bytes, STORAGE | COPY_SRC | COPY_DST),
    ]),
  ) as Record<BufferName, GPUBuffer>;
  const job = createBuffer(gpu, "dngo job", JOB_BYTES, UNIFORM | COPY_DST);
  const back = createBuffer(gpu, "dngo proposals", plan.bytes.picked, MAP_READ | COPY_DST);
  const groups = Object.fromEntries(KERNEL_NAMES.map((name) => [name, kernels[name].bind({ ...buffers, job })])) as Record<
    KernelName,
    GPUBindGroup
  >;
  queue.writeBuffer(buffers.points, 0, points);
  /** Searches a submit. */
  let together = gpu.status === "software-adapter" ? 1 : 64;
  let isWarm = false;

  const tape = (searches: number, steps: number): Dispatch[] => {
    const epochs = epochsOf(options.epochs, steps);
    const of = (name: KernelName, workgroups: Dispatch["workgroups"]): Dispatch => ({
      kernel: kernels[name],
      group: groups[name],
      workgroups,
    });
    return [
      of("observe", searches),
      ...Array.from({ length: options.epochs / epochs }, () => of("train", searches)),
      of("features", searches),
      ...Array.from({ length: SWEEPS }, () => of("sweep", searches)),
      of("regress", searches),
      of("bounds", [plan.tiles, searches]),
      of("shortlist", searches),
      of("exact", [WORKERS, searches]),
      of("select", searches),
    ];
  };

  const submitSearches = async (words: ArrayBuffer, first: number, searches: number, steps: number): Promise<void> => {
    new Uint32Array(words).set([first, searches]);
    queue.writeBuffer(job, 0, words);
    const encoder = gpu.device.createCommandEncoder({ label: "dngo" });
    const pass = encoder.beginComputePass({ label: "dngo" });
    record(gpu, pass, tape(searches, steps));
    pass.end();
    const started = performance.now();
    submit(gpu, encoder.finish());
    await unlessLost(gpu.lost, queue.onSubmittedWorkDone());
    // The first submit compiles.
    if (isWarm) together = submitSize(together, (performance.now() - started) / searches);
    isWarm = true;
  };

  return {
    plan,
    buffers,
    forget() {
      const encoder = gpu.device.createCommandEncoder({ label: "dngo forget" });
      encoder.clearBuffer(buffers.seen);
      submit(gpu, encoder.finish());
    },
    upload(told, at) {
      const count = told[0]?.positions.length ?? 0;
      const words = new Uint32Array(2 * count * places);
      const values = new Float32Array(words.buffer);
      for (const { place, positions, values: observed } of told) {
        for (let i = 0; i < count; i++) {
          words[2 * (i * places + place)] = positions[i] as number;
          values[2 * (i * places + place) + 1] = observed[i] as number;
        }
      }
      queue.writeBuffer(buffers.observed, 8 * at * places, words);
    },
    async propose(searches, seeds, { round, rows, fresh }, signal) {
      const size = Math.min(options.batchSize, rows);
      const steps = Math.floor(rows / size);
      const words = jobWords(plan, { round, rows, fresh, size, epochs: epochsOf(options.epochs, steps) });
      const slots = Uint32Array.from(searches.flatMap(({ place }) => [place, seeds[place] as number]));
      queue.writeBuffer(buffers.slots, 0, slots);
      for (let first = 0; first < searches.length; ) {
        if (signal?.aborted) return undefined;
        const count = Math.min(together, searches.length - first);
        await submitSearches(words, first, count, steps);
        first += count;
      }
      const encoder = gpu.device.createCommandEncoder({ label: "dngo proposals" });
      encoder.copyBufferToBuffer(buffers.picked, 0, back, 0, plan.bytes.picked);
      submit(gpu, encoder.finish());
      await unlessLost(gpu.lost, back.mapAsync(MAP_MODE_READ));
      const picked = new Uint32Array(back.getMappedRange()).slice();
      back.unmap();
      return searches.map(({ place }) => {
        const own = picked.subarray(place * options.batch, (place + 1) * options.batch);
        return [...own].filter((position) => position !== NONE);
      });
    },
    close() {
      for (const buffer of [...Object.values(buffers), job, back]) destroyBuffer(gpu, buffer);
    },
  };
}

/** What a proposal reads where no candidate was left. */
const NONE = 0xffffffff;

/** Searches of the next submit, after one in which a search took so long. */
function submitSize(before: number, ms: number): number {
  return Math.max(1, Math.min(GROWTH * before, Math.floor(SUBMIT_MS / ms)));
}

/** Epochs a dispatch: a divisor of all epochs, so that every dispatch does equally many. */
function epochsOf(epochs: number, steps: number): number {
  let own = Math.min(epochs, Math.max(1, Math.floor(STEPS / steps)));
  while (epochs % own !== 0) own--;
  return own;
}

/** `Job` of shaders/dngo.wgsl. */
const JOB_BYTES = 96;

const FLAGS = { standardised: 1, incumbent: 2, variance: 4, unsquared: 8, unseen: 16 } as const;

function jobWords(
  { options, candidates, tiles, capacity, slots, places, stride, basis }: SurrogatePlan,
  at: { readonly round: number; readonly rows: number; readonly fresh: number; readonly size: number; readonly epochs: number },
): ArrayBuffer {
  const words = new ArrayBuffer(JOB_BYTES);
  const flags =
    (options.labels === "standardised" ? FLAGS.standardised : 0) |
    (options.target === "incumbent" ? FLAGS.incumbent : 0) |
    (options.spread === "variance" ? FLAGS.variance : 0) |
    (options.residual === "unsquared" ? FLAGS.unsquared : 0) |
    (options.pool === "unseen" ? FLAGS.unseen : 0);
  const { rows, fresh, round, size, epochs } = at;
  const integers = new Uint32Array(words);
  integers.set([0, 0, candidates, rows, fresh, round, size, epochs, options.epochs, options.batch, tiles, WORKERS]);
  new Float32Array(words).set([options.learningRate, options.target === "incumbent" ? 0 : options.target], 12);
  integers.set([flags, capacity, slots, places, stride, basis, options.hidden / 4], 14);
  return words;
}

/** Points of the candidates, each filled up with zeros to whole vec4f. */
export function pointsOf({
  embedding: { data, dimensions },
  candidates,
}: Pick<SurrogateRequest, "embedding" | "candidates">): Float32Array<ArrayBuffer> {
  const width = 4 * Math.ceil(dimensions / 4);
  const points = new Float32Array(candidates.length * width);
  candidates.forEach((index, position) => {
    points.set(data.subarray(index * dimensions, (index + 1) * dimensions), position * width);
  });
  return points;
}
