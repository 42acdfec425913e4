import { describe, expect, it, vi } from "vitest";
import type { LabelTable } from "../../../src/formats/label-table.ts";
import { readNpy } from "../../../src/formats/npy.ts";
import { generator } from "../../../src/random/generator.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { LATENT } from "../../../src/vgae/config.ts";
import { cartographer } from "../../../web/map/cartographer.ts";
import { colourScale, paint } from "../../../web/map/colouring.ts";
import { densityOf } from "../../../web/map/density.ts";
import { within } from "../../../web/map/lasso.ts";
import { createAtlas } from "../../../web/state/atlas.ts";
import { createSelecting } from "../../../web/state/selecting.ts";

describe("a lasso", () => {
  const square = [
    [0, 0],
    [2, 0],
    [2, 2],
    [0, 2],
  ] as const;

  it("holds the points within it, and none that has no place", () => {
    const points = Float32Array.from([1, 1, 3, 1, 0.5, 1.9, Number.NaN, Number.NaN, 1, -1]);
    expect([...within(points, square)]).toEqual([0, 2]);
  });

  it("with a dent leaves out what lies in the dent", () => {
    expect([...within(Float32Array.from([1, 1.8, 1, 0.5]), [...square.slice(0, 3), [1, 1], [0, 2]])]).toEqual([1]);
  });

  it("of a thousand corners holds what its circle holds", () => {
    const circle = Array.from({ length: 1500 }, (_, i) => [Math.cos(i / 238.73), Math.sin(i / 238.73)] as const);
    const random = generator(1, "search");
    const points = Float32Array.from({ length: 4000 }, () => 2 * random.uniform() - 1);
    const inside = Array.from({ length: 2000 }, (_, i) => Math.hypot(points[2 * i]!, points[2 * i + 1]!) < 1);
    expect(Math.abs(within(points, circle).length - inside.filter(Boolean).length)).toBeLessThan(5);
  });
});

it("what was not selected fades, and what was lies on top", () => {
  const quantity = { values: [5, 1, 4, 2, 3], goal: "max", discrete: false } as const;
  const options = { scheme: "viridis", dark: false, absent: [1, 2, 3], keep: 1, only: Uint32Array.of(1, 3) } as const;
  const { order, colours } = paint(quantity, colourScale(quantity), options);
  expect([...order.subarray(3)]).toEqual([1, 3]);
  const isFaded = Array.from(order, (_, place) => colours[4 * place] === 1 && colours[4 * place + 2] === 3);
  expect(isFaded).toEqual([true, true, true, false, false]);
});

describe("a selection", () => {
  const space = nasbench201();
  const random = generator(2, "search");
  const rows = Float32Array.from({ length: space.size * LATENT }, () => random.normal());
  const table = {
    metrics: [
      {
        name: "accuracy",
        unit: "%",
        scale: 100,
        values: Float64Array.from({ length: space.size }, (_, i) => (i === 7 ? NaN : 0.5)),
      },
    ],
  } as unknown as LabelTable;

  it("around a cell has that cell and its nearest, and goes to files row by row", async () => {
    const maps = cartographer(space);
    const complain = vi.fn();
    const atlas = createAtlas(space, maps, complain);
    atlas.show(rows, { kind: "file", name: "test" });
    const files = new Map<string, string | Uint8Array>();
    const save = (name: string, content: string | Uint8Array): void => void files.set(name, content);
    const selecting = createSelecting({ space, atlas, maps, table: () => table, save, complain, say: vi.fn() });
    await selecting.surround(7, 5);
    const { cells } = selecting.store.value;
    expect(cells).toHaveLength(5);
    expect(cells[0]).toBe(7);
    await selecting.saveTable();
    selecting.saveRows();
    const lines = String(files.get("nasbench201-selection.csv")).trim().split("\n");
    expect(lines[0]).toBe("index,arch,x,y,accuracy [%]");
    expect(lines[1]).toMatch(/^7,\|.*,$/);
    expect(lines[2]).toMatch(new RegExp(`^${cells[1]},.*,50$`));
    const { shape, data } = readNpy(files.get("nasbench201-selection.npy") as Uint8Array);
    expect(shape).toEqual([5, LATENT]);
    expect([...data.subarray(LATENT, 2 * LATENT)]).toEqual([...rows.subarray(cells[1]! * LATENT, (cells[1]! + 1) * LATENT)]);
    selecting.clear();
    expect(selecting.store.value.cells).toHaveLength(0);
    expect(complain).not.toHaveBeenCalled();
  });
});

describe("density", () => {
  /** A tight clump of 2,000 points at the left, 1,000 scattered around the right. */
  const random = generator(3, "search");
  const points = Float32Array.from(
    Array.from({ length: 3000 }, (_, i) =>
      i < 2000 ? [-0.6 + 0.03 * random.normal(), 0.03 * random.normal()] : [0.4 + 0.3 * random.normal(), 0.3 * random.normal()],
    ).flat(),
  );
  const levels = densityOf(points);

  it("has an outline around each share of the points, every one within the one before", () => {
    expect(levels.map(({ share }) => share)).toEqual([0.9, 0.75, 0.5, 0.25, 0.1]);
    for (const { share, outline } of levels) {
      const rings = outline.split("M").flatMap((ring) =>
        ring
          ? [
              ring
                .replace("Z", "")
                .split("L")
                .map((pair) => pair.split(" ").map(Number) as [number, number]),
            ]
          : [],
      );
      const inside = new Set(rings.flatMap((ring) => [...within(points, ring)]));
      expect(Math.abs(inside.size / 3000 - share)).toBeLessThan(0.06);
    }
    const areas = levels.map(({ area }) => area);
    expect(areas).toEqual([...areas].sort((a, b) => b - a));
  });

  it("finds the thick part where it is: half of the points lie on little of the area", () => {
    expect(levels[2]!.area).toBeLessThan(0.1);
    expect(levels[4]!.outline).toMatch(/^M-0\.[56]/);
  });

  it("takes no notice of what has no place", () => {
    const more = new Float32Array(points.length + 2000).fill(Number.NaN);
    more.set(points);
    expect(densityOf(more)).toEqual(levels);
  });
});
