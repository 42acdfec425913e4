import { expect, test } from "vitest";
import { InputError } from "../../../src/errors.ts";
import {
  darts,
  ENCODINGS,
  isPrepared,
  nasbench101,
  nasbench201,
  requestOf,
  SPACE_NAMES,
  searchSpace,
} from "../../../src/spaces/index.ts";

test("a space is found by its name", () => {
  expect(searchSpace("nasbench101")).toBe(nasbench101());
  expect(searchSpace("nasbench201")).toBe(nasbench201());
  expect(searchSpace("darts")).toBe(darts());
});

test("a request for DARTS says which sample, and every space leads back to its request", () => {
  expect(searchSpace({ name: "darts" }).sample).toEqual({ seed: 0, count: 600000 });
  expect(searchSpace({ name: "darts", seed: 7 }).sample).toEqual({ seed: 7, count: 600000 });
  const small = searchSpace({ name: "darts", seed: 7, count: 20 });
  expect([small.size, small.trainSize]).toEqual([20, 18]);
  expect(small).toBe(darts({ count: 20, seed: 7 }));
  for (const space of [small, ...SPACE_NAMES.map(searchSpace)]) expect(searchSpace(requestOf(space))).toBe(space);
});

test("opening a space computes nothing", () => {
  expect(SPACE_NAMES.map((name) => [name, isPrepared({ name })])).toEqual([
    ["nasbench101", false],
    ["nasbench201", true],
    ["darts", false],
  ]);
});

test.each(["nasbench-201", "", "toString"])("the unknown name %j is refused with the known ones", (name) => {
  expect(() => searchSpace(name)).toThrow(InputError);
  expect(() => searchSpace(name)).toThrow(/known: nasbench101, nasbench201, darts\.$/);
});

test("a sample of a space that is listed whole is refused, and one that cannot be drawn", () => {
  expect(() => searchSpace({ name: "nasbench201", count: 9 })).toThrow("NAS-Bench-201 is listed whole: a seed and a number");
  expect(() => searchSpace({ name: "darts", count: 0 })).toThrow("must hold 1 to 10000000 cells, found 0");
  expect(() => searchSpace({ name: "darts", seed: -1 })).toThrow(InputError);
});

test("encodings have the original sizes", () => {
  const sizes = Object.entries(ENCODINGS).map(([name, { nodes, operations }]) => [name, nodes, operations.length]);
  expect(sizes).toEqual([
    ["nasbench101", 7, 5],
    ["nasbench201", 8, 7],
    ["darts", 11, 11],
  ]);
});
