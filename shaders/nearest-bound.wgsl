// Nearest neighbours, second of three: the k-th smallest of a query's tile minima, one workgroup a query. As many tiles hold a
// point that near, so the k nearest points are no farther. Found by halving the range of the bits.

@group(0) @binding(0) var<uniform> job: Search;
@group(0) @binding(1) var<storage, read> minima: array<u32>;             // [query][TILES]
@group(0) @binding(2) var<storage, read_write> bounds: array<u32>;       // [query], bits of squared distances

const LANES = 256u;

var<workgroup> below: atomic<u32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let query = group.x;
  var low = 0u;
  var high = 0x7f800000u;
  // 31 halvings bring a range of 31 bits down to one value; every thread does the same ones.
  for (var i = 0u; i < 31u; i++) {
    let middle = low + (high - low) / 2u;
    if (local.x == 0u) { atomicStore(&below, 0u); }
    workgroupBarrier();
    var own = 0u;
    for (var tile = local.x; tile < TILES; tile += LANES) {
      if (minima[query * TILES + tile] <= middle) { own += 1u; }
    }
    atomicAdd(&below, own);
    workgroupBarrier();
    if (atomicLoad(&below) >= job.neighbours) { high = middle; } else { low = middle + 1u; }
    workgroupBarrier();
  }
  if (local.x == 0u) { bounds[query] = high; }
}
