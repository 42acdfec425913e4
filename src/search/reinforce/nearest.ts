import type { Embedding } from "../strategy.ts";

/** Which of the nearest a step goes to: the nearest new one, or (as the released code does on NAS-Bench-201) never the very nearest of all. */
export type NearestRule = "first" | "after-first";

/**
 * The candidate nearest to `point` in L2 distance that `visited` does not mark; ties go to the smaller index. With
 * "after-first" the nearest candidate of all, visited or not, is passed over. Undefined when none is left.
 * @param point length `embedding.dimensions`
 * @param visited one byte an architecture of the space
 */
export function nearestUnvisited(
  embedding: Embedding,
  candidates: Uint32Array,
  visited: Uint8Array,
  point: Float64Array,
  rule: NearestRule,
): number | undefined {
  const { data, dimensions } = embedding;
  const passedOver =
    rule === "after-first" ? nearestUnvisited(embedding, candidates, new Uint8Array(visited.length), point, "first") : undefined;
  let nearest: number | undefined;
  let least = Infinity;
  for (const index of candidates) {
    if (visited[index] || index === passedOver) continue;
    let distance = 0;
    const start = index * dimensions;
    for (let j = 0; j < dimensions && distance < least; j++) {
      const difference = (data[start + j] as number) - (point[j] as number);
      distance += difference * difference;
    }
    if (distance < least || nearest === undefined) {
      least = distance;
      nearest = index;
    }
  }
  return nearest;
}
