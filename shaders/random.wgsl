// Threefry-2x32, 20 rounds: the twin of src/random/threefry.ts.

const STREAM_SHUFFLE = 1u;
const STREAM_NOISE = 3u;
const STREAM_DROPOUT = 4u;

fn rotate(x: u32, by: u32) -> u32 { return (x << by) | (x >> (32u - by)); }

fn fourRounds(x: vec2u, r: vec4u) -> vec2u {
  var v = x;
  v.x += v.y; v.y = rotate(v.y, r.x) ^ v.x;
  v.x += v.y; v.y = rotate(v.y, r.y) ^ v.x;
  v.x += v.y; v.y = rotate(v.y, r.z) ^ v.x;
  v.x += v.y; v.y = rotate(v.y, r.w) ^ v.x;
  return v;
}

fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  const EVEN = vec4u(13u, 15u, 26u, 6u);
  const ODD = vec4u(17u, 29u, 16u, 24u);
  let parity = 0x1bd11bdau ^ key.x ^ key.y;
  var v = counter + key;
  v = fourRounds(v, EVEN) + vec2u(key.y, parity + 1u);
  v = fourRounds(v, ODD) + vec2u(parity, key.x + 2u);
  v = fourRounds(v, EVEN) + vec2u(key.x, key.y + 3u);
  v = fourRounds(v, ODD) + vec2u(key.y, parity + 4u);
  v = fourRounds(v, EVEN) + vec2u(parity, key.x + 5u);
  return v;
}

// Upper 24 bits as a float in [0, 1).
fn unitFloat(word: u32) -> f32 { return f32(word >> 8u) * 5.9604644775390625e-8; }

// Standard normal by Box-Muller.
fn normal(key: vec2u, counter: vec2u) -> f32 {
  let bits = threefry(key, counter);
  let radius = sqrt(-2.0 * log(1.0 - unitFloat(bits.x)));
  return radius * cos(6.283185307179586 * unitFloat(bits.y));
}
