// Bounds of every candidate's expected improvement, from the mean of its prediction and what the first KNOWN directions say of its
// variance: what they do not take of ||phi||^2 has at least the variance of the next direction and at most that of the prior. Keeps the
// upper bounds, and of every workgroup the largest lower one. A thread judges CHUNK candidates, so that it reads the model seldom.

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> slots: array<vec2u>;
@group(0) @binding(2) var<storage, read> points: array<vec4f>;             // [candidate][ROW]
@group(0) @binding(3) var<storage, read> facts: array<vec4f>;              // [place][FACTS]
@group(0) @binding(4) var<storage, read> model: array<vec4f>;              // [place][HIDDEN][RECORD]
@group(0) @binding(5) var<storage, read> basis: array<vec4f>;
@group(0) @binding(6) var<storage, read> seen: array<u32>;                 // [place][stride / 32]
@group(0) @binding(7) var<storage, read_write> scores: array<f32>;         // [place][stride]
@group(0) @binding(8) var<storage, read_write> leaders: array<f32>;        // [place][tiles]

const THREADS = 64u;
// Share of ||phi||^2 that rounding may take from, or add to, what the first directions leave over.
const SLACK = 1.0e-5;

var<workgroup> least: array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let place = slots[job.first + group.y].x;
  let begin = group.x * THREADS * CHUNK + thread;
  var x = array<array<vec4f, ROW>, CHUNK>();
  for (var i = 0u; i < CHUNK; i++) {
    let candidate = min(begin + i * THREADS, job.candidates - 1u);
    for (var q = 0u; q < ROW; q++) { x[i][q] = points[candidate * ROW + q]; }
  }
  // Mean and square of the features; what they have along the known directions.
  var sums = array<vec2f, CHUNK>();
  var low = array<vec4f, CHUNK>();
  var high = array<vec4f, CHUNK>();
  var record = place * HIDDEN * RECORD;
  for (let end = record + 4u * job.units * RECORD; record < end; record += RECORD) {
    let rest = model[record + ROW];
    let first = model[record + ROW + 1u];
    let second = model[record + ROW + 2u];
    var sum = array<vec4f, CHUNK>();
    for (var q = 0u; q < ROW; q++) {
      let weights = model[record + q];
      for (var i = 0u; i < CHUNK; i++) { sum[i] += weights * x[i][q]; }
    }
    for (var i = 0u; i < CHUNK; i++) {
      let phi = tanhOne(dot(sum[i], vec4f(1.0)) + rest.x);
      sums[i] += vec2f(rest.y * phi, phi * phi);
      low[i] += phi * first;
      high[i] += phi * second;
    }
  }
  let goal = facts[place * FACTS + 2u * ROW].z;
  let prior = facts[place * FACTS + 2u * ROW + 1u];
  let kept = u32(prior.z);
  var variances = array<vec4f, 2>();
  for (var d = 0u; d < min(KNOWN, kept); d++) { variances[d / 4u][d % 4u] = basis[place * job.basis + job.slots + HIDDEN * UNITS + d].x; }
  var leader = LEAST;
  for (var i = 0u; i < CHUNK; i++) {
    let candidate = begin + i * THREADS;
    if (candidate >= job.candidates) { continue; }
    var upper = LEAST;
    if (((seen[place * (job.stride / 32u) + candidate / 32u] >> (candidate % 32u)) & 1u) == 0u) {
      let known = prior.y + dot(low[i] * low[i], variances[0]) + dot(high[i] * high[i], variances[1]);
      let square = sums[i].y;
      let unknown = square - dot(low[i], low[i]) - dot(high[i], high[i]);
      upper = score(sums[i].x, known + (max(unknown, 0.0) + SLACK * square) * prior.x, goal);
      leader = max(leader, score(sums[i].x, known + max(unknown - SLACK * square, 0.0) * prior.w, goal));
    }
    scores[place * job.stride + candidate] = upper;
  }
  least[thread] = leader;
  workgroupBarrier();
  if (thread == 0u) {
    for (var i = 1u; i < THREADS; i++) { leader = max(leader, least[i]); }
    leaders[place * job.tiles + group.x] = leader;
  }
}

fn tanhOne(x: f32) -> f32 {
  let h = 0.5 * clamp(x, -10.0, 10.0);
  let s = h * h;
  let p = h * (135135.0 + s * (17325.0 + s * (378.0 + s)));
  let q = 135135.0 + s * (62370.0 + s * (3150.0 + 28.0 * s));
  return clamp((2.0 * p * q) / (p * p + q * q), -1.0, 1.0);
}
