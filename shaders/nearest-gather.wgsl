// Nearest neighbours, third of three: every point no farther than a query's bound, for the host to sort. The bound is widened by
// more than both sides can be off by rounding, so that no nearest point is missed. Points come in any order, their set does
// not depend on it; `found` goes on counting beyond the capacity, which tells the host that there was no room for all.

@group(0) @binding(0) var<uniform> job: Search;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;           // [point][DIMENSIONS / 4]
@group(0) @binding(2) var<storage, read> queries: array<vec4f>;          // [query][DIMENSIONS / 4]
@group(0) @binding(3) var<storage, read> minima: array<u32>;             // [query][TILES]
@group(0) @binding(4) var<storage, read> bounds: array<u32>;             // [query]
@group(0) @binding(5) var<storage, read_write> found: array<atomic<u32>>;   // [query], set to zero before
@group(0) @binding(6) var<storage, read_write> candidates: array<u32>;   // [query][capacity], indices of points

const SLACK = 1.0001;
// Distances so small that an adapter may take them for zero.
const TINY = 1.0e-37;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = id.x;
  let query = id.y;
  if (tile >= TILES) { return; }
  let bound = bitcast<f32>(bounds[query]) * SLACK + TINY;
  if (bitcast<f32>(minima[query * TILES + tile]) > bound) { return; }
  for (var point = tile; point < job.points; point += TILES) {
    if (squaredDistance(point, query) > bound) { continue; }
    let place = atomicAdd(&found[query], 1u);
    if (place < job.capacity) { candidates[query * job.capacity + place] = point; }
  }
}
