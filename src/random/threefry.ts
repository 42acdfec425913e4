/**
 * Counter-based random bits: Threefry-2x32 with 20 rounds (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3",
 * SC 2011). A block of 64 bits is a pure function of (key, counter), so the shader `shaders/random.wgsl` and this file give
 * the same integers for the same (seed, stream, step, element), in any order and on any device.
 */

/** The named streams a seed feeds. The number is the second key word. */
export const STREAMS = {
  shuffle: 1,
  noise: 3,
  dropout: 4,
  search: 5,
  prior: 6,
  objective: 7,
  space: 8,
  statistics: 9,
  figures: 10,
  projection: 11,
  weights: 12,
  batches: 13,
} as const;
export type StreamName = keyof typeof STREAMS;

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const PARITY = 0x1bd11bda;

/** Two 32-bit words (unsigned) for the key `(k0, k1)` and the counter `(c0, c1)`. */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number): [number, number] {
  const keys = [k0 | 0, k1 | 0, PARITY ^ k0 ^ k1];
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let group = 0; group < 5; group++) {
    for (let i = 0; i < 4; i++) {
      const rotation = ROTATIONS[(group & 1) * 4 + i] as number;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    }
    x0 = (x0 + (keys[(group + 1) % 3] as number)) | 0;
    x1 = (x1 + (keys[(group + 2) % 3] as number) + group + 1) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** The upper 24 bits of a word as a float in [0, 1): exact in float32, the same on the GPU. */
export function unitFloat(word: number): number {
  return (word >>> 8) * 2 ** -24;
}
