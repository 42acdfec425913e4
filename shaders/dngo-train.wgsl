// Trains the networks x -> tanh(W x + b) -> v . h + c of many searches, from scratch, by Adam on the mean squared error of small batches.
// One workgroup a search, one thread a hidden unit, which keeps its weights and their moments for itself; what the threads
// have to agree on is the sum of their outputs, four rows of the batch in a vec4f. A dispatch does some epochs, the next goes on.

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> slots: array<vec2u>;
@group(0) @binding(2) var<storage, read> inputs: array<f32>;               // [place][capacity][4 ROW]
@group(0) @binding(3) var<storage, read> labels: array<f32>;               // [place][capacity]
@group(0) @binding(4) var<storage, read_write> network: array<vec4f>;      // [place][HIDDEN][UNIT]
@group(0) @binding(5) var<storage, read_write> moments: array<vec4f>;      // [place][HIDDEN][2 UNIT]
@group(0) @binding(6) var<storage, read_write> epochs: array<u32>;         // [place]: trained so far

const FEATURES = 4u * ROW;
const GROUPS = (BATCH + 3u) / 4u;
const PARTS = 4u;
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1.0e-8;

var<workgroup> order: array<u32, HIDDEN>;
var<workgroup> batch: array<vec4f, 2u * GROUPS * FEATURES>;   // two batches, [group][feature]: four rows
var<workgroup> answers: array<vec4f, 2u * GROUPS>;
var<workgroup> shares: array<vec4f, GROUPS * HIDDEN>;
var<workgroup> parts: array<vec4f, GROUPS * PARTS>;

// Rows order[start..] into one of the two batches. Rows a batch does not have are zero.
fn load(place: u32, start: u32, into: u32, thread: u32) {
  for (var i = thread; i < GROUPS * (FEATURES + 1u); i += HIDDEN) {
    let group = i / (FEATURES + 1u);
    let feature = i % (FEATURES + 1u);
    var four = vec4f();
    for (var r = 0u; r < 4u; r++) {
      let row = 4u * group + r;
      if (row < job.size) {
        let at = place * job.capacity + order[start + row];
        if (feature == FEATURES) { four[r] = labels[at]; } else { four[r] = inputs[at * FEATURES + feature]; }
      }
    }
    if (feature == FEATURES) { answers[into * GROUPS + group] = four; } else { batch[(into * GROUPS + group) * FEATURES + feature] = four; }
  }
}

@compute @workgroup_size(HIDDEN)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let slot = slots[job.first + group.x];
  let place = slot.x;
  let seed = slot.y;
  let unit = (place * HIDDEN + thread) * UNIT;
  let state = 2u * unit;
  let begun = epochs[place];

  var weights = array<vec4f, ROW>();
  var first = array<vec4f, ROW>();
  var second = array<vec4f, ROW>();
  // Bias, output weight, output bias (of which every thread has the same copy), and their moments.
  var outer = vec3f();
  var outerFirst = vec3f();
  var outerSecond = vec3f();
  // 1 - beta^t, by a recurrence in which nothing cancels.
  var correction = vec2f();
  if (begun == 0u) {
    let bound = 1.0 / sqrt(f32(INPUTS));
    let outerBound = 1.0 / sqrt(f32(HIDDEN));
    for (var j = 0u; j < INPUTS; j++) { weights[j / 4u][j % 4u] = initialWeight(seed, job.round, thread * INPUTS + j, bound); }
    outer = vec3f(
      initialWeight(seed, job.round, HIDDEN * INPUTS + thread, bound),
      initialWeight(seed, job.round, HIDDEN * (INPUTS + 1u) + thread, outerBound),
      initialWeight(seed, job.round, HIDDEN * (INPUTS + 2u), outerBound));
  } else {
    for (var q = 0u; q < ROW; q++) {
      weights[q] = network[unit + q];
      first[q] = moments[state + q];
      second[q] = moments[state + ROW + q];
    }
    outer = network[unit + ROW].xyz;
    let last = moments[state + 2u * ROW];
    outerFirst = last.xyz;
    let beyond = moments[state + 2u * ROW + 1u];
    outerSecond = beyond.xyz;
    correction = vec2f(last.w, beyond.w);
  }

  let steps = job.rows / job.size;
  let window = HIDDEN / job.size;
  for (var e = 0u; e < job.epochs; e++) {
    let key = job.round * job.totalEpochs + begun + e;
    for (var begin = 0u; begin < steps; begin += window) {
      let position = begin * job.size + thread;
      if (position < job.rows) { order[thread] = shuffled(position, job.rows, seed, key); }
      workgroupBarrier();
      load(place, 0u, 0u, thread);
      workgroupBarrier();
      let count = min(window, steps - begin);
      for (var step = 0u; step < count; step++) {
        let at = (step & 1u) * GROUPS;
        var h = array<vec4f, GROUPS>();
        for (var g = 0u; g < GROUPS; g++) {
          var sum = vec4f(outer.x);
          for (var q = 0u; q < ROW; q++) {
            let x = (at + g) * FEATURES + 4u * q;
            sum += weights[q].x * batch[x] + weights[q].y * batch[x + 1u] + weights[q].z * batch[x + 2u] + weights[q].w * batch[x + 3u];
          }
          h[g] = tanhOf(sum);
          shares[g * HIDDEN + thread] = outer.y * h[g];
        }
        workgroupBarrier();
        if (thread < GROUPS * PARTS) {
          var sum = vec4f();
          for (var i = thread % PARTS; i < 4u * job.units; i += PARTS) { sum += shares[(thread / PARTS) * HIDDEN + i]; }
          parts[thread] = sum;
        }
        if (step + 1u < count) { load(place, (step + 1u) * job.size, 1u - (step & 1u), HIDDEN - 1u - thread); }
        workgroupBarrier();

        var slope = array<vec4f, GROUPS>();
        var gradient = vec3f();
        for (var g = 0u; g < GROUPS; g++) {
          var output = vec4f(outer.z);
          for (var i = 0u; i < PARTS; i++) { output += parts[g * PARTS + i]; }
          let live = vec4u(4u * g) + vec4u(0u, 1u, 2u, 3u) < vec4u(job.size);
          let error = select(vec4f(), (2.0 / f32(job.size)) * (output - answers[at + g]), live);
          slope[g] = error * outer.y * (1.0 - h[g] * h[g]);
          gradient += vec3f(dot(slope[g], vec4f(1.0)), dot(error, h[g]), dot(error, vec4f(1.0)));
        }
        correction += (1.0 - correction) * vec2f(1.0 - BETA1, 1.0 - BETA2);
        let rate = job.learningRate / correction.x;
        let scale = inverseSqrt(correction.y);
        for (var q = 0u; q < ROW; q++) {
          var d = vec4f();
          for (var g = 0u; g < GROUPS; g++) {
            let x = (at + g) * FEATURES + 4u * q;
            d += vec4f(dot(slope[g], batch[x]), dot(slope[g], batch[x + 1u]), dot(slope[g], batch[x + 2u]), dot(slope[g], batch[x + 3u]));
          }
          first[q] = BETA1 * first[q] + (1.0 - BETA1) * d;
          second[q] = BETA2 * second[q] + (1.0 - BETA2) * d * d;
          weights[q] -= rate * first[q] / (sqrt(second[q]) * scale + EPSILON);
        }
        outerFirst = BETA1 * outerFirst + (1.0 - BETA1) * gradient;
        outerSecond = BETA2 * outerSecond + (1.0 - BETA2) * gradient * gradient;
        outer -= rate * outerFirst / (sqrt(outerSecond) * scale + EPSILON);
      }
    }
  }

  for (var q = 0u; q < ROW; q++) {
    network[unit + q] = weights[q];
    moments[state + q] = first[q];
    moments[state + ROW + q] = second[q];
  }
  network[unit + ROW] = vec4f(outer, 0.0);
  moments[state + 2u * ROW] = vec4f(outerFirst, correction.x);
  moments[state + 2u * ROW + 1u] = vec4f(outerSecond, correction.y);
  if (thread == 0u) { epochs[place] = begun + job.epochs; }
}
