import { expect, test } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { ENCODINGS, nasbench201, searchSpace } from "../../../src/spaces/index.ts";

test("a space is found by its name", () => {
  expect(searchSpace("nasbench201")).toBe(nasbench201());
});

test.each(["nasbench-201", "", "toString"])("the unknown name %j is refused with the known ones", (name) => {
  expect(() => searchSpace(name)).toThrow(InputError);
  expect(() => searchSpace(name)).toThrow(/known: .*nasbench201/);
});

test("encodings have the original sizes", () => {
  const sizes = Object.entries(ENCODINGS).map(([name, { nodes, operations }]) => [name, nodes, operations.length]);
  expect(sizes).toEqual([
    ["nasbench101", 7, 5],
    ["nasbench201", 8, 7],
    ["darts", 11, 11],
  ]);
});
