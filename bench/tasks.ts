/** What a user waits for besides training, timed on our side alone: whole spaces embedded, decoded, searched and listed. */
import { generator } from "../src/random/generator.ts";
import { nasbench201 } from "../src/spaces/index.ts";
import { enumerate } from "../src/spaces/nasbench101/enumeration.ts";
import { packSpace } from "../src/spaces/packing.ts";
import { openBackend } from "../src/vgae/backend.ts";
import { LATENT } from "../src/vgae/config.ts";
import { nearestNeighbours } from "../src/vgae/nearest/neighbours.ts";
import { nearestSearch } from "../src/vgae/webgpu/nearest.ts";
import type { Say } from "./compare.ts";
import { spreadOf } from "./measure.ts";
import type { TaskResult } from "./result.ts";
import type { Workload } from "./workload.ts";

interface Task {
  readonly name: string;
  readonly title: string;
  run(): Promise<unknown> | unknown;
}

const POINTS = 423_624;
const DECODED = 10_000;
const QUERIES = 64;
const NEIGHBOURS = 10;

/** Values from -2 to 2: how long searching and decoding take does not depend on their distribution. */
function values(count: number, substream: number): Float32Array {
  const draw = generator(1, "search", substream);
  return Float32Array.from({ length: count }, () => 4 * draw.uniform() - 2);
}

/** @param repeats runs that count; one before them does not */
export async function timeTasks({ shape, packing, set, options }: Workload, repeats: number, say: Say): Promise<TaskResult[]> {
  const backend = await openBackend({ backend: "webgpu" });
  const { gpu } = backend;
  if (gpu === undefined) throw new Error("Tasks: expected a backend with a GPU, found none.");
  const trainer = await backend.createTrainer(shape, packing, set, options);
  const space = packSpace(nasbench201());
  const latents = values(DECODED * shape.nodes * shape.latent, 0);
  const points = { data: values(POINTS * LATENT, 1), dimensions: LATENT };
  const queries = values(QUERIES * LATENT, 2);
  const search = await nearestSearch(gpu, points);
  const tasks: Task[] = [
    { name: "embed-201", title: "Embed NAS-Bench-201, 15,625 cells", run: () => trainer.embed(space) },
    { name: "decode", title: "Decode 10,000 points", run: () => trainer.decode(latents) },
    {
      name: "nearest",
      title: `${NEIGHBOURS} nearest of 423,624 points, ${QUERIES} queries`,
      run: () => search.nearest(queries, NEIGHBOURS),
    },
    {
      name: "nearest-script",
      title: `${NEIGHBOURS} nearest of 423,624 points, ${QUERIES} queries, JavaScript`,
      run: () => nearestNeighbours(points, queries, NEIGHBOURS),
    },
    { name: "enumerate-101", title: "Enumerate NAS-Bench-101, 423,624 cells", run: enumerate },
  ];
  const results: TaskResult[] = [];
  for (const { name, title, run } of tasks) {
    say(title);
    await run();
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const start = performance.now();
      await run();
      times.push(performance.now() - start);
    }
    results.push({ name, title, ms: spreadOf(times) });
  }
  search.destroy();
  trainer.destroy();
  backend.close();
  return results;
}
