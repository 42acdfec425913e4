// The chance that a network begins with and meets its rows by: the twin of src/search/dngo/counted-chance.ts. Needs random.wgsl.

const STREAM_SEARCH = 5u;
// Blocks of a round from here on are not weights.
const START = 0x80000000u;
const SHUFFLE_ROUNDS = 6u;

// Uniform within the bound.
fn initialWeight(seed: u32, round: u32, element: u32, bound: f32) -> f32 {
  return (2.0 * unitFloat(threefry(vec2u(seed, STREAM_SEARCH), vec2u(round, element)).x) - 1.0) * bound;
}

// Position -> row, a keyed bijection on 0..count-1: the Feistel network of src/vgae/schedule.ts.
fn shuffled(position: u32, count: u32, seed: u32, key: u32) -> u32 {
  let bits = 32u - countLeadingZeros(count - 1u);
  let half = max(1u, (bits + 1u) / 2u);
  let mask = (1u << half) - 1u;
  var value = position;
  loop {
    var left = value >> half;
    var right = value & mask;
    for (var i = 0u; i < SHUFFLE_ROUNDS; i++) {
      let word = threefry(vec2u(seed, STREAM_SHUFFLE), vec2u(key, right * SHUFFLE_ROUNDS + i)).x;
      let next = left ^ (word & mask);
      left = right;
      right = next;
    }
    value = (left << half) | right;
    if (value < count) { break; }
  }
  return value;
}
