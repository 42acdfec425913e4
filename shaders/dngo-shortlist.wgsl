// The candidates worth an exact variance: those whose upper bound reaches the picks-th largest of the lower bounds that the workgroups
// before found. The list comes in any order, its set does not depend on it. One workgroup a search.

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> slots: array<vec2u>;
@group(0) @binding(2) var<storage, read> scores: array<f32>;               // [place][stride]
@group(0) @binding(3) var<storage, read> leaders: array<f32>;              // [place][tiles]
@group(0) @binding(4) var<storage, read_write> shortlist: array<u32>;      // [place][stride]
@group(0) @binding(5) var<storage, read_write> listed: array<u32>;         // [place]

const THREADS = 256u;

var<workgroup> best: array<f32, THREADS>;
var<workgroup> where_: array<u32, THREADS>;
var<workgroup> length_: atomic<u32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let place = slots[job.first + group.x].x;
  // The largest leader, then the largest after it, and so on.
  var threshold = -LEAST;
  var last = 0u;
  for (var pick = 0u; pick < job.picks; pick++) {
    var own = LEAST;
    var at = job.tiles;
    for (var tile = thread; tile < job.tiles; tile += THREADS) {
      let leader = leaders[place * job.tiles + tile];
      let later = pick == 0u || leader < threshold || (leader == threshold && tile > last);
      if (later && leader > own) {
        own = leader;
        at = tile;
      }
    }
    best[thread] = own;
    where_[thread] = at;
    workgroupBarrier();
    threshold = LEAST;
    last = job.tiles;
    for (var i = 0u; i < min(THREADS, job.tiles); i++) {
      if (best[i] > threshold || (best[i] == threshold && where_[i] < last)) {
        threshold = best[i];
        last = where_[i];
      }
    }
    workgroupBarrier();
  }
  for (var candidate = thread; candidate < job.candidates; candidate += THREADS) {
    let bound = scores[place * job.stride + candidate];
    if (bound > LEAST && bound >= threshold) { shortlist[place * job.stride + atomicAdd(&length_, 1u)] = candidate; }
  }
  workgroupBarrier();
  if (thread == 0u) { listed[place] = atomicLoad(&length_); }
}
