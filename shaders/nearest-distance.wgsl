// Squared distance between a point and a query, for kernels that have both.

const FAR = 3.0e38;
const ROW = DIMENSIONS / 4u;

fn squaredDistance(point: u32, query: u32) -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < ROW; i++) {
    let difference = points[point * ROW + i] - queries[query * ROW + i];
    sum += dot(difference, difference);
  }
  return min(sum, FAR);
}
