import { describe, expect, it, vi } from "vitest";
import { generator } from "../../../src/random/generator.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { atOnce } from "../../../src/spaces/steps.ts";
import { LATENT } from "../../../src/vgae/config.ts";
import { project } from "../../../src/vgae/projection.ts";
import { cartographer } from "../../../web/map/cartographer.ts";
import { umapSteps } from "../../../web/map/umap.ts";
import { createAtlas } from "../../../web/state/atlas.ts";
import { createProjecting } from "../../../web/state/projecting.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../../web/state/settings.ts";
import { createStore } from "../../../web/state/store.ts";
import type { TrainingView } from "../../../web/state/training.ts";

/** Three clumps of 8 dimensions, in turn. */
function clumps(count: number): Float32Array {
  const random = generator(5, "search");
  return Float32Array.from({ length: count * 8 }, (_, i) => (Math.floor(i / 8) % 3) * (i % 8 === 0 ? 6 : 0) + random.normal());
}

describe("a layout by UMAP", () => {
  const rows = clumps(300);
  const plane = project(rows, 8).points;
  const points = atOnce(umapSteps({ rows, dimensions: 8, plane, seed: 1 }));

  it("puts the nearest of another row of its clump nearly always into the same clump", () => {
    const nearest = (i: number): number => {
      let best = -1;
      let least = Infinity;
      for (let j = 0; j < 300; j++) {
        const distance = Math.hypot(points[2 * i]! - points[2 * j]!, points[2 * i + 1]! - points[2 * j + 1]!);
        if (j !== i && distance < least) [best, least] = [j, distance];
      }
      return best;
    };
    const same = Array.from({ length: 300 }, (_, i) => nearest(i) % 3 === i % 3);
    expect(same.filter(Boolean).length).toBeGreaterThan(290);
  });

  it("is the same for the same seed, and another for another", () => {
    expect(atOnce(umapSteps({ rows, dimensions: 8, plane, seed: 1 }))).toEqual(points);
    expect(atOnce(umapSteps({ rows, dimensions: 8, plane, seed: 2 }))).not.toEqual(points);
  });

  it("of a part of a space leaves the rest without a place", () => {
    const present = Uint32Array.from({ length: 300 }, (_, i) => 2 * i);
    const part = { present, size: 600 };
    const whole = atOnce(umapSteps({ rows, dimensions: 8, plane: project(rows, 8, undefined, part).points, part, seed: 1 }));
    expect(whole).toHaveLength(1200);
    expect([whole[2], whole[3]]).toEqual([Number.NaN, Number.NaN]);
    expect(present.every((index) => Number.isFinite(whole[2 * index]))).toBe(true);
  });
});

describe("the projection of the map", () => {
  const space = nasbench201();
  const random = generator(2, "search");
  const rows = Float32Array.from({ length: space.size * LATENT }, () => random.normal());
  const lab = (job: TrainingView["job"] = "idle") => {
    const complain = vi.fn();
    const atlas = createAtlas(space, cartographer(space), complain);
    atlas.show(rows, { kind: "file", name: "test" });
    const settings = createStore<Settings>({ ...DEFAULT_SETTINGS });
    const training = { store: createStore({ job } as TrainingView) };
    const ends = vi.fn();
    const layOut = vi.fn(({ plane }: { plane: Float32Array }) => ({
      points: Promise.resolve({ ok: true as const, value: plane.map((place) => -place) }),
      end: ends,
    }));
    const projecting = createProjecting({
      space,
      settings,
      atlas,
      training,
      isShown: () => true,
      screen: settings,
      complain,
      layOut,
    });
    const seed = (): number | undefined => {
      const { atlas: chart } = atlas.store.value;
      return chart.status === "ready" ? chart.umapSeed : -1;
    };
    return { atlas, settings, training, layOut, ends, projecting, seed };
  };

  it("is laid out once for each seed, and kept: going back and forth costs nothing", async () => {
    const { settings, layOut, seed } = lab();
    settings.set({ projection: "umap" });
    expect(seed()).toBeUndefined();
    await vi.waitFor(() => expect(seed()).toBe(1));
    settings.set({ projection: "pca" });
    expect(seed()).toBeUndefined();
    settings.set({ projection: "umap" });
    expect(seed()).toBe(1);
    settings.set({ umapSeed: 2 });
    await vi.waitFor(() => expect(seed()).toBe(2));
    settings.set({ umapSeed: 1 });
    expect(seed()).toBe(1);
    expect(layOut).toHaveBeenCalledTimes(2);
  });

  it("goes back to the plane when it is cancelled, and takes no late result", async () => {
    const { settings, projecting, ends, seed } = lab();
    settings.set({ projection: "umap" });
    projecting.cancel();
    expect(ends).toHaveBeenCalled();
    await Promise.resolve();
    expect(settings.value.projection).toBe("pca");
    expect(seed()).toBeUndefined();
  });

  it("waits with a layout while the map changes with every epoch", async () => {
    const { settings, training, layOut, seed } = lab("running");
    settings.set({ projection: "umap" });
    expect(layOut).not.toHaveBeenCalled();
    training.store.set({ job: "finished" });
    await vi.waitFor(() => expect(seed()).toBe(1));
  });
});
