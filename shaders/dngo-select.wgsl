// The candidates of largest expected improvement, best first, of equals the smaller. One workgroup a search.

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> slots: array<vec2u>;
@group(0) @binding(2) var<storage, read> scores: array<f32>;               // [place][stride]
@group(0) @binding(3) var<storage, read> shortlist: array<u32>;            // [place][stride]
@group(0) @binding(4) var<storage, read> listed: array<u32>;               // [place]
@group(0) @binding(5) var<storage, read_write> picked: array<u32>;         // [place][picks], NONE where there was no candidate left

const THREADS = 64u;
const NONE = 0xffffffffu;

var<workgroup> best: array<f32, THREADS>;
var<workgroup> whose: array<u32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let place = slots[job.first + group.x].x;
  var bound = -LEAST;
  var last = 0u;
  for (var pick = 0u; pick < job.picks; pick++) {
    var own = LEAST;
    var at = NONE;
    for (var i = thread; i < listed[place]; i += THREADS) {
      let candidate = shortlist[place * job.stride + i];
      let value = scores[place * job.stride + candidate];
      let later = pick == 0u || value < bound || (value == bound && candidate > last);
      if (later && (value > own || (value == own && candidate < at))) {
        own = value;
        at = candidate;
      }
    }
    best[thread] = own;
    whose[thread] = at;
    workgroupBarrier();
    bound = LEAST;
    last = NONE;
    for (var i = 0u; i < THREADS; i++) {
      if (best[i] > bound || (best[i] == bound && whose[i] < last)) {
        bound = best[i];
        last = whose[i];
      }
    }
    if (thread == 0u) { picked[place * job.picks + pick] = last; }
    workgroupBarrier();
  }
}
