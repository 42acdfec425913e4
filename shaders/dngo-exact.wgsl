// Expected improvement of the candidates on the short list, with the whole variance. A workgroup takes four of them at a time, a thread a
// hidden unit, then a direction. What no direction takes of the features is worked out as a vector: as a difference of
// squares, single precision would lose it.

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> slots: array<vec2u>;
@group(0) @binding(2) var<storage, read> points: array<vec4f>;             // [candidate][ROW]
@group(0) @binding(3) var<storage, read> facts: array<vec4f>;              // [place][FACTS]
@group(0) @binding(4) var<storage, read> model: array<vec4f>;              // [place][HIDDEN][RECORD]
@group(0) @binding(5) var<storage, read> basis: array<vec4f>;
@group(0) @binding(6) var<storage, read> shortlist: array<u32>;            // [place][stride]
@group(0) @binding(7) var<storage, read> listed: array<u32>;               // [place]
@group(0) @binding(8) var<storage, read_write> scores: array<f32>;         // [place][stride]

var<workgroup> phi: array<vec4f, HIDDEN>;
var<workgroup> along: array<vec4f, HIDDEN>;
var<workgroup> means: array<vec4f, HIDDEN>;
var<workgroup> variances: array<vec4f, HIDDEN>;

@compute @workgroup_size(HIDDEN)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let place = slots[job.first + group.y].x;
  let goal = facts[place * FACTS + 2u * ROW].z;
  let prior = facts[place * FACTS + 2u * ROW + 1u];
  let kept = u32(prior.z);
  let vectors = place * job.basis + job.slots;
  let record = (place * HIDDEN + thread) * RECORD;
  let length_ = listed[place];
  for (var begin = 4u * group.x; begin < length_; begin += 4u * job.workers) {
    var sum = vec4f(model[record + ROW].x);
    for (var i = 0u; i < 4u; i++) {
      let candidate = shortlist[place * job.stride + min(begin + i, length_ - 1u)];
      for (var q = 0u; q < ROW; q++) { sum[i] += dot(model[record + q], points[candidate * ROW + q]); }
    }
    let features = tanhOf(sum);
    phi[thread] = features;
    workgroupBarrier();
    var own = vec4f();
    if (thread < kept) {
      for (var k = 0u; k < job.units; k++) {
        let direction = basis[vectors + thread * UNITS + k];
        own += direction.x * phi[4u * k] + direction.y * phi[4u * k + 1u] + direction.z * phi[4u * k + 2u] + direction.w * phi[4u * k + 3u];
      }
    }
    along[thread] = own;
    workgroupBarrier();
    var rest = features;
    for (var d = 0u; d < kept; d++) { rest -= along[d] * basis[vectors + d * UNITS + thread / 4u][thread % 4u]; }
    var variance = own * own * basis[vectors + HIDDEN * UNITS + thread].x;
    if (thread >= kept) { variance = vec4f(); }
    if (kept < HIDDEN) { variance += prior.x * rest * rest; }
    variances[thread] = variance;
    means[thread] = model[record + ROW].y * features;
    workgroupBarrier();
    if (thread < 4u && begin + thread < length_) {
      var mean = 0.0;
      var total = prior.y;
      for (var k = 0u; k < 4u * job.units; k++) {
        mean += means[k][thread];
        total += variances[k][thread];
      }
      scores[place * job.stride + shortlist[place * job.stride + begin + thread]] = score(mean, total, goal);
    }
  }
}
