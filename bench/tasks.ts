/** What a user waits for besides training, timed on our side alone: whole spaces embedded, decoded, searched and listed. */
import { generator } from "../src/random/generator.ts";
import { nasbench101, nasbench201 } from "../src/spaces/index.ts";
import { enumerate } from "../src/spaces/nasbench101/enumeration.ts";
import { packCell } from "../src/spaces/nasbench101/index.ts";
import { packingOf, packSpace } from "../src/spaces/packing.ts";
import { openBackend } from "../src/vgae/backend.ts";
import { LATENT, modelShape } from "../src/vgae/config.ts";
import { nearestNeighbours } from "../src/vgae/nearest/neighbours.ts";
import { nearestSearch } from "../src/vgae/webgpu/nearest.ts";
import type { Say } from "./compare.ts";
import { spreadOf } from "./measure.ts";
import type { TaskResult } from "./result.ts";
import type { Workload } from "./workload.ts";

interface Task {
  readonly name: string;
  readonly title: string;
  readonly items: number;
  run(): Promise<unknown> | unknown;
}

const POINTS = 423_624;
const DECODED = 10_000;
const QUERIES = 64;
const NEIGHBOURS = 10;
/** TensorFlow.js embeds a part only: what counts is cells a second. */
const REFERENCE_CELLS = 2048;
/** All repeats of a task together should not take longer, as far as that can be had; so a slow adapter embeds a part of NAS-Bench-101. */
const LONG_MS = 60_000;

/** Values from -2 to 2: how long searching and decoding take does not depend on their distribution. */
function values(count: number, substream: number): Float32Array {
  const draw = generator(1, "search", substream);
  return Float32Array.from({ length: count }, () => 4 * draw.uniform() - 2);
}

/** All cells of NAS-Bench-101, packed in the order of their enumeration: the official order takes long to make and changes no time. */
function packNasbench101(): Uint32Array {
  const { bits, starts, codes } = enumerate();
  const packed = new Uint32Array(POINTS * packingOf(nasbench101()).words);
  for (let group = 0; group < bits.length; group++) {
    const end = starts[group + 1] as number;
    for (let cell = starts[group] as number; cell < end; cell++) {
      packCell({ bits: bits[group] as number, code: codes[cell] as number }, packed, cell);
    }
  }
  return packed;
}

/** One run warms up. One that takes long is repeated less often, at least once. */
async function timeTask({ name, title, items, run }: Task, repeats: number, say: Say): Promise<TaskResult> {
  say(title);
  const time = async (): Promise<number> => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  const runs = Math.min(repeats, Math.max(1, Math.round(LONG_MS / (await time()))));
  const times: number[] = [];
  for (let i = 0; i < runs; i++) times.push(await time());
  return { name, title, items, ms: spreadOf(times) };
}

export interface TaskPlan {
  /** Runs that count; one before them does not. */
  readonly repeats: number;
  /** Whether NAS-Bench-101 is embedded, too: a minute or two on a software adapter. */
  readonly long: boolean;
}

export async function timeTasks(workload: Workload, { repeats, long }: TaskPlan, say: Say): Promise<TaskResult[]> {
  const { shape, packing, set, options } = workload;
  const backend = await openBackend({ backend: "webgpu" });
  const { gpu } = backend;
  if (gpu === undefined) throw new Error("Tasks: expected a backend with a GPU, found none.");
  const trainer = await backend.createTrainer(shape, packing, set, options);
  const fallback = await openBackend({ backend: "tfjs-wasm" });
  const reference = await fallback.createTrainer(shape, packing, set, options);
  const space = packSpace(nasbench201());
  const latents = values(DECODED * shape.nodes * shape.latent, 0);
  const points = { data: values(POINTS * LATENT, 1), dimensions: LATENT };
  const queries = values(QUERIES * LATENT, 2);
  const search = await nearestSearch(gpu, points);
  const tasks: Task[] = [
    { name: "embed-201", title: "Embed NAS-Bench-201", items: nasbench201().size, run: () => trainer.embed(space) },
    {
      name: "embed-201-tfjs-wasm",
      title: `Embed ${REFERENCE_CELLS} of its cells, TensorFlow.js on WASM`,
      items: REFERENCE_CELLS,
      run: () => reference.embed(space.slice(0, REFERENCE_CELLS * packing.words)),
    },
    { name: "decode", title: "Decode points", items: DECODED, run: () => trainer.decode(latents) },
    {
      name: "nearest",
      title: `${NEIGHBOURS} nearest of 423,624 points, by query`,
      items: QUERIES,
      run: () => search.nearest(queries, NEIGHBOURS),
    },
    {
      name: "nearest-script",
      title: `${NEIGHBOURS} nearest of 423,624 points, by query, JavaScript`,
      items: QUERIES,
      run: () => nearestNeighbours(points, queries, NEIGHBOURS),
    },
    { name: "enumerate-101", title: "Enumerate NAS-Bench-101", items: POINTS, run: enumerate },
  ];
  const results: TaskResult[] = [];
  for (const task of tasks) results.push(await timeTask(task, repeats, say));
  if (long) {
    const [embedding] = results as [TaskResult];
    const cells = Math.min(POINTS, Math.ceil((LONG_MS * embedding.items) / embedding.ms.median));
    const wide = nasbench101();
    const whole = packNasbench101();
    const other = await backend.createTrainer(modelShape(wide), packingOf(wide), { packed: whole, count: POINTS }, options);
    const part = whole.subarray(0, cells * packingOf(wide).words);
    const task = { name: "embed-101", title: "Embed NAS-Bench-101", items: cells, run: () => other.embed(part) };
    results.push(await timeTask(task, repeats, say));
  }
  search.destroy();
  reference.destroy();
  // With the device goes all that is left on it.
  trainer.destroy();
  backend.close();
  return results;
}
