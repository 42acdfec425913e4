// What a search has observed, as the network wants it: points and, where asked, labels with mean 0 and deviation 1 (columns that
// differ only by rounding are just centred); the value to improve on; and a bit for every architecture seen. One workgroup a search.

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> slots: array<vec2u>;            // place and seed of the searches at work
@group(0) @binding(2) var<storage, read> points: array<vec4f>;           // [candidate][ROW]
@group(0) @binding(3) var<storage, read> observed: array<vec2u>;         // [row][places]: candidate, bits of its value
@group(0) @binding(4) var<storage, read_write> inputs: array<vec4f>;     // [place][capacity][ROW]
@group(0) @binding(5) var<storage, read_write> labels: array<f32>;       // [place][capacity]
@group(0) @binding(6) var<storage, read_write> facts: array<vec4f>;      // [place][FACTS]
@group(0) @binding(7) var<storage, read_write> seen: array<atomic<u32>>; // [place][stride / 32]
@group(0) @binding(8) var<storage, read_write> epochs: array<u32>;       // [place]: trained so far

const ROUNDING = 1.0e-6;

fn candidate(place: u32, row: u32) -> u32 { return observed[row * job.places + place].x; }
fn value(place: u32, row: u32) -> f32 { return bitcast<f32>(observed[row * job.places + place].y); }

fn standardisePoints(place: u32, quad: u32) {
  let count = f32(job.rows);
  var sum = vec4f();
  for (var row = 0u; row < job.rows; row++) { sum += points[candidate(place, row) * ROW + quad]; }
  let mean = sum / count;
  var square = vec4f();
  for (var row = 0u; row < job.rows; row++) {
    let centred = points[candidate(place, row) * ROW + quad] - mean;
    square += centred * centred;
  }
  let spread = sqrt(square / count);
  let deviation = select(vec4f(1.0), spread, spread > ROUNDING * max(vec4f(1.0), abs(mean)));
  for (var row = 0u; row < job.rows; row++) {
    inputs[(place * job.capacity + row) * ROW + quad] = (points[candidate(place, row) * ROW + quad] - mean) / deviation;
  }
  facts[place * FACTS + quad] = mean;
  facts[place * FACTS + ROW + quad] = deviation;
}

fn standardiseLabels(place: u32) {
  var mean = 0.0;
  var deviation = 1.0;
  if (asked(STANDARDISED)) {
    var sum = 0.0;
    for (var row = 0u; row < job.rows; row++) { sum += value(place, row); }
    mean = sum / f32(job.rows);
    var square = 0.0;
    for (var row = 0u; row < job.rows; row++) {
      let centred = value(place, row) - mean;
      square += centred * centred;
    }
    let spread = sqrt(square / f32(job.rows));
    if (spread > ROUNDING * max(1.0, abs(mean))) { deviation = spread; }
  }
  var best = LEAST;
  for (var row = 0u; row < job.rows; row++) {
    let label = (value(place, row) - mean) / deviation;
    labels[place * job.capacity + row] = label;
    best = max(best, label);
  }
  let goal = select((job.goal - mean) / deviation, best, asked(INCUMBENT));
  facts[place * FACTS + 2u * ROW] = vec4f(mean, deviation, goal, 0.0);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let place = slots[job.first + group.x].x;
  for (var quad = thread; quad < ROW; quad += 64u) { standardisePoints(place, quad); }
  if (thread == 63u) {
    standardiseLabels(place);
    epochs[place] = 0u;
  }
  if (asked(UNSEEN)) {
    for (var row = job.fresh + thread; row < job.rows; row += 64u) {
      let at = candidate(place, row);
      atomicOr(&seen[place * (job.stride / 32u) + at / 32u], 1u << (at % 32u));
    }
  }
}
