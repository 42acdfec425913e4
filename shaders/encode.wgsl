// Forward pass of one stage: linear map, batch norm, ReLU and, for the outer stage of a GIN layer, the sum over neighbours
// that the next layer starts with. One workgroup owns COLUMNS output features for all rows of the batch
// (in evaluation, where no statistics are taken: for the rows of 32 graphs).

@group(0) @binding(0) var<uniform> stage: Stage;
@group(0) @binding(1) var<storage, read> control: Control;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> running: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> activations: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> partials: array<vec4f>;

const WORKERS = THREADS;
const SLOTS = 3u * TILES;

// The order of additions is written out: compilers expand a matrix product each in their own order, and results then differ
// between adapters by more than they need to.
fn weighted(features: mat4x4<Held>, weights: vec4<Held>) -> vec4f {
  let x = mat4x4f(features);
  let w = vec4f(weights);
  return ((x[0] * w.x + x[1] * w.y) + x[2] * w.z) + x[3] * w.w;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let block = group.y * THREADS + thread;
  let column = COLUMNS * group.x;
  var linear = array<mat4x4f, TILES>();
  for (var t = 0u; t < TILES; t++) { linear[t] = biases(column + 4u * t); }
  var x = stage.input + block;
  var w = stage.weight + column * QUADS;
  for (var k = 0u; k < stage.inputs;) {
    // Sums of CHAIN products first: shorter chains of additions lose fewer bits.
    var part = array<mat4x4f, TILES>();
    for (let end = min(k + CHAIN, stage.inputs); k < end; k += 4u) {
      // Four features of four rows, times four weights of each column.
      let features = mat4x4<Held>(
        vec4<Held>(activations[x]), vec4<Held>(activations[x + BLOCKS]),
        vec4<Held>(activations[x + 2u * BLOCKS]), vec4<Held>(activations[x + 3u * BLOCKS]));
      let weights = sharedParameters(w, QUADS, 1u, thread);
      for (var i = 0u; i < COLUMNS; i++) { part[i / 4u][i % 4u] += weighted(features, weights[i]); }
      x += 4u * BLOCKS;
      w += 1u;
    }
    for (var t = 0u; t < TILES; t++) { linear[t] += part[t]; }
  }
  for (var t = 0u; t < stage.tiles; t++) { finishTile(tileOf(linear, t), t, column + 4u * t, block, thread); }
}
