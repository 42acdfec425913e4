// Nearest neighbours, first of three: the smallest squared distance within each tile of points. A tile is every TILES-th point,
// so that neighbouring threads read neighbouring rows; a thread owns one tile and measures it against QUERIES queries at once.
// Distances are compared by their bits: floats that are not negative have the order of the integers.

@group(0) @binding(0) var<uniform> job: Search;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;           // [point][DIMENSIONS / 4]
@group(0) @binding(2) var<storage, read> queries: array<vec4f>;          // [query][DIMENSIONS / 4]
@group(0) @binding(3) var<storage, read_write> minima: array<u32>;       // [query][TILES], bits of squared distances

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = id.x;
  if (tile >= TILES) { return; }
  let first = id.y * QUERIES;
  var least: array<f32, QUERIES>;
  for (var q = 0u; q < QUERIES; q++) { least[q] = FAR; }
  for (var point = tile; point < job.points; point += TILES) {
    for (var q = 0u; q < QUERIES; q++) { least[q] = min(least[q], squaredDistance(point, first + q)); }
  }
  for (var q = 0u; q < QUERIES; q++) {
    if (first + q < job.queries) { minima[(first + q) * TILES + tile] = bitcast<u32>(least[q]); }
  }
}
