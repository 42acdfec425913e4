// As exchange.wgsl, in a part of `activations`, [quad of columns][row]: some adapters that compute on the CPU write zeros to a workgroup's memory once for
// every subgroup in it, which takes longer than all else that a kernel does.

fn exchange(tile: mat4x4f, t: u32, column: u32, block: u32, thread: u32) -> u32 {
  let first = EXCHANGE + column * BLOCKS + 4u * block;
  let byRow = transpose(tile);
  for (var i = 0u; i < 4u; i++) { activations[first + i] = byRow[i]; }
  storageBarrier();
  return first;
}

fn exchangedRow(at: u32) -> vec4f { return activations[at]; }
