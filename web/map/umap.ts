import { UMAP } from "umap-js";
import { generator } from "../../src/random/generator.ts";
import type { Steps } from "../../src/spaces/steps.ts";
import { nearestNeighbours } from "../../src/vgae/nearest/neighbours.ts";
import { fitSquare, type Part, spread, turnOnto } from "../../src/vgae/projection.ts";
import { spreadOrder } from "./spread.ts";
import { BETWEEN, LEAST_DISTANCE, MOST_LAID_OUT, NEIGHBOURS } from "./umap-settings.ts";

const EPOCHS = 200;
/** Extent of the layout that it starts from. */
const EXTENT = 10;
/** Rows whose neighbours are looked for between two reports of progress. */
const QUERIES = 64;

export interface UmapRequest {
  /** count x dimensions, row-major. */
  readonly rows: Float32Array;
  readonly dimensions: number;
  /** The plane of the same embedding (`project`), 2 numbers an architecture: the layout starts there, and is turned onto it at the end. */
  readonly plane: Float32Array;
  /** Where the rows are not all architectures in order. */
  readonly part?: Part | undefined;
  readonly seed: number;
}

/**
 * The embedding laid out by UMAP (McInnes et al., 2018; umap-js), so that the nearest stay near: 15 neighbours, least distance 1, 200 epochs,
 * exact neighbours. The same seed gives the same layout. Returns 2 numbers an architecture as `project` does.
 */
export function* umapSteps({ rows, dimensions, plane, part, seed }: UmapRequest): Steps<Float32Array> {
  const count = rows.length / dimensions;
  const chosen = spreadOrder(count, 0, MOST_LAID_OUT).sort();
  const own = rowsOf(rows, dimensions, chosen);
  const k = Math.min(NEIGHBOURS, chosen.length);
  const indices: number[][] = [];
  const distances: number[][] = [];
  for (let first = 0; first < chosen.length; first += QUERIES) {
    const found = nearestNeighbours(
      { data: own, dimensions },
      own.subarray(first * dimensions, (first + QUERIES) * dimensions),
      k,
    );
    indices.push(...chunks(found.indices, k));
    distances.push(...chunks(found.distances, k));
    yield (0.1 * first) / chosen.length;
  }
  const random = generator(seed, "projection");
  const umap = new UMAP({ nNeighbors: k, minDist: LEAST_DISTANCE, nEpochs: EPOCHS, random: () => random.uniform() });
  umap.setPrecomputedKNN(indices, distances);
  const epochs = umap.initializeFit(chunks(own, dimensions));
  const layout = umap.getEmbedding();
  for (const [i, row] of chosen.entries()) {
    const at = part ? (part.present[row] as number) : row;
    layout[i]?.splice(0, 2, EXTENT * (plane[2 * at] as number), EXTENT * (plane[2 * at + 1] as number));
  }
  for (let epoch = 0; epoch < epochs; epoch++) {
    yield 0.3 + (0.5 * epoch) / epochs;
    umap.step();
  }

  const points = new Float32Array(2 * count).fill(Number.NaN);
  for (const [i, row] of chosen.entries()) points.set(umap.getEmbedding()[i] as number[], 2 * row);
  const others = Uint32Array.from({ length: count }, (_, row) => row).filter((row) => Number.isNaN(points[2 * row]));
  for (let first = 0; first < others.length; first += QUERIES) {
    const some = others.subarray(first, first + QUERIES);
    const found = nearestNeighbours({ data: own, dimensions }, rowsOf(rows, dimensions, some), BETWEEN);
    for (const [i, row] of some.entries()) {
      const near = found.indices.subarray(i * found.k, (i + 1) * found.k);
      const far = found.distances.subarray(i * found.k, (i + 1) * found.k);
      points.set(
        between(
          points,
          near.map((place) => chosen[place] as number),
          far,
        ),
        2 * row,
      );
    }
    yield 0.8 + (0.2 * first) / others.length;
  }
  fitSquare(points);
  turnOnto(points, plane, part?.present);
  return part ? spread(points, part) : points;
}

/** The mean of the places of rows, the nearer ones weighing more. */
function between(points: Float32Array, rows: Uint32Array, distances: Float32Array): [number, number] {
  let [x, y, sum] = [0, 0, 0];
  for (const [i, row] of rows.entries()) {
    const weight = 1 / ((distances[i] as number) + 1e-6);
    x += weight * (points[2 * row] as number);
    y += weight * (points[2 * row + 1] as number);
    sum += weight;
  }
  return [x / sum, y / sum];
}

function rowsOf(rows: Float32Array, dimensions: number, chosen: Uint32Array): Float32Array {
  const own = new Float32Array(chosen.length * dimensions);
  for (const [i, row] of chosen.entries()) own.set(rows.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions);
  return own;
}

const chunks = (values: Float32Array | Uint32Array, size: number): number[][] =>
  Array.from({ length: values.length / size }, (_, i) => [...values.subarray(i * size, (i + 1) * size)]);
