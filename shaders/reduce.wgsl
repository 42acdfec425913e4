// Sums over the threads of a workgroup in a fixed order, so that the same input gives the same bits: every thread puts its
// share into a slot, and after one barrier every thread may add the slot up. A slot serves one sum of a kernel: a second use
// would need a barrier more, and barriers are what compilers for CPU adapters take longest over.
// Needs WORKERS (threads) and SLOTS.

var<workgroup> shares: array<vec4f, WORKERS * SLOTS>;

const MEND_MEAN = false;

fn contribute(slot: u32, share: vec4f, thread: u32) { shares[slot * WORKERS + thread] = share; }

fn total(slot: u32, thread: u32) -> vec4f {
  var sum = vec4f();
  for (var i = 0u; i < WORKERS; i++) { sum += shares[slot * WORKERS + i]; }
  return sum;
}
