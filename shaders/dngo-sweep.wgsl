// One sweep of one-sided Jacobi rotations (Hestenes, 1958) over the rows of Phi: every pair of rows is turned until it is orthogonal,
// the labels with them. When nothing turns any more, the rows are the singular values times the right singular vectors, and the
// labels are the components of y along the left ones. Working on Phi itself, not on Phi^T Phi, keeps small singular values in single precision.
//
// A round turns every top slot with the bottom slot below it; then all but the first move on by one place, clockwise, so that after
// rows - 1 rounds all have met and stand where they were (Brent and Luk, 1985). Rows move between two matrices, so slots side by side are
// read and written side by side. One workgroup a search, one thread a pair.

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> slots: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> turning: array<vec4f>;      // [place][2][UNITS][slots]
@group(0) @binding(3) var<storage, read_write> turnedLabels: array<f32>;   // [place][2][slots]
@group(0) @binding(4) var<storage, read_write> sweeps: array<vec2u>;       // [place]: done; 1 if nothing turned in the last

// Cosine of the angle between two rows that counts as orthogonal.
const ORTHOGONAL = 1.0e-6;
// Share of the rows' room that is rounding: shorter rows are left alone.
const ROUNDING = 1.0e-13;

var<workgroup> known: vec2u;
var<workgroup> turns: atomic<u32>;

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let place = slots[job.first + group.x].x;
  if (thread == 0u) { known = sweeps[place]; }
  let before = workgroupUniformLoad(&known);
  if (before.y == 1u) { return; }
  let pairs = (job.rows + 1u) / 2u;
  let shortest = ROUNDING * f32(job.rows * HIDDEN);
  var turned = 0u;
  var side = before.x & 1u;
  for (var round = 0u; round < 2u * pairs - 1u; round++) {
    let source = (place * 2u + side) * UNITS * job.slots;
    let goal = (place * 2u + 1u - side) * UNITS * job.slots;
    for (var top = thread; top < pairs; top += 128u) {
      let bottom = pairs + top;
      var products = array<vec4f, 3>();
      for (var k = source; k < source + job.units * job.slots; k += job.slots) {
        let a = turning[k + top];
        let b = turning[k + bottom];
        products[0] += a * a;
        products[1] += b * b;
        products[2] += a * b;
      }
      let aa = dot(products[0], vec4f(1.0));
      let bb = dot(products[1], vec4f(1.0));
      let ab = dot(products[2], vec4f(1.0));
      var c = 1.0;
      var s = 0.0;
      if (min(aa, bb) > shortest && abs(ab) > ORTHOGONAL * sqrt(aa) * sqrt(bb)) {
        let zeta = (bb - aa) / (2.0 * ab);
        let tangent = select(-1.0, 1.0, zeta >= 0.0) / (abs(zeta) + sqrt(1.0 + zeta * zeta));
        c = inverseSqrt(1.0 + tangent * tangent);
        s = c * tangent;
        turned = 1u;
      }
      var toTop = top + 1u;
      if (top == 0u) { toTop = 0u; } else if (toTop == pairs) { toTop = 2u * pairs - 1u; }
      let toBottom = select(bottom - 1u, min(1u, 2u * pairs - 1u), top == 0u);
      for (var k = 0u; k < job.units * job.slots; k += job.slots) {
        let a = turning[source + k + top];
        let b = turning[source + k + bottom];
        turning[goal + k + toTop] = c * a - s * b;
        turning[goal + k + toBottom] = s * a + c * b;
      }
      let old = (place * 2u + side) * job.slots;
      let into = (place * 2u + 1u - side) * job.slots;
      let a = turnedLabels[old + top];
      let b = turnedLabels[old + bottom];
      turnedLabels[into + toTop] = c * a - s * b;
      turnedLabels[into + toBottom] = s * a + c * b;
    }
    side = 1u - side;
    storageBarrier();
  }
  if (turned == 1u) { atomicStore(&turns, 1u); }
  workgroupBarrier();
  if (thread == 0u) { sweeps[place] = vec2u(before.x + 1u, select(1u, 0u, atomicLoad(&turns) == 1u)); }
}
