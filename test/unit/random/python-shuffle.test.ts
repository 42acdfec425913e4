import { expect, test } from "vitest";
import { pythonShuffle } from "../../../src/random/python-shuffle.ts";

// The expected numbers are what CPython prints for random.seed(s) and random.shuffle.

test("a shuffle permutes as CPython's does, in place", () => {
  const values = Array.from({ length: 10 }, (_, i) => i);
  expect(pythonShuffle(values, 88)).toBe(values);
  expect(values).toEqual([8, 2, 9, 4, 0, 7, 1, 5, 3, 6]);
});
