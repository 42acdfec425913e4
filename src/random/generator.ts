import { STREAMS, type StreamName, threefry2x32 } from "./threefry.ts";

/** A sequential source of randomness on the CPU. Same seed and stream: the same sequence. */
export interface Generator {
  /** Next 32-bit unsigned integer. */
  uint32(): number;
  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** Uniform integer in [0, bound), without modulo bias. `bound` in 1..2^32. */
  integer(bound: number): number;
  /** Fisher-Yates in place. */
  shuffle<T extends { [index: number]: number; length: number }>(values: T): T;
  /** Position in the stream (blocks drawn), for exact resumption through `generator(seed, stream, substream, position)`. */
  position(): number;
}

/**
 * A generator over one named stream of a seed.
 * @param seed 0..2^32-1
 * @param substream separates independent uses of one stream, e.g. one per run (0..2^32-1)
 * @param position block to start from, as returned by `position()` (an unfinished block or normal pair is dropped)
 */
export function generator(seed: number, stream: StreamName, substream = 0, position = 0): Generator {
  let block = position;
  let spare: number | undefined;
  let spareNormal: number | undefined;

  const uint32 = (): number => {
    if (spare !== undefined) {
      const word = spare;
      spare = undefined;
      return word;
    }
    const [a, b] = threefry2x32(seed, STREAMS[stream], substream, block++);
    spare = b;
    return a;
  };
  const uniform = (): number => (uint32() >>> 5) * 2 ** -27 + (uint32() >>> 6) * 2 ** -53;
  const integer = (bound: number): number => {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let word = uint32();
    while (word >= limit) word = uint32();
    return word % bound;
  };
  return {
    uint32,
    uniform,
    integer,
    normal() {
      if (spareNormal !== undefined) {
        const value = spareNormal;
        spareNormal = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spareNormal = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const kept = values[i] as number;
        values[i] = values[j] as number;
        values[j] = kept;
      }
      return values;
    },
    position: () => block,
  };
}
