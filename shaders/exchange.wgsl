// Where the threads of a workgroup meet that have rows of one graph: one vec4f (four columns) a row and tile, in workgroup memory.
// Needs THREADS.

var<workgroup> exchanged: array<vec4f, TILES * THREADS * 4u>;

// Hands in tile t of a thread. Returns where the first of its own rows lies; rows of other threads lie before and behind.
fn exchange(tile: mat4x4f, t: u32, column: u32, block: u32, thread: u32) -> u32 {
  let first = 4u * (t * THREADS + thread);
  let byRow = transpose(tile);
  for (var i = 0u; i < 4u; i++) { exchanged[first + i] = byRow[i]; }
  workgroupBarrier();
  return first;
}

fn exchangedRow(at: u32) -> vec4f { return exchanged[at]; }
