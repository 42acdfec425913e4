import { expect, test } from "vitest";
import { twisterOf, twisterOfArray } from "../../../src/random/mersenne-twister.ts";

test("seeded by an array, it gives CPython's random.getrandbits(32), over its first refills", () => {
  const next = twisterOfArray([0]);
  const words = Array.from({ length: 2000 }, next);
  expect([words[0], words[623], words[624], words[1999]]).toEqual([3626764237, 2390040247, 2229104038, 3908016617]);
});

test("every 32-bit seed is taken whole", () => {
  const next = twisterOfArray([4294967295]);
  expect([next(), next(), next()]).toEqual([2728839433, 2661025012, 872737089]);
});

test("seeded by a number, it gives the known answers of its authors", () => {
  const next = twisterOf(5489);
  const words = Array.from({ length: 10_000 }, next);
  // The C++ standard ([rand.predef]) names the 10,000th output of the default seed.
  expect([words[0], words[9999]]).toEqual([3499211612, 4123659995]);
});
