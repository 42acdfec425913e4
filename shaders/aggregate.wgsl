// The sum over neighbours for one tile, A~ = A + A^T of each graph: in GIN layers (1 + eps) x + A~ x, in graph convolutions
// D^-1/2 (A~ + I) D^-1/2 x. Both are symmetric, so the backward pass is the same sum.
// Rows of one graph may belong to several threads: they meet in workgroup memory, one vec4f (four columns) a row.
// Needs THREADS and `rowWord(row)`, the row's word of Control.

var<workgroup> exchanged: array<vec4f, THREADS * 4u>;

fn aggregate(tile: mat4x4f, epsilon: f32, block: u32, thread: u32) -> mat4x4f {
  var byRow = transpose(tile);
  if (CONVOLUTION) {
    for (var i = 0u; i < 4u; i++) { byRow[i] *= inverseRootDegree(rowWord(4u * block + i)); }
  }
  for (var i = 0u; i < 4u; i++) { exchanged[4u * thread + i] = byRow[i]; }
  workgroupBarrier();
  return transpose(mat4x4f(
    neighbourSum(byRow[0], epsilon, 4u * block, 4u * thread),
    neighbourSum(byRow[1], epsilon, 4u * block + 1u, 4u * thread + 1u),
    neighbourSum(byRow[2], epsilon, 4u * block + 2u, 4u * thread + 2u),
    neighbourSum(byRow[3], epsilon, 4u * block + 3u, 4u * thread + 3u)));
}

// `row` counts over the batch, `place` within the workgroup, whose first row begins a graph.
fn neighbourSum(own: vec4f, epsilon: f32, row: u32, place: u32) -> vec4f {
  var sum = own;
  if (!CONVOLUTION) { sum = (1.0 + epsilon) * own; }
  let first = place - row % NODES;
  for (var bits = neighboursOf(rowWord(row)); bits != 0u; bits &= bits - 1u) {
    sum += exchanged[first + firstTrailingBit(bits)];
  }
  if (CONVOLUTION) { sum *= inverseRootDegree(rowWord(row)); }
  return sum;
}

// D^-1/2 of a row: its neighbours and itself.
fn inverseRootDegree(word: u32) -> f32 { return inverseSqrt(f32(1u + countOneBits(neighboursOf(word)))); }
