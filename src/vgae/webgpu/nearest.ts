import bound from "../../../shaders/nearest-bound.wgsl?raw";
import distance from "../../../shaders/nearest-distance.wgsl?raw";
import gather from "../../../shaders/nearest-gather.wgsl?raw";
import searchJob from "../../../shaders/nearest-search.wgsl?raw";
import tilesMinima from "../../../shaders/nearest-tiles.wgsl?raw";
import { allocation } from "../../gpu/allocation.ts";
import { createBuffer, destroyBuffer, type Gpu, submit } from "../../gpu/device.ts";
import { createKernel, record } from "../../gpu/kernel.ts";
import { turns } from "../../gpu/turns.ts";
import { COPY_DST, COPY_SRC, MAP_MODE_READ, MAP_READ, STORAGE, UNIFORM } from "../../gpu/usage.ts";
import {
  checkQuery,
  emptyNeighbours,
  MOST_NEIGHBOURS,
  type Neighbours,
  nearestNeighbours,
  type Points,
  squaredDistance,
} from "../nearest/neighbours.ts";

/** Points on the device, ready to be searched. */
export interface NearestSearch {
  /** The answers of `nearestNeighbours`, to the last bit. */
  nearest(queries: Float32Array, k: number): Promise<Neighbours>;
  destroy(): void;
}

const TILES = 16_384;
/** Queries that a thread measures at once. */
const QUERIES = 4;
/** Queries a submit. */
const BATCH = 64;
const THREADS = 64;
/** Room for candidates a query: the tiles give hardly more than the neighbours themselves, unless many points coincide. */
const capacityOf = (k: number): number => 4 * k + 64;

/**
 * Exact nearest neighbours on a device. It finds, in single precision, a few candidates that are certain to hold the answer; the host
 * sorts those in double precision, as `nearestNeighbours` does, so that both give the same. Where candidates do not fit (many
 * points at one distance) or points are fewer than tiles would need, the host does all of it.
 */
export async function nearestSearch(gpu: Gpu, points: Points): Promise<NearestSearch> {
  const { data, dimensions } = points;
  const count = data.length / dimensions;
  if (dimensions % 4 !== 0) throw new RangeError(`Points of a multiple of 4 dimensions are expected, found ${dimensions}.`);
  const { device } = gpu;
  const header = `const DIMENSIONS = ${dimensions}u;\nconst TILES = ${TILES}u;\nconst QUERIES = ${QUERIES}u;\n${searchJob}`;
  const [tilesKernel, boundKernel, gatherKernel] = await Promise.all([
    createKernel(gpu, "nearest-tiles", `${header}${distance}${tilesMinima}`),
    createKernel(gpu, "nearest-bound", `${header}${bound}`),
    createKernel(gpu, "nearest-gather", `${header}${distance}${gather}`),
  ]);
  const answerWords = BATCH * (1 + capacityOf(MOST_NEIGHBOURS));
  const room = allocation(gpu, "the points to search");
  const made: GPUBuffer[] = [];
  const make = (label: string, words: number, usage: GPUBufferUsageFlags): GPUBuffer => {
    const buffer = createBuffer(room.gpu, `nearest ${label}`, 4 * words, usage);
    made.push(buffer);
    return buffer;
  };
  const buffers = {
    job: make("job", 4, UNIFORM | COPY_DST),
    points: make("points", data.length, STORAGE | COPY_DST),
    queries: make("queries", BATCH * dimensions, STORAGE | COPY_DST),
    minima: make("minima", BATCH * TILES, STORAGE),
    bounds: make("bounds", BATCH, STORAGE),
    found: make("found", BATCH, STORAGE | COPY_SRC | COPY_DST),
    candidates: make("candidates", BATCH * capacityOf(MOST_NEIGHBOURS), STORAGE | COPY_SRC),
  };
  const back = make("readback", answerWords, MAP_READ | COPY_DST);
  await room.settle();
  device.queue.writeBuffer(buffers.points, 0, data as Float32Array<ArrayBuffer>);
  const groups = { tiles: tilesKernel.bind(buffers), bound: boundKernel.bind(buffers), gather: gatherKernel.bind(buffers) };

  /** Candidates of up to `BATCH` queries: their number each, then their indices. */
  const candidatesOf = async (queries: Float32Array, k: number): Promise<Uint32Array> => {
    const asked = queries.length / dimensions;
    const capacity = capacityOf(k);
    device.queue.writeBuffer(buffers.queries, 0, queries as Float32Array<ArrayBuffer>);
    device.queue.writeBuffer(buffers.job, 0, Uint32Array.of(count, asked, k, capacity));
    const encoder = device.createCommandEncoder({ label: "nearest" });
    encoder.clearBuffer(buffers.found);
    const pass = encoder.beginComputePass({ label: "nearest" });
    record(gpu, pass, [
      { kernel: tilesKernel, group: groups.tiles, workgroups: [TILES / THREADS, Math.ceil(asked / QUERIES)] },
      { kernel: boundKernel, group: groups.bound, workgroups: asked },
      { kernel: gatherKernel, group: groups.gather, workgroups: [TILES / THREADS, asked] },
    ]);
    pass.end();
    encoder.copyBufferToBuffer(buffers.found, 0, back, 0, 4 * asked);
    encoder.copyBufferToBuffer(buffers.candidates, 0, back, 4 * asked, 4 * asked * capacity);
    submit(gpu, encoder.finish());
    const bytes = 4 * asked * (1 + capacity);
    await back.mapAsync(MAP_MODE_READ, 0, bytes);
    const words = new Uint32Array(back.getMappedRange(0, bytes)).slice();
    back.unmap();
    return words;
  };

  const answer = async (queries: Float32Array, k: number, into: Neighbours, first: number): Promise<void> => {
    const words = await candidatesOf(queries, k);
    const asked = queries.length / dimensions;
    const capacity = capacityOf(k);
    for (let query = 0; query < asked; query++) {
      const found = words[query] as number;
      const at = asked + query * capacity;
      const place = (first + query) * k;
      if (found > capacity) {
        const whole = nearestNeighbours(points, queries.subarray(query * dimensions, (query + 1) * dimensions), k);
        into.indices.set(whole.indices, place);
        into.distances.set(whole.distances, place);
        continue;
      }
      const sorted = Array.from(words.subarray(at, at + found), (index) => {
        return { index, square: squaredDistance(points, index, queries, query) };
      }).sort((a, b) => a.square - b.square || a.index - b.index);
      for (let i = 0; i < k; i++) {
        const { index, square } = sorted[i] as { index: number; square: number };
        into.indices[place + i] = index;
        into.distances[place + i] = Math.sqrt(square);
      }
    }
  };

  /** One call at a time: they share their buffers. */
  const inTurn = turns();

  return {
    nearest: (queries, k) =>
      inTurn(async () => {
        checkQuery(points, queries, k);
        if (count < 2 * k || count < TILES / 4) return nearestNeighbours(points, queries, k);
        const result = emptyNeighbours(queries.length / dimensions, k);
        for (let first = 0; first * dimensions < queries.length; first += BATCH) {
          await answer(queries.slice(first * dimensions, (first + BATCH) * dimensions), k, result, first);
        }
        return result;
      }),
    destroy() {
      for (const buffer of made) destroyBuffer(gpu, buffer);
    },
  };
}
