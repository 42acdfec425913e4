import { describe, expect, it } from "vitest";
import { generator } from "../../src/random/generator.ts";
import { nearestNeighbours } from "../../src/vgae/nearest/neighbours.ts";
import { nearestSearch } from "../../src/vgae/webgpu/nearest.ts";
import { sharedGpu } from "./helpers.ts";

const DIMENSIONS = 16;
const COUNT = 40_000;
const random = generator(12, "search");
const normal = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());

describe("nearest neighbours on the GPU", () => {
  it("are those of the CPU to the last bit, for one query and for more than a submit takes", async () => {
    const gpu = await sharedGpu();
    const points = { data: normal(COUNT * DIMENSIONS), dimensions: DIMENSIONS };
    const search = await nearestSearch(gpu, points);
    const before = gpu.counts.dispatches;
    for (const [queries, k] of [
      [1, 1],
      [1, 100],
      [67, 10],
    ] as const) {
      const asked = normal(queries * DIMENSIONS);
      expect(await search.nearest(asked, k)).toEqual(nearestNeighbours(points, asked, k));
    }
    // Three dispatches a submit of up to 64 queries: the device has answered, not the host.
    expect(gpu.counts.dispatches - before).toBe(3 * 4);
    search.destroy();
  });

  it("find points that coincide with the query, those equally far by index", async () => {
    const points = { data: normal(COUNT * DIMENSIONS), dimensions: DIMENSIONS };
    const row = points.data.slice(0, DIMENSIONS);
    for (const index of [39_999, 20_001, 5]) points.data.set(row, index * DIMENSIONS);
    const search = await nearestSearch(await sharedGpu(), points);
    const { indices, distances } = await search.nearest(row, 5);
    expect([...indices.subarray(0, 4)]).toEqual([0, 5, 20_001, 39_999]);
    expect([...distances.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(await search.nearest(row, 5)).toEqual(nearestNeighbours(points, row, 5));
    search.destroy();
  });

  it("stay exact where more points lie at one distance than there is room for, and where points are few", async () => {
    const gpu = await sharedGpu();
    const heaped = { data: new Float32Array(COUNT * DIMENSIONS).fill(0.5), dimensions: DIMENSIONS };
    const few = { data: normal(50 * DIMENSIONS), dimensions: DIMENSIONS };
    for (const points of [heaped, few]) {
      const search = await nearestSearch(gpu, points);
      const query = normal(2 * DIMENSIONS);
      expect(await search.nearest(query, 20)).toEqual(nearestNeighbours(points, query, 20));
      search.destroy();
    }
  });

  it("leave no buffer behind", async () => {
    const gpu = await sharedGpu();
    const before = gpu.counts.liveBuffers;
    const search = await nearestSearch(gpu, { data: normal(COUNT * DIMENSIONS), dimensions: DIMENSIONS });
    await search.nearest(normal(DIMENSIONS), 3);
    search.destroy();
    expect(gpu.counts.liveBuffers).toBe(before);
  });
});
