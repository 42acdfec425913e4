import { describe, expect, it, vi } from "vitest";
import { generator } from "../../../src/random/generator.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { LATENT } from "../../../src/vgae/config.ts";
import { cartographer } from "../../../web/map/cartographer.ts";
import { neighbourWalk, straightLine } from "../../../web/map/walks.ts";
import { createAtlas } from "../../../web/state/atlas.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../../web/state/settings.ts";
import { createStore } from "../../../web/state/store.ts";
import type { TrainingView } from "../../../web/state/training.ts";
import { createWalking, LINE_STOPS, type WalkingParts } from "../../../web/state/walking.ts";

function cloud(count: number, dimensions: number, seed = 1): Float32Array {
  const random = generator(seed, "search");
  return Float32Array.from({ length: count * dimensions }, () => random.normal());
}

describe("a walk over nearest neighbours", () => {
  const data = cloud(3000, 4);
  const distance = (a: number, b: number): number =>
    Math.hypot(...Array.from({ length: 4 }, (_, d) => data[4 * a + d]! - data[4 * b + d]!));

  it("arrives in at most 24 stops, every one nearer to the end than the one before", () => {
    const { cells } = neighbourWalk({ data, dimensions: 4 }, 10, 2000);
    expect([cells[0], cells.at(-1)]).toEqual([10, 2000]);
    expect(cells.length).toBeLessThanOrEqual(24);
    for (const [i, cell] of cells.slice(1).entries()) expect(distance(cell, 2000)).toBeLessThan(distance(cells[i]!, 2000));
  });

  it("chooses each stop among as many nearest as it says", () => {
    const { cells, reach } = neighbourWalk({ data, dimensions: 4 }, 10, 2000);
    const nearer = Array.from({ length: 3000 }, (_, i) => distance(i, 10)).filter((own) => own < distance(cells[1]!, 10));
    expect(nearer.length).toBeLessThanOrEqual(reach);
  });

  it("crosses a gap that none of the nearest crosses", () => {
    // Two clumps of 2,000 points, far apart.
    const clumps = cloud(4000, 2).map((value, i) => (i < 4000 ? value : value + 1000));
    const { cells } = neighbourWalk({ data: clumps, dimensions: 2 }, 0, 3000);
    expect(cells.at(-1)).toBe(3000);
    expect(new Set(cells).size).toBe(cells.length);
  });

  it("arrives where another point lies at the very place of the end", () => {
    const line = Float32Array.from([0, 1, 2, 3, 3]);
    expect(neighbourWalk({ data: line, dimensions: 1 }, 0, 4).cells.at(-1)).toBe(4);
  });
});

it("a straight line is evenly spaced, ends included", () => {
  expect([...straightLine([0, 4], [2, 0], 3)]).toEqual([0, 4, 1, 2, 2, 0]);
});

describe("the walk on the map", () => {
  const space = nasbench201();
  const rows = cloud(space.size, LATENT);
  /** As a model would answer whose nodes all have the latents of `of`: 8 a cell. */
  const latents = (of: Float32Array) => async (indices: Uint32Array) => ({
    ok: true as const,
    value: Float32Array.from(
      [...indices].flatMap((index) => Array.from({ length: 8 }, () => [...of.subarray(16 * index, 16 * index + 16)]).flat()),
    ),
  });
  const walking = (of: Float32Array | undefined) => {
    const maps = cartographer(space);
    const complain = vi.fn();
    const atlas = createAtlas(space, maps, complain);
    atlas.show(rows, { kind: "file", name: "test" });
    const settings = createStore<Settings>({ ...DEFAULT_SETTINGS });
    const training = {
      store: createStore({ model: of && "a model", job: "idle" } as unknown as TrainingView),
      latents: latents(of ?? rows),
      decode: async (z: Float32Array) => ({
        ok: true as const,
        value: Array.from({ length: z.length / (8 * LATENT) }, (_, i) =>
          i === 5 ? { reason: "It has no output." } : { index: i },
        ),
      }),
    };
    const parts: WalkingParts = { space, settings, atlas, maps, training, isShown: () => true, screen: settings, complain };
    return { settings, complain, atlas, ...createWalking(parts) };
  };
  const found = async ({ store }: ReturnType<typeof walking>) => {
    await vi.waitFor(() => expect(store.value.walk).toBeDefined(), 20_000);
    return store.value.walk;
  };

  it("is decoded where the model is that of the map, and says which of its points are no cell", async () => {
    const walk = walking(rows);
    walk.start(3, 900, "line");
    const { how, stops } = (await found(walk))!;
    expect(how).toBe("decoded");
    expect(stops).toHaveLength(LINE_STOPS);
    expect(stops[5]).toMatchObject({ cell: undefined, reason: "It has no output.", edits: undefined });
    expect(stops[6]!.edits).toBe(space.editDistance(4, 6));
  });

  it("shows the nearest cells without a model, and with the model of another map", async () => {
    for (const of of [undefined, cloud(space.size, LATENT, 2)]) {
      const walk = walking(of);
      walk.start(3, 900, "line");
      const { how, stops } = (await found(walk))!;
      expect(how).toBe("nearest");
      expect([stops[0]!.cell, stops.at(-1)!.cell]).toEqual([3, 900]);
    }
  });

  it("goes from cell to cell over neighbours, and ends when it is ended", async () => {
    const walk = walking(undefined);
    walk.start(3, 900, "neighbours");
    expect((await found(walk))!.how).toBe("stepped");
    walk.end();
    expect(walk.store.value.walk).toBeUndefined();
    expect(walk.complain).not.toHaveBeenCalled();
  });

  it("is told that a cell has no place yet when it is begun there, and goes without a word when the map loses a cell of it", async () => {
    const walk = walking(undefined);
    walk.start(3, 900, "neighbours");
    await found(walk);
    walk.atlas.show(
      rows.subarray(0, 100 * LATENT),
      { kind: "file", name: "part" },
      Uint32Array.from({ length: 100 }, (_, i) => i),
    );
    expect(walk.store.value).toMatchObject({ walk: undefined, isLooking: false });
    expect(walk.complain).not.toHaveBeenCalled();
    walk.start(3, 901);
    expect(walk.complain).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: expect.stringContaining("cell 901") }),
    );
    expect(walk.settings.value.to).toBe(900);
  });
});
