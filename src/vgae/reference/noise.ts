import { STREAMS, threefry2x32, unitFloat } from "../../random/threefry.ts";

/**
 * Noise and dropout of a step as pure functions of (seed, step, element): the twins of `shaders/random.wgsl`. Elements are
 * numbered row-major over B x N x D, so a batch's values do not depend on how it is computed.
 */

/** Standard normal values by Box-Muller from two 24-bit uniforms an element. */
export function normalNoise(seed: number, step: number, elements: number): Float32Array {
  return Float32Array.from({ length: elements }, (_, element) => {
    const [a, b] = threefry2x32(seed, STREAMS.noise, step, element);
    // In (0, 1], so that the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - unitFloat(a)));
    return radius * Math.cos(2 * Math.PI * unitFloat(b));
  });
}

/** 1 where a value is kept, 0 where it is dropped with probability `dropout`. */
export function keepMask(seed: number, step: number, elements: number, dropout: number): Float32Array {
  return Float32Array.from({ length: elements }, (_, element) => {
    const [word] = threefry2x32(seed, STREAMS.dropout, step, element);
    return unitFloat(word) >= dropout ? 1 : 0;
  });
}
