// The sum over neighbours for a tile of a thread, A~ = A + A^T of each graph: in GIN layers (1 + eps) x + A~ x, in graph
// convolutions D^-1/2 (A~ + I) D^-1/2 x. Both are symmetric, so the backward pass is the same sum.
// Rows of one graph may belong to several threads, which `exchange` them. Needs that, `neighbourMasks` (neighbours.wgsl), `maskRows` (normalize.wgsl) and `rowWord(row)`, the row's word of Control.

fn aggregate(tile: mat4x4f, epsilon: f32, t: u32, column: u32, block: u32, thread: u32) -> mat4x4f {
  var own = tile;
  let roots = inverseRootDegrees(block);
  if (CONVOLUTION) { own = maskRows(own, roots); }
  let first = exchange(own, t, column, block, thread) - 4u * block % NODES;   // the first row of a graph
  var sums = transpose(own) * select(1.0 + epsilon, 1.0, CONVOLUTION);
  let masks = neighbourMasks(4u * block);
  for (var bits = anyOf(masks); bits != 0u; bits &= bits - 1u) {
    let bit = firstTrailingBit(bits);
    let has = vec4f((masks >> vec4u(bit)) & vec4u(1u));
    let neighbour = exchangedRow(first + bit);
    sums[0] += has.x * neighbour;
    sums[1] += has.y * neighbour;
    sums[2] += has.z * neighbour;
    sums[3] += has.w * neighbour;
  }
  sums = transpose(sums);
  if (CONVOLUTION) { sums = maskRows(sums, roots); }
  return sums;
}

// D^-1/2 of a block's four rows.
fn inverseRootDegrees(block: u32) -> vec4f {
  let row = 4u * block;
  return vec4f(
    inverseRootDegree(rowWord(row)), inverseRootDegree(rowWord(row + 1u)), inverseRootDegree(rowWord(row + 2u)), inverseRootDegree(rowWord(row + 3u)));
}

// D^-1/2 of a row: its neighbours and itself.
fn inverseRootDegree(word: u32) -> f32 { return inverseSqrt(f32(1u + countOneBits(neighboursOf(word)))); }
