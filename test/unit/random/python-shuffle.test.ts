import { expect, test } from "vitest";
import { mersenneTwister, pythonShuffle } from "../../../src/random/python-shuffle.ts";

// The expected numbers are what CPython prints for random.seed(s), random.getrandbits(32) and random.shuffle.

test("the generator gives CPython's words, over its first refills", () => {
  const next = mersenneTwister(0);
  const words = Array.from({ length: 2000 }, next);
  expect([words[0], words[623], words[624], words[1999]]).toEqual([3626764237, 2390040247, 2229104038, 3908016617]);
});

test("every 32-bit seed is taken whole", () => {
  const next = mersenneTwister(4294967295);
  expect([next(), next(), next()]).toEqual([2728839433, 2661025012, 872737089]);
});

test("a shuffle permutes as CPython's does, in place", () => {
  const values = Array.from({ length: 10 }, (_, i) => i);
  expect(pythonShuffle(values, 88)).toBe(values);
  expect(values).toEqual([8, 2, 9, 4, 0, 7, 1, 5, 3, 6]);
});
