// Backward pass between two linear maps. The dispatch has two kinds of workgroups that need nothing of each other:
// - the first COLUMN_GROUPS carry the gradient from the output of the next linear map back through its weights, the neighbour
//   sum, ReLU and batch norm to the output of this stage's linear map, COLUMNS features each;
// - the others compute the weight gradient of the next map, COLUMNS x 4 of it a thread, as dots over the rows;
// - in the dispatch of the last stage, one more adds up over the batch what the head left for each graph.
// The first stage has no dispatch after it, so it also computes the weight gradient of its own map, whose input is small: there FIRST is true.

@group(0) @binding(0) var<uniform> stage: Stage;
@group(0) @binding(1) var<storage, read> control: Control;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> optimizer: array<vec4f>;   // the gradient comes first
@group(0) @binding(4) var<storage, read_write> activations: array<vec4f>;
@group(0) @binding(5) var<storage, read> partials: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> norms: array<f32>;

const WORKERS = THREADS;
const SLOTS = 3u * TILES;
const COLUMN_GROUPS = HIDDEN / COLUMNS;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  if (group.x < COLUMN_GROUPS) {
    carryBack(group.x, thread);
  } else if (group.x < COLUMN_GROUPS + WEIGHT_GROUPS) {
    weightGradient(group.x - COLUMN_GROUPS, thread);
  } else {
    smallGradients(thread);
  }
}

fn carryBack(group: u32, thread: u32) {
  let column = COLUMNS * group;
  var back = array<mat4x4f, TILES>();
  var d = stage.nextGradient + thread;
  var w = stage.nextWeight + column / 4u;
  for (var k = 0u; k < stage.nextOutputs; k += 4u) {
    let next = mat4x4f(activations[d], activations[d + BLOCKS], activations[d + 2u * BLOCKS], activations[d + 3u * BLOCKS]);
    // Row i of the next map is weights[i * TILES ...], TILES of them.
    let weights = sharedParameters(w, QUADS, TILES, thread);
    for (var t = 0u; t < TILES; t++) {
      back[t] += next * transpose(mat4x4f(
        vec4f(weights[t]), vec4f(weights[TILES + t]), vec4f(weights[2u * TILES + t]), vec4f(weights[3u * TILES + t])));
    }
    d += 4u * BLOCKS;
    w += 4u * QUADS;
  }
  for (var t = 0u; t < stage.tiles; t++) { finishTile(tileOf(back, t), t, column + 4u * t, thread); }
}

// From the gradient of the stage's output to that of its linear output, for one tile of a thread.
fn finishTile(outputGradient: mat4x4f, t: u32, column: u32, thread: u32) {
  let normalized = normalizedOf(column, thread);
  var back = outputGradient;
  var epsilonShare = 0.0;
  if (stage.aggregate == 1u) {
    // The neighbour sum is symmetric; its eps collects the product of this gradient with the stage's output.
    let activated = rectify(activatedOf(normalized, column / 4u), validRows(thread, control.count));
    epsilonShare = dot(columnwise(back, activated), vec4f(1.0));
    back = aggregate(back, parameters[0][stage.epsilon], t, column, thread, thread);
  }
  let gradient = backwardNormalize(back, normalized, epsilonShare, t, column, thread);
  for (var i = 0u; i < 4u; i++) { activations[stage.gradient + (column + i) * BLOCKS + thread] = gradient[i]; }
  if (FIRST) { inputWeightGradient(gradient, t, column, thread); }
}

// A thread has COLUMNS outputs of the map and four inputs; the threads of a subgroup have the same outputs.
fn weightGradient(group: u32, thread: u32) {
  let job = group * THREADS + thread;
  let column = job % QUADS;
  let outputs = stage.nextOutputs / COLUMNS;
  if (group * THREADS >= QUADS * outputs) { return; }
  let output = min(job / QUADS, outputs - 1u);
  var sum = array<mat4x4f, TILES>();
  var d = stage.nextGradient + COLUMNS * output * BLOCKS;
  var x = stage.output + 4u * column * BLOCKS;
  for (var block = 0u; block < stage.blocks; block++) {
    let next = sharedGradients(d, thread);
    let input = mat4x4f(transpose(mat4x4<Held>(
      vec4<Held>(activations[x]), vec4<Held>(activations[x + BLOCKS]),
      vec4<Held>(activations[x + 2u * BLOCKS]), vec4<Held>(activations[x + 3u * BLOCKS]))));
    for (var i = 0u; i < COLUMNS; i++) { sum[i / 4u][i % 4u] += input * next[i]; }
    d += 1u;
    x += 1u;
  }
  var square = vec4f();
  if (job / QUADS < outputs) {
    for (var t = 0u; t < stage.tiles; t++) {
      let tile = tileOf(sum, t);
      for (var i = 0u; i < 4u; i++) { optimizer[stage.nextWeight + (COLUMNS * output + 4u * t + i) * QUADS + column] = tile[i]; }
      square += columnwise(tile, tile);
    }
  }
  contribute(0u, square, thread);
  workgroupBarrier();
  let norm = dot(total(0u, thread), vec4f(1.0));
  if (thread == 0u) { norms[stage.norms + QUADS + group] = norm; }
}

// Weight gradient of the first map for the outputs of a tile, and the eps of the first layer: a thread takes one input
// feature over one of SEGMENTS parts of the rows.
const SEGMENTS = 4u;
const PARTS = OPERATIONS * SEGMENTS;
var<workgroup> featureSums: array<vec4f, PARTS>;   // against the map's input
var<workgroup> ownSums: array<vec4f, PARTS>;       // against the one-hot rows themselves

fn inputWeightGradient(gradient: mat4x4f, t: u32, column: u32, thread: u32) {
  let first = exchange(gradient, t, column, thread, thread) - 4u * thread;
  for (var part = thread; part < PARTS; part += THREADS) {
    let k = part / SEGMENTS;
    var featureSum = vec4f();
    var ownSum = vec4f();
    for (var block = part % SEGMENTS; block < stage.blocks; block += SEGMENTS) {
      let feature = activations[stage.input + k * BLOCKS + block];
      for (var i = 0u; i < 4u; i++) {
        let row = 4u * block + i;
        let gradients = exchangedRow(first + row);
        featureSum += feature[i] * gradients;
        ownSum += select(0.0, 1.0, operationOf(control.rows[row]) == k) * gradients;
      }
    }
    featureSums[part] = featureSum;
    ownSums[part] = ownSum;
  }
  workgroupBarrier();
  if (thread == 0u) {
    // [column][feature] of a tile is a run of OPERATIONS vec4f.
    let quad = column / 4u;
    let weight = stage.weight + quad * OPERATIONS;
    var norm = 0.0;
    var along = 0.0;
    for (var v = 0u; v < stage.inputs; v++) {
      var sums = vec4f();
      var own = vec4f();
      for (var i = 0u; i < 4u; i++) {
        let column = (4u * v + i) / OPERATIONS;
        let part = (4u * v + i) % OPERATIONS * SEGMENTS;
        for (var segment = 0u; segment < SEGMENTS; segment++) {
          sums[i] += featureSums[part + segment][column];
          own[i] += ownSums[part + segment][column];
        }
      }
      optimizer[weight + v] = sums;
      norm += dot(sums, sums);
      along += dot(own, parameters[weight + v]);
    }
    norms[stage.norms + quad] += norm;
    norms[EPSILON_SLOTS + quad] = along;
  }
}

fn smallGradients(thread: u32) {
  var square = vec4f();
  for (var v = thread; v < LOSSES_AT / 4u; v += THREADS) {
    var sum = vec4f();
    for (var graph = 0u; graph < control.count; graph++) { sum += partials[stage.sums + graph * (SUMS / 4u) + v]; }
    optimizer[stage.nextBias + v] = sum;
    square += sum * sum;
  }
  contribute(0u, square, thread);
  workgroupBarrier();
  square = total(0u, thread);
  if (thread == 0u) { norms[NORMS - 1u] = dot(square, vec4f(1.0)); }
}
