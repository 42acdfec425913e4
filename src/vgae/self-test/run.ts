/**
 * The self-test: does this device, through this browser and driver, compute what it should? It executes what a run executes (the trainer
 * itself, with its own batches, noise and dropout) on numbers that are the same everywhere, and compares all results with a file that comes
 * with the package.
 */

import { InputError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import { generator } from "../../random/generator.ts";
import { STREAMS, threefry2x32, unitFloat } from "../../random/threefry.ts";
import { relativeError, toleranceOf } from "../golden.ts";
import { parameterLayout } from "../layout.ts";
import { nearestNeighbours, type Points } from "../nearest/neighbours.ts";
import { normalNoise } from "../reference/noise.ts";
import { nearestSearch } from "../webgpu/nearest.ts";
import { type WebgpuTrainer, type WebgpuTrainerSettings, webgpuTrainer } from "../webgpu/trainer.ts";
import { batchWords, computeStep, drawRandom, readBatch } from "./device.ts";
import type { Expected, ExpectedModel, Results } from "./expected.ts";
import { type Known, keyOf, knownModel } from "./known.ts";
import { type Check, PARTS, type Part, type PartName, partOf, type Report } from "./report.ts";
import { evaluationResults, stepResults } from "./results.ts";
import { differenceOfSums, ROW, signedSums } from "./sums.ts";

export interface SelfTestOptions {
  /** Which models of the file to compute, by `keyOf`; by default the first. */
  readonly models?: readonly string[];
  /** Kernel variant; by default the one that this adapter trains with. */
  readonly settings?: Pick<WebgpuTrainerSettings, "variant">;
  /** Units of work done, of how many, and what is next. */
  readonly onProgress?: (done: number, total: number, next: string) => void;
  /** Ends the test between two units; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Noise differs by what logarithm and cosine of a device are off. */
const NOISE_TOLERANCE = 1e-5;
const ELEMENTS = 5000;
/** Enough points for the device to search; below, the host does. */
const POINTS = 6000;
const DIMENSIONS = 16;
const QUERIES = 10;
const NEIGHBOURS = 8;

interface Unit {
  readonly title: string;
  /** Parts that are not there if it fails. */
  readonly parts: readonly PartName[];
  run(add: (part: PartName, checks: readonly Check[]) => void): Promise<void>;
}

/** @throws InputError for a model that the file does not hold; otherwise whatever goes wrong on the device is told in the report */
export async function selfTest(gpu: Gpu, expected: Expected, options: SelfTestOptions = {}): Promise<Report> {
  const { onProgress, signal } = options;
  const begun = performance.now();
  const models = (options.models ?? [...expected.keys()].slice(0, 1)).map((key) => {
    const model = expected.get(key);
    if (!model) throw new InputError(`The self-test knows ${[...expected.keys()].join(", ")}; found ${key}.`);
    return model;
  });
  const variants = new Set<string>();
  const units = [...commonUnits(gpu), ...models.flatMap((model) => modelUnits(gpu, model, options, variants))];
  const checks = new Map<PartName, Check[]>(PARTS.map((part) => [part, []]));
  const failures = new Map<PartName, string>();
  const watched = watch(gpu);
  try {
    for (const [done, { title, parts, run }] of units.entries()) {
      signal?.throwIfAborted();
      onProgress?.(done, units.length, title);
      const problem = await watched.problemOf(() => run((part, more) => void checks.get(part)?.push(...more)));
      if (problem !== undefined) for (const part of parts) failures.set(part, `${title}: ${problem}`);
    }
  } finally {
    watched.stop();
  }
  onProgress?.(units.length, units.length, "");
  const parts = PARTS.map((name): Part => {
    const part = partOf(name, checks.get(name) ?? []);
    const message = failures.get(name);
    return message === undefined ? part : { ...part, state: "failed", message };
  });
  return {
    ok: parts.every(({ state }) => state === "agrees"),
    parts,
    adapter: gpu.adapter,
    variants: [...variants],
    models: models.map(keyOf),
    seconds: (performance.now() - begun) / 1000,
  };
}

/** Turns what goes wrong into words: exceptions, errors that the device reports besides, and its loss. */
function watch(gpu: Gpu): { problemOf(work: () => Promise<void>): Promise<string | undefined>; stop(): void } {
  const errors: string[] = [];
  let lost: string | undefined;
  const listener = ({ error }: GPUUncapturedErrorEvent): void => void errors.push(error.message);
  gpu.device.addEventListener("uncapturederror", listener);
  const loss = gpu.lost.then((reason): never => {
    lost = reason;
    throw new Error(`the device was lost: ${reason}`);
  });
  loss.catch(() => undefined);
  return {
    async problemOf(work) {
      if (lost !== undefined) return `the device was lost: ${lost}`;
      try {
        await Promise.race([work(), loss]);
      } catch (error) {
        errors.unshift(error instanceof Error ? error.message : String(error));
      }
      return errors.splice(0)[0];
    },
    stop: () => gpu.device.removeEventListener("uncapturederror", listener),
  };
}

/** What does not depend on a model. */
function commonUnits(gpu: Gpu): Unit[] {
  return [
    {
      title: "random numbers",
      parts: ["random numbers"],
      async run(add) {
        const [seed, step] = [3, 17];
        const { words, normals } = await drawRandom(gpu, seed, step, ELEMENTS);
        const twins = Uint32Array.from(
          Array.from({ length: ELEMENTS }, (_, element) => threefry2x32(seed, STREAMS.noise, step, element)).flat(),
        );
        const noise = relativeError(normals, normalNoise(seed, step, ELEMENTS));
        add("random numbers", [
          identical("integers", words, twins),
          { name: "normal noise", difference: noise, tolerance: NOISE_TOLERANCE },
        ]);
      },
    },
    {
      title: "nearest neighbours",
      parts: ["nearest neighbours"],
      async run(add) {
        const random = generator(1, "noise");
        const cloud = (count: number): Float32Array =>
          Float32Array.from({ length: count * DIMENSIONS }, () => unitFloat(random.uint32()) - 0.5);
        const points: Points = { data: cloud(POINTS), dimensions: DIMENSIONS };
        const queries = cloud(QUERIES);
        const search = await nearestSearch(gpu, points);
        try {
          const ours = await search.nearest(queries, NEIGHBOURS);
          const theirs = nearestNeighbours(points, queries, NEIGHBOURS);
          add("nearest neighbours", [identical(`${NEIGHBOURS} of ${POINTS} points`, ours.indices, theirs.indices)]);
        } finally {
          search.destroy();
        }
      },
    },
  ];
}

/** Steps and evaluation of one model. */
function modelUnits(gpu: Gpu, model: ExpectedModel, { settings }: SelfTestOptions, variants: Set<string>): Unit[] {
  const key = keyOf(model);
  let opened: { readonly known: Known; readonly trainer: WebgpuTrainer } | undefined;
  const open = (): NonNullable<typeof opened> => {
    if (!opened) throw new Error("its kernels could not be made.");
    return opened;
  };
  const trained: readonly PartName[] = ["batches", "losses", "activations", "gradients", "updated weights"];
  const compile: Unit = {
    title: `compiling the kernels of ${key}`,
    parts: [...trained, "embedding", "decoding"],
    async run() {
      const known = knownModel(model);
      const { shape, packing, set, options } = known;
      const trainer = await webgpuTrainer(gpu, shape, packing, set, options, settings);
      variants.add(trainer.variant);
      opened = { known, trainer };
    },
  };
  const steps = [...model.steps].map(
    ([step, rows]): Unit => ({
      title: `step ${step} of ${key}`,
      parts: trained,
      async run(add) {
        const { known, trainer } = open();
        const results = stepResults(await computeStep(trainer, known, step), parameterLayout(known.shape));
        const compared = compareRows(results, rows, `step ${step} of ${key}`);
        for (const [name, check] of compared) add(partOfTensor(name), [check]);
        const [ours, theirs] = [await readBatch(trainer), batchWords(trainer, known, step + 1)];
        add("batches", [identical(`batch after step ${step} of ${key}`, ours, theirs)]);
      },
    }),
  );
  const evaluate: Unit = {
    title: `embedding and decoding with ${key}`,
    parts: ["embedding", "decoding"],
    async run(add) {
      const { known, trainer } = open();
      trainer.restore(known.start(0));
      const { packed } = known.set;
      const encoded = await trainer.encode(packed);
      const results = evaluationResults(encoded, await trainer.embed(packed), await trainer.decode(known.points));
      for (const [name, check] of compareRows(results, model.evaluation, `evaluation of ${key}`))
        add(name.endsWith("logits") ? "decoding" : "embedding", [check]);
      trainer.destroy();
    },
  };
  return [compile, ...steps, evaluate];
}

/** Our results beside rows of the file, in its order. */
function compareRows(results: Results, rows: Float32Array, where: string): [string, Check][] {
  if (rows.length !== results.size * ROW)
    throw new Error(`the file has ${rows.length / ROW} rows for ${where}, ${results.size} are expected.`);
  return [...results].map(([name, values], i) => {
    const difference = differenceOfSums(signedSums(values), rows.subarray(i * ROW, (i + 1) * ROW), values.length);
    return [name, { name: `${name}, ${where}`, difference, tolerance: toleranceOf(name) }];
  });
}

function partOfTensor(name: string): PartName {
  if (name === "loss") return "losses";
  if (name.startsWith("grad")) return "gradients";
  return name.startsWith("after/") ? "updated weights" : "activations";
}

function identical(name: string, ours: ArrayLike<number>, theirs: ArrayLike<number>): Check {
  let wrong = Math.abs(ours.length - theirs.length);
  for (let i = 0; i < Math.min(ours.length, theirs.length); i++) if (ours[i] !== theirs[i]) wrong++;
  return { name, difference: wrong / theirs.length, tolerance: 0 };
}
