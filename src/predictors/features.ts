import type { Distance } from "../search/gp/points.ts";
import { rescale, type Scale, standardise } from "../search/standardise.ts";
import type { SearchSpace } from "../spaces/space.ts";

/**
 * Some architectures as a predictor sees them: rows of numbers, in blocks of one kind each. A kernel compares every block by itself; who has no
 * kernel reads them side by side (`columns`). None is made of labels.
 */
export interface Features {
  /** The architectures, as indices of the space. */
  readonly indices: Uint32Array;
  readonly blocks: readonly Block[];
}

export interface Block {
  /** Row-major: architectures x dimensions. */
  readonly rows: Float64Array;
  readonly dimensions: number;
  /** How a kernel compares two rows: L2, or L1 where the rows are counts or one-hot. */
  readonly distance: Distance;
}

/** Makes features of any architectures of a space. */
export interface FeatureSource {
  /** The name in commands and files. */
  readonly name: string;
  of(indices: Uint32Array): Features;
}

/** Writes the numbers of one architecture. */
export interface RowWriter {
  readonly dimensions: number;
  /** @param start where the row begins in `into`, which is 0 there */
  write(index: number, into: Float64Array, start: number): void;
}

/** Columns are standardised over so many architectures at most, evenly spread over the index order. */
const SCALE_SAMPLE = 16_384;

/** A source of one block. With L2 its columns are standardised over the space, so that none counts more for its unit. */
export function sourceOf(
  name: string,
  { size }: Pick<SearchSpace, "size">,
  writer: RowWriter,
  distance: Distance,
): FeatureSource {
  const { dimensions } = writer;
  const rowsOf = (indices: Uint32Array): Float64Array => {
    const rows = new Float64Array(indices.length * dimensions);
    for (let i = 0; i < indices.length; i++) writer.write(indices[i] as number, rows, i * dimensions);
    return rows;
  };
  let scale: Scale | undefined;
  return {
    name,
    of(indices) {
      const rows = rowsOf(indices);
      if (distance === "euclidean") {
        scale ??= standardise(rowsOf(spread(size, SCALE_SAMPLE)), dimensions);
        rescale(rows, scale);
      }
      return { indices, blocks: [{ rows, dimensions, distance }] };
    },
  };
}

/** Several sources as one, block by block. */
export const together = (name: string, sources: readonly FeatureSource[]): FeatureSource => ({
  name,
  of: (indices) => ({ indices, blocks: sources.flatMap((source) => source.of(indices).blocks) }),
});

/** All blocks side by side: architectures x dimensions, row-major. */
export function columns({ indices, blocks }: Features): { readonly rows: Float64Array; readonly dimensions: number } {
  const dimensions = blocks.reduce((sum, block) => sum + block.dimensions, 0);
  const rows = new Float64Array(indices.length * dimensions);
  let first = 0;
  for (const block of blocks) {
    for (let i = 0; i < indices.length; i++) {
      rows.set(block.rows.subarray(i * block.dimensions, (i + 1) * block.dimensions), i * dimensions + first);
    }
    first += block.dimensions;
  }
  return { rows, dimensions };
}

/** At most `most` indices of 0..size-1, evenly spread. */
function spread(size: number, most: number): Uint32Array {
  const count = Math.min(size, most);
  return Uint32Array.from({ length: count }, (_, i) => Math.floor((i * size) / count));
}
