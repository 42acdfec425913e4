/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 1998), which Python and PyTorch draw from: so
 * that what was drawn there can be drawn here without a file.
 */

const WORDS = 624;
const OFFSET = 397;

/** The 32-bit outputs after seeding by a number, 0..2^32-1, as PyTorch's `manual_seed` does. */
export const twisterOf = (seed: number): (() => number) => outputs(seedByNumber(seed >>> 0));

/** The 32-bit outputs after seeding by an array of 32-bit words, as Python's `random.seed` does. */
export const twisterOfArray = (key: readonly number[]): (() => number) => outputs(seedByArray(key));

function outputs(state: Uint32Array): () => number {
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
