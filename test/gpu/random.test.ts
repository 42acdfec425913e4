import { expect, it } from "vitest";
import { STREAMS, threefry2x32, unitFloat } from "../../src/random/threefry.ts";
import { keepMask, normalNoise } from "../../src/vgae/reference/noise.ts";
import { sharedGpu } from "./helpers.ts";
import { evaluateRandom, generatedNoise } from "./random-kernel.ts";

const ELEMENTS = 5000;
const cases = [
  [0, 0],
  [3, 439],
  [0xffffffff, 0xffffffff],
  [0x13198a2e, 0x243f6a88],
] as const;

it.each(cases)("the shader's Threefry gives the integers of threefry.ts for seed %d and step %d", async (seed, step) => {
  const gpu = await sharedGpu();
  const words = await evaluateRandom(gpu, "threefry(vec2u(seed, STREAM_NOISE), vec2u(step, element))", seed, step, ELEMENTS);
  const twin = Array.from({ length: ELEMENTS }, (_, element) => threefry2x32(seed, STREAMS.noise, step, element));
  expect([...words]).toEqual(twin.flat());
});

it("the shader's streams are those of threefry.ts", async () => {
  const gpu = await sharedGpu();
  const words = await evaluateRandom(gpu, "vec2u(STREAM_SHUFFLE * 100u + STREAM_DROPOUT, STREAM_NOISE)", 0, 0, 1);
  expect([...words]).toEqual([STREAMS.shuffle * 100 + STREAMS.dropout, STREAMS.noise]);
});

it("the shader's uniform floats are those of unitFloat, to the bit: dropout masks are the same everywhere", async () => {
  const gpu = await sharedGpu();
  const expression = "vec2u(bitcast<u32>(unitFloat(threefry(vec2u(seed, STREAM_DROPOUT), vec2u(step, element)).x)), 0u)";
  const words = await evaluateRandom(gpu, expression, 3, 17, ELEMENTS);
  const floats = new Float32Array(words.buffer).filter((_, i) => i % 2 === 0);
  const twin = Float32Array.from({ length: ELEMENTS }, (_, i) => unitFloat(threefry2x32(3, STREAMS.dropout, 17, i)[0]));
  expect(floats).toEqual(twin);
  expect(floats.map((value) => (value >= 0.3 ? 1 : 0))).toEqual(keepMask(3, 17, ELEMENTS, 0.3));
});

it("the shader's normal noise is that of the reference, to float32's precision, and always finite", async () => {
  const noise = await generatedNoise(await sharedGpu(), 3, 17, ELEMENTS);
  const twin = normalNoise(3, 17, ELEMENTS);
  expect(noise.every(Number.isFinite)).toBe(true);
  for (const [i, value] of noise.entries()) expect(Math.abs(value - (twin[i] as number))).toBeLessThan(1e-4);
});
