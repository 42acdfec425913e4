// Forward pass of the first stage. Its input, the sum over neighbours of one-hot rows (aggregate.wgsl), is made here from the packed rows.

@group(0) @binding(0) var<uniform> stage: Stage;
@group(0) @binding(1) var<storage, read> control: Control;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> running: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> activations: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> partials: array<vec4f>;

const WORKERS = THREADS;
const SLOTS = 2u;

// Operation k of the row itself, weighed, and of its neighbours, counted.
fn inputFeature(row: u32, k: u32, own: f32) -> f32 {
  let word = control.rows[row];
  let first = row - row % NODES;
  if (CONVOLUTION) { return inverseRootDegree(word) * weighedOperations(word, first, k); }
  var sum = select(0.0, own, operationOf(word) == k);
  for (var bits = neighboursOf(word); bits != 0u; bits &= bits - 1u) {
    sum += select(0.0, 1.0, operationOf(control.rows[first + firstTrailingBit(bits)]) == k);
  }
  return sum;
}

// The same with D^-1/2 as the weight of every row.
fn weighedOperations(word: u32, first: u32, k: u32) -> f32 {
  var sum = select(0.0, inverseRootDegree(word), operationOf(word) == k);
  for (var bits = neighboursOf(word); bits != 0u; bits &= bits - 1u) {
    let other = control.rows[first + firstTrailingBit(bits)];
    sum += select(0.0, inverseRootDegree(other), operationOf(other) == k);
  }
  return sum;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let own = 1.0 + epsilonOf(0u);
  let block = group.y * THREADS + thread;
  let valid = validRows(block, control.count);
  var input: array<vec4f, OPERATIONS>;
  for (var k = 0u; k < OPERATIONS; k++) {
    let row = 4u * block;
    input[k] = valid * vec4f(inputFeature(row, k, own), inputFeature(row + 1u, k, own), inputFeature(row + 2u, k, own), inputFeature(row + 3u, k, own));
    if (!EVALUATE && group.x == 0u) { activations[stage.input + k * BLOCKS + block] = input[k]; }
  }
  let column = 4u * group.x;
  let bias = parameters[stage.bias + column / 4u];
  var linear = mat4x4f(vec4f(bias.x), vec4f(bias.y), vec4f(bias.z), vec4f(bias.w));
  for (var i = 0u; i < 4u; i++) {
    for (var k = 0u; k < OPERATIONS; k++) {
      let at = (column + i) * OPERATIONS + k;
      linear[i] += input[k] * parameters[stage.weight + at / 4u][at % 4u];
    }
  }
  finishStage(linear, column, block, thread);
}
