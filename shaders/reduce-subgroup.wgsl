// As reduce.wgsl, but the threads of a subgroup add up among themselves before they use workgroup memory.
// Needs WORKERS (threads, a multiple of SUBGROUP) and SLOTS.

const SHARERS = WORKERS / SUBGROUP;
var<workgroup> shares: array<vec4f, SHARERS * SLOTS>;

// The order in which a subgroup adds up is the adapter's own. What is left of the sum of centred values is the rounding error
// of their mean, and is taken out of it (corrected two-pass algorithm: Chan, Golub and LeVeque, 1983).
const MEND_MEAN = true;

fn contribute(slot: u32, share: vec4f, thread: u32) {
  let sum = subgroupAdd(share);
  if (thread % SUBGROUP == 0u) { shares[slot * SHARERS + thread / SUBGROUP] = sum; }
}

fn total(slot: u32, thread: u32) -> vec4f {
  var sum = vec4f();
  for (var i = 0u; i < SHARERS; i += SUBGROUP) {
    let sharer = i + thread % SUBGROUP;
    sum += select(vec4f(), shares[slot * SHARERS + min(sharer, SHARERS - 1u)], sharer < SHARERS);
  }
  return subgroupAdd(sum);
}
