// As exchange.wgsl, in a part of `activations`, [quad of columns][row]: some adapters that compute on the CPU write zeros to a workgroup's memory once for
// every subgroup in it, which takes longer than all else that a kernel does.

const EXCHANGE_STRIDE = STRIDE;

fn exchange(tiles: array<mat4x4f, TILES>, column: u32, block: u32, thread: u32) -> u32 {
  let first = EXCHANGE + column * BLOCKS + 4u * block;
  for (var t = 0u; t < TILES; t++) {
    let byRow = transpose(tiles[t]);
    for (var i = 0u; i < 4u; i++) { activations[t * EXCHANGE_STRIDE + first + i] = byRow[i]; }
  }
  storageBarrier();
  return first;
}

fn exchangedRow(at: u32) -> vec4f { return activations[at]; }
