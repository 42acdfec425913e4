/**
 * The shuffle of Python's standard library, so that index orders made there can be made here without a file. Python seeds a
 * Mersenne Twister (MT19937; Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 1998) by array, draws a bounded integer
 * from the upper bits of one output and rejects what is too large, and swaps from the end.
 */

const WORDS = 624;
const OFFSET = 397;

/** Source of the 32-bit outputs of `random.seed(seed)`, for a seed that fits 32 bits (0..2^32-1). */
export function mersenneTwister(seed: number): () => number {
  const state = seedByArray([seed >>> 0]);
  let position = WORDS;
  return () => {
    if (position === WORDS) {
      advance(state);
      position = 0;
    }
    let word = state[position++] as number;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  };
}

/** Permutes `values` in place as `random.seed(seed); random.shuffle(values)` does. At most 2^32-1 values. */
export function pythonShuffle<T extends { [index: number]: number; length: number }>(values: T, seed: number): T {
  const next = mersenneTwister(seed);
  for (let i = values.length - 1; i > 0; i--) {
    const shift = Math.clz32(i + 1);
    let j = next() >>> shift;
    while (j > i) j = next() >>> shift;
    const kept = values[i] as number;
    values[i] = values[j] as number;
    values[j] = kept;
  }
  return values;
}

/** The next 624 words of the recurrence, in place. */
function advance(state: Uint32Array): void {
  for (let i = 0; i < WORDS; i++) {
    const joined = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % WORDS] as number) & 0x7fffffff);
    state[i] = (state[(i + OFFSET) % WORDS] as number) ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
  }
}

function seedByNumber(seed: number): Uint32Array {
  const state = new Uint32Array(WORDS);
  state[0] = seed;
  for (let i = 1; i < WORDS; i++) state[i] = Math.imul(1812433253, mixed(state[i - 1] as number)) + i;
  return state;
}

function seedByArray(key: readonly number[]): Uint32Array {
  const state = seedByNumber(19650218);
  const last = WORDS - 1;
  let i = 1;
  for (let k = 0; k < Math.max(WORDS, key.length); k++) {
    const j = k % key.length;
    state[i] = ((state[i] as number) ^ Math.imul(mixed(state[i - 1] as number), 1664525)) + (key[j] as number) + j;
    if (++i === WORDS) {
      state[0] = state[last] as number;
      i = 1;
    }
  }
  for (let k = 0; k < last; k++) {
    state[i] = ((state[i] as number) ^ Math.imul(mixed(state[i - 1] as number), 1566083941)) - i;
    if (++i === WORDS) {
      state[0] = state[last] as number;
      i = 1;
    }
  }
  state[0] = 0x80000000;
  return state;
}

function mixed(word: number): number {
  return word ^ (word >>> 30);
}
