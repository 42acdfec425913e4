/** Sums over neighbours as one symmetric N x N matrix a graph, for both encoders. */
import type { ModelShape } from "../config.ts";
import type { TwinStep } from "./problem.ts";

export interface Neighbourhoods {
  /** Weights of a layer's sum, B x N x N: (1 + eps) I + A~ in GIN layers, D^-1/2 (A~ + I) D^-1/2 in graph convolutions. */
  weights(layer: number, parameters: (name: string) => Float32Array): Neighbourhood;
}

export interface Neighbourhood {
  readonly nodes: number;
  readonly matrix: Float64Array;
}

export function neighbourhoods({ nodes, encoder }: ModelShape, { adjacency, count }: TwinStep): Neighbourhoods {
  const edges = new Float64Array(count * nodes * nodes);
  for (let at = 0; at < edges.length; at++) {
    const [row, column] = [Math.floor(at / nodes) % nodes, at % nodes];
    const turned = at - row * nodes - column + column * nodes + row;
    edges[at] = Math.max(adjacency[at] as number, adjacency[turned] as number);
  }
  const own = (at: number): boolean => Math.floor(at / nodes) % nodes === at % nodes;
  const degrees = Float64Array.from({ length: count * nodes }, (_, row) =>
    edges.subarray(row * nodes, (row + 1) * nodes).reduce((sum, edge) => sum + edge, 1),
  );
  const convolution = edges.map((edge, at) => {
    const row = Math.floor(at / nodes);
    const other = Math.floor(row / nodes) * nodes + (at % nodes);
    return (own(at) ? 1 : edge) / Math.sqrt((degrees[row] as number) * (degrees[other] as number));
  });
  return {
    weights(layer, parameters) {
      if (encoder === "gcn") return { nodes, matrix: convolution };
      const eps = parameters("eps")[layer] as number;
      return { nodes, matrix: edges.map((edge, at) => (own(at) ? 1 + eps : edge)) };
    },
  };
}

/** S X for every graph; X is R x features. The matrices are symmetric, so this carries gradients back, too. */
export function weighted(x: Float64Array, features: number, { nodes, matrix }: Neighbourhood): Float64Array {
  const sums = new Float64Array(x.length);
  for (let at = 0; at < matrix.length; at++) {
    const weight = matrix[at] as number;
    if (weight === 0) continue;
    const row = Math.floor(at / nodes);
    const other = Math.floor(row / nodes) * nodes + (at % nodes);
    for (let k = 0; k < features; k++) {
      sums[row * features + k] = (sums[row * features + k] as number) + weight * (x[other * features + k] as number);
    }
  }
  return sums;
}
