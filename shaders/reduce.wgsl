// Sums over the threads of a workgroup in a fixed order, so that the same input gives the same bits. Two barriers a sum.
// Needs WORKERS.

const LANES = 8u;
var<workgroup> contributions: array<vec4f, WORKERS>;
var<workgroup> laneSums: array<vec4f, LANES>;

fn sumOverWorkgroup(value: vec4f, thread: u32) -> vec4f {
  contributions[thread] = value;
  workgroupBarrier();
  if (thread < LANES) {
    var sum = vec4f();
    for (var i = thread; i < WORKERS; i += LANES) { sum += contributions[i]; }
    laneSums[thread] = sum;
  }
  workgroupBarrier();
  var total = vec4f();
  for (var i = 0u; i < LANES; i++) { total += laneSums[i]; }
  return total;
}
