// One Linear + BatchNorm + ReLU stage: where its tensors lie. All offsets count vec4f.
// Lengths of long loops are here and not constants, because compilers for CPU adapters unroll what they can count: minutes.
struct Stage {
  inputs: u32,         // features of the input
  blocks: u32,         // = THREADS: blocks of four rows that a workgroup goes over
  input: u32,          // activations: input of the linear map, [inputs][BLOCKS]
  output: u32,         // activations: input of the next linear map
  normalized: u32,     // activations: x-hat of the batch norm
  gradient: u32,       // activations: dLoss/d(linear output)
  weight: u32,         // parameters
  bias: u32,
  scale: u32,
  shift: u32,
  mean: u32,           // running
  variance: u32,
  inverseStd: u32,     // partials: 1/std the forward pass used
  epsilon: u32,        // index of the eps that weighs this stage's output in the next layer
  aggregate: u32,      // 1: the output is summed over neighbours for the next layer
  nextWeight: u32,     // parameters: weight of the map that follows
  nextBias: u32,
  nextGradient: u32,   // activations: its output gradient
  nextOutputs: u32,    // its rows
  norms: u32,          // norms: first slot of this stage
  sums: u32,           // partials: what the head left, [graph][SUMS]
  tiles: u32,          // = TILES: of a thread, gone over one by one where the linear map is done
}

// Tile t of a thread by selection: compilers keep an array in memory that a variable indexes.
fn tileOf(tiles: array<mat4x4f, TILES>, t: u32) -> mat4x4f {
  var tile = mat4x4f();
  for (var i = 0u; i < TILES; i++) {
    let own = tiles[i];
    tile = mat4x4f(
      select(tile[0], own[0], t == i), select(tile[1], own[1], t == i), select(tile[2], own[2], t == i), select(tile[3], own[3], t == i));
  }
  return tile;
}
