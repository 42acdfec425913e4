// The sum over neighbours for the tiles of a thread, A~ = A + A^T of each graph: in GIN layers (1 + eps) x + A~ x, in graph
// convolutions D^-1/2 (A~ + I) D^-1/2 x. Both are symmetric, so the backward pass is the same sum.
// Rows of one graph may belong to several threads, which `exchange` them. Needs that, `neighbourMasks` (neighbours.wgsl), `maskRows` (normalize.wgsl) and `rowWord(row)`, the row's word of Control.

fn aggregate(tiles: array<mat4x4f, TILES>, epsilon: f32, column: u32, block: u32, thread: u32) -> array<mat4x4f, TILES> {
  var own = tiles;
  let roots = inverseRootDegrees(block);
  if (CONVOLUTION) { own = weighRows(own, roots); }
  let first = exchange(own, column, block, thread) - 4u * block % NODES;   // the first row of a graph
  var sums = array<mat4x4f, TILES>();
  for (var t = 0u; t < TILES; t++) { sums[t] = transpose(own[t]) * select(1.0 + epsilon, 1.0, CONVOLUTION); }
  let masks = neighbourMasks(4u * block);
  for (var bits = anyOf(masks); bits != 0u; bits &= bits - 1u) {
    let bit = firstTrailingBit(bits);
    let has = vec4f((masks >> vec4u(bit)) & vec4u(1u));
    for (var t = 0u; t < TILES; t++) {
      let neighbour = exchangedRow(t * EXCHANGE_STRIDE + first + bit);
      sums[t][0] += has.x * neighbour;
      sums[t][1] += has.y * neighbour;
      sums[t][2] += has.z * neighbour;
      sums[t][3] += has.w * neighbour;
    }
  }
  for (var t = 0u; t < TILES; t++) { sums[t] = transpose(sums[t]); }
  if (CONVOLUTION) { sums = weighRows(sums, roots); }
  return sums;
}

fn weighRows(tiles: array<mat4x4f, TILES>, weights: vec4f) -> array<mat4x4f, TILES> {
  var weighed = array<mat4x4f, TILES>();
  for (var t = 0u; t < TILES; t++) { weighed[t] = maskRows(tiles[t], weights); }
  return weighed;
}

// D^-1/2 of a block's four rows.
fn inverseRootDegrees(block: u32) -> vec4f {
  let row = 4u * block;
  return vec4f(
    inverseRootDegree(rowWord(row)), inverseRootDegree(rowWord(row + 1u)), inverseRootDegree(rowWord(row + 2u)), inverseRootDegree(rowWord(row + 3u)));
}

// D^-1/2 of a row: its neighbours and itself.
fn inverseRootDegree(word: u32) -> f32 { return inverseSqrt(f32(1u + countOneBits(neighboursOf(word)))); }
