// Features of the observed points, Phi, where the Jacobi sweeps will turn them: [quad of units][slot], a slot a row. A slot beyond the
// last row, where rows are odd, is zero. One workgroup a search.

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> slots: array<vec2u>;
@group(0) @binding(2) var<storage, read> inputs: array<vec4f>;             // [place][capacity][ROW]
@group(0) @binding(3) var<storage, read> labels: array<f32>;               // [place][capacity]
@group(0) @binding(4) var<storage, read> network: array<vec4f>;            // [place][HIDDEN][UNIT]
@group(0) @binding(5) var<storage, read_write> turning: array<vec4f>;      // [place][2][UNITS][slots]
@group(0) @binding(6) var<storage, read_write> turnedLabels: array<f32>;   // [place][2][slots]
@group(0) @binding(7) var<storage, read_write> sweeps: array<vec2u>;       // [place]: done; 1 if nothing turned in the last

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let place = slots[job.first + group.x].x;
  let used = job.rows + (job.rows & 1u);
  for (var i = thread; i < UNITS * used; i += 128u) {
    let quad = i / used;
    let row = i % used;
    var features = vec4f();
    if (row < job.rows) {
      var sum = vec4f();
      for (var u = 0u; u < 4u; u++) {
        let unit = (place * HIDDEN + 4u * quad + u) * UNIT;
        sum[u] = network[unit + ROW].x;
        for (var q = 0u; q < ROW; q++) { sum[u] += dot(network[unit + q], inputs[(place * job.capacity + row) * ROW + q]); }
      }
      features = tanhOf(sum);
    }
    turning[(place * 2u * UNITS + quad) * job.slots + row] = features;
  }
  for (var row = thread; row < used; row += 128u) {
    turnedLabels[place * 2u * job.slots + row] = select(0.0, labels[place * job.capacity + min(row, job.rows - 1u)], row < job.rows);
  }
  if (thread == 0u) { sweeps[place] = vec2u(); }
}
