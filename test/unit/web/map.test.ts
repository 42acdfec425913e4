import { describe, expect, it } from "vitest";
import { generator } from "../../../src/random/generator.ts";
import { darts, nasbench201 } from "../../../src/spaces/index.ts";
import { project } from "../../../src/vgae/projection.ts";
import { colourScale, histogramOf, paint, shareOf } from "../../../web/map/colouring.ts";
import { factsOf } from "../../../web/map/facts.ts";
import { nearestInEmbedding, nearestInPlane, nearestTowards } from "../../../web/map/nearest.ts";
import { type Quantity, quantityGroups, quantityOf } from "../../../web/map/quantity.ts";
import { pointOpacity, pointRadius, toMap, toPixels, zoomAt } from "../../../web/map/view.ts";

const quantity = (values: number[], goal: Quantity["goal"], discrete = false): Quantity => ({
  key: "test",
  label: "test",
  source: "test",
  values,
  goal,
  discrete,
  show: String,
  brief: String,
});

/** Points of a flat ellipse that is turned into four dimensions. */
function ellipse(count: number): Float32Array {
  const random = generator(1, "search");
  const rows = Array.from({ length: count }, () => {
    const [long, short] = [random.normal() * 5, random.normal()];
    return [long, long + short, short - long, 3];
  });
  return Float32Array.from(rows.flat());
}

describe("the projection", () => {
  it("shows all variance of points that lie in a plane, and 99 % of them in the frame", () => {
    const { points, explained } = project(ellipse(2000), 4);
    expect(explained).toBeCloseTo(1, 6);
    const inside = Array.from({ length: 2000 }, (_, i) => Math.max(Math.abs(points[2 * i]!), Math.abs(points[2 * i + 1]!)) <= 1);
    expect(inside.filter(Boolean).length).toBeGreaterThanOrEqual(1960);
  });

  it("is turned and mirrored onto the one before it", () => {
    const data = ellipse(500);
    const before = project(data, 4).points;
    const mirrored = data.map((value) => -value);
    const after = project(mirrored, 4, before).points;
    for (let i = 0; i < after.length; i++) expect(Math.abs(after[i]! - before[i]!)).toBeLessThan(0.2);
  });

  it("of a part of a space has no place for the rest, and lies like the whole that comes after", () => {
    const data = ellipse(500);
    const present = Uint32Array.from({ length: 250 }, (_, i) => 2 * i);
    const half = new Float32Array(250 * 4);
    for (const [i, index] of present.entries()) half.set(data.subarray(4 * index, 4 * index + 4), 4 * i);
    const part = project(half, 4, undefined, { present, size: 500 }).points;
    expect(part).toHaveLength(1000);
    expect([part[2], part[3]]).toEqual([Number.NaN, Number.NaN]);
    const whole = project(data, 4, part).points;
    const apart = [...present].map((index) =>
      Math.hypot(whole[2 * index]! - part[2 * index]!, whole[2 * index + 1]! - part[2 * index + 1]!),
    );
    expect(apart.reduce((sum, distance) => sum + distance, 0) / apart.length).toBeLessThan(0.2);
    expect(whole.every(Number.isFinite)).toBe(true);
  });
});

describe("neighbours", () => {
  const cross = Float32Array.from([0, 0, 1, 0, -2, 0, 0, 3, 0, -4, 5, 5]);

  it("are found under the pointer only within reach", () => {
    expect(nearestInPlane(cross, 0.9, 0.1, 0.5)).toBe(1);
    expect(nearestInPlane(cross, 2.5, 2.5, 0.5)).toBe(-1);
  });

  it("are found in the direction of an arrow key, and nowhere where there is none", () => {
    expect(nearestTowards(cross, 0, 1, 0)).toBe(1);
    expect(nearestTowards(cross, 0, -1, 0)).toBe(2);
    expect(nearestTowards(cross, 0, 0, 1)).toBe(3);
    expect(nearestTowards(cross, 0, 0, -1)).toBe(4);
    expect(nearestTowards(cross, 5, 1, 0)).toBe(5);
  });

  it("in the embedding come nearest first and leave the cell itself out", () => {
    expect(nearestInEmbedding(cross, 2, 0, 3)).toEqual([
      { index: 1, distance: 1 },
      { index: 2, distance: 2 },
      { index: 3, distance: 3 },
    ]);
  });
});

describe("colours", () => {
  it("clip the tail of bad values, say so, and put the best on top", () => {
    const values = [...Array.from({ length: 99 }, (_, i) => 0.9 + i / 1000), 0.1];
    const measured = quantity(values, "max");
    const scale = colourScale(measured);
    expect(scale.clippedLow).toBe(true);
    expect(scale.clippedHigh).toBe(false);
    expect(shareOf(scale, 0.1)).toBe(0);
    expect(shareOf(scale, scale.high)).toBe(1);
    const { order } = paint(measured, scale, { scheme: "viridis", dark: false, absent: [0, 0, 0], keep: 1 });
    expect(order.at(-1)).toBe(98);
    expect(order[0]).toBe(99);
  });

  it("follow the rank where neither end is the better one", () => {
    const scale = colourScale(quantity([1, 2, 3, 4, 1000], "none"));
    expect(shareOf(scale, 3)).toBeGreaterThan(0.3);
    expect(shareOf(scale, 1000)).toBe(1);
  });

  it("leave what has no value grey, at the bottom", () => {
    const measured = quantity([Number.NaN, 0.5, 0.7], "max");
    const { order, colours } = paint(measured, colourScale(measured), {
      scheme: "viridis",
      dark: false,
      absent: [9, 8, 7],
      keep: 1,
    });
    expect([...order]).toEqual([0, 1, 2]);
    expect([...colours.subarray(0, 3)]).toEqual([9, 8, 7]);
  });

  it("are given only to what is on the map, and to all of it while there are no values yet", () => {
    const look = { scheme: "viridis", dark: false, absent: [9, 8, 7], keep: 1 } as const;
    const present = Uint32Array.from([3, 1]);
    const known = quantity([5, 6, 7, 8], "none");
    expect([...paint(known, colourScale(known), { ...look, present }).order].sort()).toEqual([1, 3]);
    const unknown = quantity([], "none");
    const { order, colours } = paint(unknown, colourScale(unknown), { ...look, present });
    expect([...order].sort()).toEqual([1, 3]);
    expect([...colours.subarray(0, 3)]).toEqual([9, 8, 7]);
  });

  it("have a histogram of a selection in the steps of that of all cells, without those that have no value", () => {
    const measured = quantity([2, 3, 3, 5, Number.NaN], "none", true);
    const scale = colourScale(measured);
    expect(scale.histogram).toEqual([1, 2, 0, 1]);
    expect(histogramOf(Uint32Array.of(1, 3, 4), measured, scale)).toEqual([0, 1, 0, 1]);
  });

  it("survive a table with a single value", () => {
    const scale = colourScale(quantity([Number.NaN, 0.5], "max"));
    expect(scale.present).toBe(1);
    expect(shareOf(scale, 0.5)).toBe(0.5);
  });
});

describe("the view", () => {
  const size = { width: 800, height: 600 };

  it("maps pixels back to where they came from", () => {
    const view = { x: 0.3, y: -0.2, zoom: 2 };
    const [left, top] = toPixels(view, size, 0.5, 0.1);
    const [x, y] = toMap(view, size, left, top);
    expect(x).toBeCloseTo(0.5);
    expect(y).toBeCloseTo(0.1);
  });

  it("draws many points smaller and fainter than few, until it is zoomed in", () => {
    const whole = { x: 0, y: 0, zoom: 0 };
    expect(pointRadius(whole, size, 423_624)).toBeLessThan(pointRadius(whole, size, 15_625) / 2);
    expect(pointOpacity(whole, 15_625)).toBe(1);
    expect(pointOpacity(whole, 423_624)).toBeLessThan(0.7);
    expect(pointOpacity({ ...whole, zoom: 4 }, 423_624)).toBe(1);
  });

  it("keeps what is under the pointer while it zooms", () => {
    const view = { x: 0, y: 0, zoom: 0 };
    const point = toMap(view, size, 100, 500);
    const [x, y] = toMap(zoomAt(view, size, 2, 100, 500), size, 100, 500);
    expect(x).toBeCloseTo(point[0]);
    expect(y).toBeCloseTo(point[1]);
  });
});

describe("what is known without labels", () => {
  it("counts the operations that a cell chose, and leaves input and output out", () => {
    const facts = factsOf(nasbench201());
    expect([...facts.choices].sort()).toEqual(["avg_pool_3x3", "none", "nor_conv_1x1", "nor_conv_3x3", "skip_connect"]);
    const size = facts.params.length;
    const inFirst = facts.choices.map((_, k) => facts.occurrences[k * size]);
    expect(inFirst.reduce((sum, value) => sum! + value!, 0)).toBe(6);
    expect([facts.params[0], facts.macs[0]]).toEqual([129_306, 15_647_370]);
  });

  it("tells cells apart by edges only where they differ in them", () => {
    expect(factsOf(nasbench201())).toMatchObject({ vertices: undefined, edges: undefined });
    const space = darts({ seed: 0, count: 50 });
    const facts = factsOf(space);
    expect(facts.vertices).toBeUndefined();
    expect(facts.edges?.[0]).toBe(space.graph(0).adjacency.reduce((sum, bit) => sum + bit, 0));
    expect(facts.choices).toHaveLength(8);
  });

  it("can be chosen as colour before it is counted", () => {
    const known = { space: darts({ seed: 0, count: 50 }), facts: undefined, table: undefined };
    expect(quantityGroups(known).map(({ title }) => title)).toEqual(["Cost", "Operations", "Selection", "Last search"]);
    expect(quantityOf("op:sep_conv_3x3", known)).toMatchObject({ label: "Number of sep conv 3×3" });
    expect(quantityOf("op:sep_conv_3x3", known).values).toHaveLength(0);
  });
});
