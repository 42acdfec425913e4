// Where the threads of a workgroup meet that have rows of one graph: one vec4f (four columns) a row and tile, in workgroup memory.
// Needs THREADS.

var<workgroup> exchanged: array<vec4f, TILES * THREADS * 4u>;

const EXCHANGE_STRIDE = 4u * THREADS;   // from a tile to the next

// Hands in a thread's tiles. Returns where the first of its own rows lies; rows of other threads lie before and behind.
fn exchange(tiles: array<mat4x4f, TILES>, column: u32, block: u32, thread: u32) -> u32 {
  let first = 4u * thread;
  for (var t = 0u; t < TILES; t++) {
    let byRow = transpose(tiles[t]);
    for (var i = 0u; i < 4u; i++) { exchanged[t * EXCHANGE_STRIDE + first + i] = byRow[i]; }
  }
  workgroupBarrier();
  return first;
}

fn exchangedRow(at: u32) -> vec4f { return exchanged[at]; }
