// Backward pass between two linear maps. The dispatch has two kinds of workgroups that need nothing of each other:
// - the first COLUMN_GROUPS carry the gradient from the output of the next linear map back through its weights, the neighbour
//   sum, ReLU and batch norm to the output of this stage's linear map, four features each;
// - the others compute the weight gradient of the next map, one 4 x 4 tile a thread, as dots over the rows;
// - in the dispatch of the last stage, one more adds up over the batch what the head left for each graph.
// The first stage has no dispatch after it, so it also computes the weight gradient of its own map, whose input is small.

@group(0) @binding(0) var<uniform> stage: Stage;
@group(0) @binding(1) var<storage, read> control: Control;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> optimizer: array<vec4f>;   // the gradient comes first
@group(0) @binding(4) var<storage, read_write> activations: array<vec4f>;
@group(0) @binding(5) var<storage, read> partials: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> norms: array<f32>;

const WORKERS = THREADS;
const SLOTS = 3u;
const COLUMN_GROUPS = QUADS;

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

fn carryBack(quad: u32, thread: u32) {
  let column = 4u * quad;
  var back = mat4x4f();
  var d = stage.nextGradient + thread;
  var w = stage.nextWeight + quad;
  for (var k = 0u; k < stage.nextOutputs; k += 4u) {
    let next = mat4x4f(activations[d], activations[d + BLOCKS], activations[d + 2u * BLOCKS], activations[d + 3u * BLOCKS]);
    back += next * transpose(mat4x4f(parameters[w], parameters[w + QUADS], parameters[w + 2u * QUADS], parameters[w + 3u * QUADS]));
    d += 4u * BLOCKS;
    w += 4u * QUADS;
  }
  var epsilonShare = 0.0;
  if (stage.aggregate == 1u) {
    // The neighbour sum is symmetric; its eps collects the product of this gradient with the stage's output.
    let activated = rectify(activatedOf(column, thread), validRows(thread, control.count));
    epsilonShare = dot(columnwise(back, activated), vec4f(1.0));
    back = aggregate(back, parameters[0][stage.epsilon], thread, thread);
  }
  let gradient = backwardNormalize(back, epsilonShare, column, thread);
  for (var i = 0u; i < 4u; i++) { activations[stage.gradient + (column + i) * BLOCKS + thread] = gradient[i]; }
  if (stage.first == 1u) { inputWeightGradient(gradient, quad, thread); }
}

fn weightGradient(group: u32, thread: u32) {
  let job = group * THREADS + thread;
  let column = job % QUADS;
  let output = job / QUADS;
  var sum = mat4x4f();
  if (output < stage.nextOutputs / 4u) {
    var d = stage.nextGradient + 4u * output * BLOCKS;
    var x = stage.output + 4u * column * BLOCKS;
    for (var block = 0u; block < stage.blocks; block++) {
      let next = mat4x4f(activations[d], activations[d + BLOCKS], activations[d + 2u * BLOCKS], activations[d + 3u * BLOCKS]);
      let input = mat4x4f(activations[x], activations[x + BLOCKS], activations[x + 2u * BLOCKS], activations[x + 3u * BLOCKS]);
      sum += transpose(input) * next;
      d += 1u;
      x += 1u;
    }
    for (var i = 0u; i < 4u; i++) { optimizer[stage.nextWeight + (4u * output + i) * QUADS + column] = sum[i]; }
  }
  contribute(0u, columnwise(sum, sum), thread);
  workgroupBarrier();
  if (thread == 0u) { norms[stage.norms + QUADS + group] = dot(total(0u), vec4f(1.0)); }
}

// Weight gradient of the first map for four output columns, and the eps of the first layer: a thread takes one input feature
// over one of SEGMENTS parts of the rows.
const SEGMENTS = 4u;
var<workgroup> featureSums: array<vec4f, OPERATIONS * SEGMENTS>;   // against the map's input
var<workgroup> ownSums: array<vec4f, OPERATIONS * SEGMENTS>;       // against the one-hot rows themselves

fn inputWeightGradient(gradient: mat4x4f, quad: u32, thread: u32) {
  let byRow = transpose(gradient);
  for (var i = 0u; i < 4u; i++) { exchanged[4u * thread + i] = byRow[i]; }
  workgroupBarrier();
  for (var part = thread; part < OPERATIONS * SEGMENTS; part += THREADS) {
    let k = part / SEGMENTS;
    var featureSum = vec4f();
    var ownSum = vec4f();
    for (var block = part % SEGMENTS; block < stage.blocks; block += SEGMENTS) {
      let feature = activations[stage.input + k * BLOCKS + block];
      for (var i = 0u; i < 4u; i++) {
        let row = 4u * block + i;
        featureSum += feature[i] * exchanged[row];
        ownSum += select(0.0, 1.0, operationOf(control.rows[row]) == k) * exchanged[row];
      }
    }
    featureSums[part] = featureSum;
    ownSums[part] = ownSum;
  }
  workgroupBarrier();
  if (thread == 0u) {
    // [column][feature] of four columns is a run of OPERATIONS vec4f.
    var norm = 0.0;
    var along = 0.0;
    for (var v = 0u; v < stage.inputs; v++) {
      var sums = vec4f();
      var own = vec4f();
      for (var i = 0u; i < 4u; i++) {
        let column = (4u * v + i) / OPERATIONS;
        let k = (4u * v + i) % OPERATIONS;
        for (var segment = 0u; segment < SEGMENTS; segment++) {
          sums[i] += featureSums[k * SEGMENTS + segment][column];
          own[i] += ownSums[k * SEGMENTS + segment][column];
        }
      }
      optimizer[stage.weight + quad * OPERATIONS + v] = sums;
      norm += dot(sums, sums);
      along += dot(own, parameters[stage.weight + quad * OPERATIONS + v]);
    }
    norms[stage.norms + quad] += norm;
    norms[EPSILON_SLOTS + quad] = along;
  }
}

fn smallGradients(thread: u32) {
  var norm = vec4f();
  for (var v = thread; v < LOSSES_AT / 4u; v += THREADS) {
    var sum = vec4f();
    for (var graph = 0u; graph < control.count; graph++) { sum += partials[stage.sums + graph * (SUMS / 4u) + v]; }
    optimizer[stage.nextBias + v] = sum;
    norm += sum * sum;
  }
  contribute(0u, norm, thread);
  workgroupBarrier();
  if (thread == 0u) { norms[NORMS - 1u] = dot(total(0u), vec4f(1.0)); }
}
