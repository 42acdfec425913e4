/** What a user waits for besides training: whole spaces embedded, decoded, searched and listed, beside the same with TensorFlow.js. */
import { generator } from "../src/random/generator.ts";
import { nasbench101, nasbench201 } from "../src/spaces/index.ts";
import { enumerate } from "../src/spaces/nasbench101/enumeration.ts";
import { packCell } from "../src/spaces/nasbench101/index.ts";
import { type Packing, packingOf, packSpace } from "../src/spaces/packing.ts";
import { type Backend, openBackend } from "../src/vgae/backend.ts";
import { LATENT, modelShape } from "../src/vgae/config.ts";
import { nearestNeighbours } from "../src/vgae/nearest/neighbours.ts";
import type { ReferenceBackend } from "../src/vgae/reference/backend.ts";
import type { Trainer } from "../src/vgae/trainer.ts";
import { nearestSearch } from "../src/vgae/webgpu/nearest.ts";
import type { Say } from "./compare.ts";
import { spreadOf } from "./measure.ts";
import type { TaskResult } from "./result.ts";
import { tfjsNearest } from "./tfjs-nearest.ts";
import type { Workload } from "./workload.ts";

interface Task {
  readonly name: string;
  readonly title: string;
  readonly engine: string;
  /** Items of the whole task. */
  readonly whole: number;
  /** Items done first, to warm up and to see how long they take. */
  readonly probe: number;
  /** Whether a part will not do, however long it takes. */
  readonly entire?: boolean;
  run(items: number): Promise<unknown> | unknown;
}

export interface TaskPlan {
  /** Runs that count, where time allows. */
  readonly repeats: number;
  /** About how long all runs of a task may take together. */
  readonly taskMs: number;
  /** Whether tasks that cannot do with a part are done: minutes on a software adapter. */
  readonly entire: boolean;
}

const CELLS = 423_624;
const DECODED = 10_000;
const QUERIES = 64;
const NEIGHBOURS = 10;
/** Graphs or points that any engine takes at once. */
const CHUNK = 512;
const OURS = "Archscape";

/** A TensorFlow.js backend that does the same tasks. */
export interface Other {
  readonly backend: ReferenceBackend;
  readonly engine: string;
}

/** Values from -2 to 2: how long searching and decoding take does not depend on their distribution. */
function values(count: number, substream: number): Float32Array {
  const draw = generator(1, "search", substream);
  return Float32Array.from({ length: count }, () => 4 * draw.uniform() - 2);
}

/** All cells of NAS-Bench-101, packed in the order of their enumeration: the official order takes long to make and changes no time. */
function packNasbench101(): Uint32Array {
  const { bits, starts, codes } = enumerate();
  const packed = new Uint32Array(CELLS * packingOf(nasbench101()).words);
  for (let group = 0; group < bits.length; group++) {
    const end = starts[group + 1] as number;
    for (let cell = starts[group] as number; cell < end; cell++) {
      packCell({ bits: bits[group] as number, code: codes[cell] as number }, packed, cell);
    }
  }
  return packed;
}

/** As many items as fit the time, in whole probes; then as many runs as fit. */
export function sizeOf(
  { whole, probe, entire }: Pick<Task, "whole" | "probe" | "entire">,
  probeMs: number,
  { repeats, taskMs }: TaskPlan,
): { items: number; runs: number } {
  const fitting = probe * Math.max(1, Math.floor(taskMs / Math.min(repeats, 3) / Math.max(probeMs, 1e-3)));
  const items = entire ? whole : Math.min(whole, fitting);
  const runs = Math.floor(taskMs / ((probeMs * items) / probe));
  return { items, runs: Math.min(repeats, Math.max(1, runs)) };
}

async function timeTask(task: Task, plan: TaskPlan, say: Say): Promise<TaskResult> {
  const { name, title, engine, whole, probe } = task;
  say(`${title}: ${engine}`);
  const time = async (count: number): Promise<number> => {
    const start = performance.now();
    await task.run(count);
    return performance.now() - start;
  };
  await time(probe);
  const { items, runs } = sizeOf(task, await time(probe), plan);
  const times: number[] = [];
  for (let i = 0; i < runs; i++) times.push(await time(items));
  return { name, title, engine, items, whole, ms: spreadOf(times) };
}

interface Named {
  readonly trainer: Trainer;
  readonly engine: string;
}

/** Embedding by trainers of one space, ours first. */
function embedding(name: string, title: string, packing: Packing, packed: Uint32Array, trainers: readonly Named[]): Task[] {
  const whole = packed.length / packing.words;
  return trainers.map(({ trainer, engine }, i) => ({
    name,
    title,
    engine,
    whole,
    probe: Math.min(CHUNK, whole),
    entire: i === 0,
    run: (items) => trainer.embed(packed.subarray(0, items * packing.words)),
  }));
}

/** @param others engines that do the same, or parts of it */
export async function timeTasks(workload: Workload, others: readonly Other[], plan: TaskPlan, say: Say): Promise<TaskResult[]> {
  const { shape, packing, set, options } = workload;
  const backend = await openBackend({ backend: "webgpu" });
  const { gpu } = backend;
  if (gpu === undefined) throw new Error("Tasks: expected a backend with a GPU, found none.");
  const backends = [{ backend, engine: OURS }];
  for (const { backend: name, engine } of others) backends.push({ backend: await openBackend({ backend: name }), engine });
  /** Untrained models on all engines, ours first: weights change no time. */
  const trainersFor = async (...of: Parameters<Backend["createTrainer"]>): Promise<Named[]> => {
    const trainers: Named[] = [];
    for (const { backend: one, engine } of backends) trainers.push({ trainer: await one.createTrainer(...of), engine });
    return trainers;
  };
  const results: TaskResult[] = [];
  const timeAll = async (tasks: readonly Task[]): Promise<void> => {
    for (const task of tasks) {
      if (!task.entire || plan.entire) results.push(await timeTask(task, plan, say));
      else results.push(await timeTask({ ...task, entire: false }, plan, say));
    }
  };

  const trainers = await trainersFor(shape, packing, set, options);
  const latents = values(DECODED * shape.nodes * shape.latent, 0);
  const floats = shape.nodes * shape.latent;
  await timeAll(embedding("embed-201", "Embed NAS-Bench-201", packing, packSpace(nasbench201()), trainers));
  await timeAll(
    trainers.map(({ trainer, engine }, i) => ({
      name: "decode",
      title: "Decode points",
      engine,
      whole: DECODED,
      probe: CHUNK,
      entire: i === 0,
      run: (items) => trainer.decode(latents.subarray(0, items * floats)),
    })),
  );
  for (const { trainer } of trainers) trainer.destroy();

  const points = { data: values(CELLS * LATENT, 1), dimensions: LATENT };
  const queries = values(QUERIES * LATENT, 2);
  const asked = (count: number): Float32Array => queries.slice(0, count * LATENT);
  const nearest = { name: "nearest", title: `${NEIGHBOURS} nearest of 423,624 points, by query`, whole: QUERIES, probe: 4 };
  const search = await nearestSearch(gpu, points);
  await timeAll([
    { ...nearest, engine: OURS, entire: true, run: (count) => search.nearest(asked(count), NEIGHBOURS) },
    { ...nearest, engine: "JavaScript", run: (count) => nearestNeighbours(points, asked(count), NEIGHBOURS) },
  ]);
  search.destroy();
  for (const { backend: other, engine } of others) {
    const theirs = await tfjsNearest(other, points);
    await timeAll([{ ...nearest, engine, run: (count) => theirs.nearest(asked(count), NEIGHBOURS) }]);
    theirs.destroy();
  }

  const title = "Enumerate NAS-Bench-101";
  await timeAll([{ name: "enumerate-101", title, engine: OURS, whole: CELLS, probe: CELLS, run: () => enumerate() }]);
  if (plan.entire) {
    const wide = nasbench101();
    const whole = packNasbench101();
    const other = await trainersFor(modelShape(wide), packingOf(wide), { packed: whole, count: CELLS }, options);
    await timeAll(embedding("embed-101", "Embed NAS-Bench-101", packingOf(wide), whole, other));
    for (const { trainer } of other) trainer.destroy();
  }
  for (const { backend: each } of backends) each.close();
  return results;
}
