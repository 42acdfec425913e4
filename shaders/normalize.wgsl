// Batch norm, ReLU and neighbour aggregation of one tile: four columns x the four rows of this thread, as a mat4x4f whose
// columns are the features. A workgroup owns its columns for all rows, so nothing here leaves the workgroup.

const BN_EPSILON = 1e-5;
const BN_MOMENTUM = 0.1;

// 1 for the rows of this block that belong to the batch, 0 beyond its end.
fn validRows(block: u32, count: u32) -> vec4f {
  let rows = count * NODES;
  let row = vec4u(4u * block) + vec4u(0u, 1u, 2u, 3u);
  return select(vec4f(), vec4f(1.0), row < vec4u(rows));
}

// Sums over the four rows of each column, in a written order (see `weighted` in encode.wgsl).
fn rowSum(v: vec4f) -> f32 { return ((v.x + v.y) + v.z) + v.w; }

fn dots(tile: mat4x4f, by: vec4f) -> vec4f {
  return vec4f(rowSum(tile[0] * by), rowSum(tile[1] * by), rowSum(tile[2] * by), rowSum(tile[3] * by));
}

fn columnwise(a: mat4x4f, b: mat4x4f) -> vec4f {
  return vec4f(rowSum(a[0] * b[0]), rowSum(a[1] * b[1]), rowSum(a[2] * b[2]), rowSum(a[3] * b[3]));
}

fn affine(tile: mat4x4f, scale: vec4f, shift: vec4f) -> mat4x4f {
  return mat4x4f(tile[0] * scale.x + shift.x, tile[1] * scale.y + shift.y, tile[2] * scale.z + shift.z, tile[3] * scale.w + shift.w);
}

fn rectify(tile: mat4x4f, valid: vec4f) -> mat4x4f {
  return mat4x4f(max(tile[0], vec4f()) * valid, max(tile[1], vec4f()) * valid, max(tile[2], vec4f()) * valid, max(tile[3], vec4f()) * valid);
}

fn maskRows(tile: mat4x4f, valid: vec4f) -> mat4x4f {
  return mat4x4f(tile[0] * valid, tile[1] * valid, tile[2] * valid, tile[3] * valid);
}
