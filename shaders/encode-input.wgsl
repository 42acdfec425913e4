// Forward pass of the first stage. Its input, the sum over neighbours of one-hot rows (aggregate.wgsl), is made here from the packed rows.

@group(0) @binding(0) var<uniform> stage: Stage;
@group(0) @binding(1) var<storage, read> control: Control;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> running: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> activations: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> partials: array<vec4f>;

const WORKERS = THREADS;
const SLOTS = 3u * TILES;

// What the first layer sums up for the block's four rows: each row's own operation and those of its neighbours, weighed as
// `aggregate` does.
fn inputFeatures(block: u32, epsilon: f32) -> array<vec4f, OPERATIONS> {
  let row = 4u * block;
  let valid = validRows(block, control.count);
  let operations = vec4u(
    operationOf(rowWord(row)), operationOf(rowWord(row + 1u)), operationOf(rowWord(row + 2u)), operationOf(rowWord(row + 3u)));
  var weights = valid;
  var own = (1.0 + epsilon) * valid;
  if (CONVOLUTION) {
    weights = valid * inverseRootDegrees(block);
    own = weights * weights;
  }
  var features = array<vec4f, OPERATIONS>();
  for (var k = 0u; k < OPERATIONS; k++) { features[k] = select(vec4f(), own, operations == vec4u(k)); }
  let masks = neighbourMasks(row);
  for (var bits = anyOf(masks); bits != 0u; bits &= bits - 1u) {
    let bit = firstTrailingBit(bits);
    let word = rowWord(row - row % NODES + bit);
    let operation = operationOf(word);
    var has = vec4f((masks >> vec4u(bit)) & vec4u(1u)) * weights;
    if (CONVOLUTION) { has *= inverseRootDegree(word); }
    for (var k = 0u; k < OPERATIONS; k++) { features[k] += select(vec4f(), has, operation == k); }
  }
  return features;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let block = group.y * THREADS + thread;
  let input = inputFeatures(block, epsilonOf(0u));
  if (!EVALUATE && group.x == 0u) {
    for (var k = 0u; k < OPERATIONS; k++) { activations[stage.input + k * BLOCKS + block] = input[k]; }
  }
  for (var t = 0u; t < stage.tiles; t++) {
    let column = COLUMNS * group.x + 4u * t;
    // Rows of OPERATIONS weights, four of them in as many vec4f.
    var weights = array<vec4f, OPERATIONS>();
    for (var v = 0u; v < OPERATIONS; v++) { weights[v] = parameters[stage.weight + column / 4u * OPERATIONS + v]; }
    var linear = biases(column);
    for (var i = 0u; i < 4u; i++) {
      for (var k = 0u; k < OPERATIONS; k++) {
        let at = i * OPERATIONS + k;
        linear[i] += input[k] * weights[at / 4u][at % 4u];
      }
    }
    finishTile(linear, t, column, block, thread);
  }
}
