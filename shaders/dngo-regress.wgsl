// Bayesian linear regression on the features: from the singular values and vectors of Phi to the precisions of largest marginal likelihood,
// the mean of the weights and the variance along every direction; the twin of src/search/dngo/linear-regression.ts. One workgroup a
// search, one thread a hidden unit. Needs random.wgsl and dngo-chance.wgsl.

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> slots: array<vec2u>;
@group(0) @binding(2) var<storage, read> network: array<vec4f>;            // [place][HIDDEN][UNIT]
@group(0) @binding(3) var<storage, read> turning: array<vec4f>;            // [place][2][UNITS][slots]
@group(0) @binding(4) var<storage, read> turnedLabels: array<f32>;         // [place][2][slots]
@group(0) @binding(5) var<storage, read> sweeps: array<vec2u>;             // [place]
@group(0) @binding(6) var<storage, read_write> facts: array<vec4f>;        // [place][FACTS]
@group(0) @binding(7) var<storage, read_write> model: array<vec4f>;        // [place][HIDDEN][RECORD]
// [place][basis]: square of the singular value and label of every slot; the directions, largest singular value first; their variances.
@group(0) @binding(8) var<storage, read_write> basis: array<vec4f>;

const ROUNDING = 1.0e-13;
const BOUND = 10.0;
const TOLERANCE = 1.0e-4;
const EVALUATIONS = 400u;

var<workgroup> precision_: vec2f;

// -2 log p(y) up to a constant, of log alpha and log 1/beta (Bishop, "Pattern Recognition and Machine Learning", equation 3.86).
fn cost(place: u32, at: vec2f) -> f32 {
  if (max(abs(at.x), abs(at.y)) > BOUND) { return -LEAST; }
  let alpha = exp(at.x);
  let beta = exp(-at.y);
  var error = 0.0;
  var weights = 0.0;
  var logarithms = 0.0;
  for (var j = 0u; j < job.rows; j++) {
    let direction = basis[place * job.basis + j];
    let total = alpha + beta * direction.x;
    let left = direction.y * alpha / total;
    let taken = beta * direction.y / total;
    error += left * left;
    weights += direction.x * taken * taken;
    logarithms += log(exp(at.y) + direction.x / alpha);
  }
  if (asked(UNSQUARED)) { error = sqrt(error); }
  return 0.5 * (beta * error + alpha * weights + logarithms);
}

// The downhill simplex of src/search/dngo/nelder-mead.ts, with one place where a cost is worked out: compilers would copy each.
const FIRST = 0u;        // the three corners of the first simplex
const REFLECT = 3u;
const STRETCH = 4u;      // beyond the reflected point
const OUTSIDE = 5u;      // halfway to the reflected point
const INSIDE = 6u;       // halfway to the worst
const SHRINK = 7u;       // the two worse corners, towards the best

fn likeliest(place: u32, seed: u32) -> vec2f {
  let key = vec2u(seed, STREAM_SEARCH);
  var start = vec2f();
  for (var i = 0u; i < 2u; i++) { start[i] = normal(key, vec2u(job.round, START + i)); }
  start.y -= 3.0;
  let stretched = select(1.05 * start, vec2f(0.00025), start == vec2f());
  var a = vec3f();
  var b = vec3f();
  var c = vec3f();
  var reflected = vec3f();
  var away = vec2f();
  var centre = vec2f();
  var state = FIRST;
  var at = start;
  for (var evaluations = 1u; evaluations <= EVALUATIONS; evaluations++) {
    let found = vec3f(at, cost(place, at));
    var whole = true;
    switch state {
      case FIRST: { a = found; at = vec2f(stretched.x, start.y); state = 1u; whole = false; }
      case 1u: { b = found; at = vec2f(start.x, stretched.y); state = 2u; whole = false; }
      case REFLECT: {
        reflected = found;
        if (found.z >= a.z && found.z < b.z) {
          c = found;
        } else {
          state = select(select(INSIDE, OUTSIDE, found.z < c.z), STRETCH, found.z < a.z);
          at = centre + select(select(-0.5, 0.5, state == OUTSIDE), 2.0, state == STRETCH) * away;
          whole = false;
        }
      }
      case STRETCH: { c = reflected; if (found.z < reflected.z) { c = found; } }
      case OUTSIDE, INSIDE: {
        if ((state == OUTSIDE && found.z <= reflected.z) || (state == INSIDE && found.z < c.z)) {
          c = found;
        } else {
          at = 0.5 * (a.xy + b.xy);
          state = SHRINK;
          whole = false;
        }
      }
      case SHRINK: { b = found; at = 0.5 * (a.xy + c.xy); state = 2u; whole = false; }
      default: { c = found; }
    }
    if (!whole) { continue; }
    if (b.z < a.z) { let kept = a; a = b; b = kept; }
    if (c.z < b.z) { let kept = b; b = c; c = kept; }
    if (b.z < a.z) { let kept = a; a = b; b = kept; }
    let far = max(abs(b - a), abs(c - a));
    if (max(far.x, far.y) <= TOLERANCE && c.z - a.z <= TOLERANCE) { break; }
    centre = 0.5 * (a.xy + b.xy);
    away = centre - c.xy;
    at = centre + away;
    state = REFLECT;
  }
  return a.xy;
}

@compute @workgroup_size(HIDDEN)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let slot = slots[job.first + group.x];
  let place = slot.x;
  let side = place * 2u + (sweeps[place].x & 1u);
  let rows = side * UNITS * job.slots;
  let vectors = place * job.basis + job.slots;
  let variances = vectors + HIDDEN * UNITS;
  let shortest = ROUNDING * f32(job.rows * HIDDEN);
  for (var j = thread; j < job.rows; j += HIDDEN) {
    var squares = vec4f();
    for (var k = 0u; k < job.units * job.slots; k += job.slots) { squares += turning[rows + k + j] * turning[rows + k + j]; }
    let value = dot(squares, vec4f(1.0));
    basis[place * job.basis + j] = vec4f(select(0.0, value, value > shortest), turnedLabels[side * job.slots + j], 0.0, 0.0);
  }
  storageBarrier();
  if (thread == 0u) { precision_ = likeliest(place, slot.y); }
  workgroupBarrier();
  let alpha = exp(precision_.x);
  let beta = exp(-precision_.y);

  // The mean of this unit's weight, and the unit's part of every direction, largest singular value first.
  var mean = 0.0;
  var kept = 0u;
  for (var j = 0u; j < job.rows; j++) {
    let direction = basis[place * job.basis + j];
    if (direction.x == 0.0) { continue; }
    kept += 1u;
    mean += beta * direction.y / (alpha + beta * direction.x) * turning[rows + (thread / 4u) * job.slots + j][thread % 4u];
  }
  kept = min(kept, HIDDEN);
  for (var j = thread; j < job.rows; j += HIDDEN) {
    let value = basis[place * job.basis + j].x;
    if (value == 0.0) { continue; }
    var rank = 0u;
    for (var i = 0u; i < job.rows; i++) {
      let other = basis[place * job.basis + i].x;
      if (other > value || (other == value && i < j)) { rank += 1u; }
    }
    if (rank >= HIDDEN) { continue; }
    for (var k = 0u; k < job.units; k++) {
      basis[vectors + rank * UNITS + k] = turning[rows + k * job.slots + j] * inverseSqrt(value);
    }
    basis[variances + rank] = vec4f(1.0 / (alpha + beta * value), 0.0, 0.0, 0.0);
  }
  storageBarrier();

  let unit = (place * HIDDEN + thread) * UNIT;
  let record = (place * HIDDEN + thread) * RECORD;
  var bias = network[unit + ROW].x;
  for (var q = 0u; q < ROW; q++) {
    let weights = network[unit + q] / facts[place * FACTS + ROW + q];
    bias -= dot(weights, facts[place * FACTS + q]);
    model[record + q] = weights;
  }
  model[record + ROW] = vec4f(bias, mean, 0.0, 0.0);
  var known = array<vec4f, 2>();
  for (var d = 0u; d < min(KNOWN, kept); d++) {
    known[d / 4u][d % 4u] = basis[vectors + d * UNITS + thread / 4u][thread % 4u];
  }
  model[record + ROW + 1u] = known[0];
  model[record + ROW + 2u] = known[1];
  if (thread == 0u) {
    var next = 1.0 / alpha;
    if (kept > KNOWN) { next = basis[variances + KNOWN].x; }
    facts[place * FACTS + 2u * ROW + 1u] = vec4f(1.0 / alpha, 1.0 / beta, f32(kept), next);
  }
}
