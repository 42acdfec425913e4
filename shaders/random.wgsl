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

// -ln(1 - u) for u in [0, 1). WGSL lets `log` be off by 2^-21 near 1, which the square root below would turn into 1e-3.
fn negativeLog(u: f32) -> f32 {
  if (u > 0.0625) { return -log(1.0 - u); }
  return u * (1.0 + u * (0.5 + u * (0.33333334 + u * (0.25 + u * (0.2 + u * 0.16666667)))));
}

// cos(2 pi u) for u in [0, 1). WGSL lets `cos` be off by 2^-11, and some adapters are: noise must not depend on the adapter.
fn cosTurn(u: f32) -> f32 {
  let fromHalf = abs(u - 0.5);
  let far = fromHalf > 0.25;
  let x = 6.283185307179586 * select(fromHalf, 0.5 - fromHalf, far);
  let y = x * x;
  // Taylor, on [0, pi / 2]: below 1e-8.
  let cosine = 1.0 + y * (-0.5 + y * (0.041666668 + y * (-0.0013888889 + y * (2.4801587e-5 + y * (-2.7557319e-7 + y * 2.0876757e-9)))));
  return select(-cosine, cosine, far);
}

// Standard normal by Box-Muller.
fn normal(key: vec2u, counter: vec2u) -> f32 {
  let bits = threefry(key, counter);
  return sqrt(2.0 * negativeLog(unitFloat(bits.x))) * cosTurn(unitFloat(bits.y));
}
