import { type Generator, generator } from "../random/generator.ts";
import { columns, type Features } from "./features.ts";
import type { Predictor } from "./predictor.ts";

/**
 * A random forest (Breiman, Machine Learning 2001): trees on rows drawn with replacement, each node split where the squared error falls most among a
 * random third of the columns; the mean of all trees predicts. Columns are cut into at most `bins` ranges first, so that a node costs a pass over its
 * rows a column. (The npm package ml-random-forest tries every row as a threshold by another pass: half a second a tree of 156 rows of the path encoding,
 * two seconds of 469.)
 */
const OPTIONS = { trees: 100, share: 1 / 3, leaf: 2, bins: 64 } as const;

interface Tree {
  /** Column that a node asks for; -1 in a leaf. */
  readonly column: readonly number[];
  /** Rows with at most this much go left. */
  readonly threshold: readonly number[];
  /** Node to the left; the one to the right is the next. */
  readonly left: readonly number[];
  readonly value: readonly number[];
}

export const forest: Predictor = {
  name: "forest",
  options: { ...OPTIONS, share: "1/3" },
  fit(features, labels, seed) {
    const { rows, dimensions } = columns(features);
    const cut = cutColumns(rows, dimensions, labels.length);
    const trees = Array.from({ length: OPTIONS.trees }, (_, i) => growTree(cut, labels, generator(seed, "search", i)));
    const all = (others: Features): Float64Array[] => {
      const { rows: points } = columns(others);
      return trees.map((tree) => Float64Array.from(others.indices, (_, i) => valueAt(tree, points, i * dimensions)));
    };
    const meanOf = (values: readonly Float64Array[], i: number): number =>
      values.reduce((sum, own) => sum + (own[i] as number), 0) / values.length;
    return {
      means(others) {
        const values = all(others);
        return Float64Array.from(others.indices, (_, i) => meanOf(values, i));
      },
      deviations(others) {
        const values = all(others);
        return Float64Array.from(others.indices, (_, i) => {
          const mean = meanOf(values, i);
          return Math.sqrt(values.reduce((sum, own) => sum + ((own[i] as number) - mean) ** 2, 0) / values.length);
        });
      },
    };
  },
};

interface CutColumns {
  /** Of each column the largest value of every range but the last, ascending. */
  readonly edges: readonly Float64Array[];
  /** Range of each row in each column: column after column. */
  readonly ranges: Uint8Array;
  readonly count: number;
}

/** Cuts every column between its distinct values, at quantiles where these are too many. */
function cutColumns(rows: Float64Array, dimensions: number, count: number): CutColumns {
  const ranges = new Uint8Array(dimensions * count);
  const edges = Array.from({ length: dimensions }, (_, column) => {
    const values = Float64Array.from({ length: count }, (_, i) => rows[i * dimensions + column] as number);
    const distinct = Float64Array.from(new Set(values)).sort();
    const pieces = Math.min(distinct.length, OPTIONS.bins);
    const own = Float64Array.from({ length: pieces - 1 }, (_, i) => {
      const at = Math.floor(((i + 1) * distinct.length) / pieces);
      return ((distinct[at - 1] as number) + (distinct[at] as number)) / 2;
    });
    for (let i = 0; i < count; i++) {
      let range = 0;
      while (range < own.length && (values[i] as number) > (own[range] as number)) range++;
      ranges[column * count + i] = range;
    }
    return own;
  });
  return { edges, ranges, count };
}

function growTree({ edges, ranges, count }: CutColumns, labels: Float64Array, random: Generator): Tree {
  const tree = { column: [] as number[], threshold: [] as number[], left: [] as number[], value: [] as number[] };
  const sample = Uint32Array.from({ length: count }, () => random.integer(count));
  const order = Uint32Array.from(edges.keys());
  const tried = Math.max(1, Math.round(edges.length * OPTIONS.share));
  const sums = new Float64Array(OPTIONS.bins);
  const sizes = new Uint32Array(OPTIONS.bins);
  const add = (): number => tree.column.push(-1) && tree.threshold.push(0) && tree.left.push(0) && tree.value.push(0) - 1;

  /** The split of largest gain among columns drawn without replacement; constant ones do not count as drawn. */
  const bestSplit = (rows: Uint32Array, total: number) => {
    let best: { readonly column: number; readonly range: number; readonly gain: number } | undefined;
    let least = (total * total) / rows.length + 1e-9;
    let left = tried;
    for (let i = 0; i < order.length && left > 0; i++) {
      const j = i + random.integer(order.length - i);
      const column = order[j] as number;
      order[j] = order[i] as number;
      order[i] = column;
      const pieces = (edges[column] as Float64Array).length + 1;
      sums.fill(0, 0, pieces);
      sizes.fill(0, 0, pieces);
      for (const row of rows) {
        const range = ranges[column * count + row] as number;
        sums[range] = (sums[range] as number) + (labels[row] as number);
        sizes[range] = (sizes[range] as number) + 1;
      }
      let [sum, size] = [0, 0];
      let varies = false;
      for (let range = 0; range < pieces - 1; range++) {
        sum += sums[range] as number;
        size += sizes[range] as number;
        const rest = rows.length - size;
        if (size > 0 && rest > 0) varies = true;
        if (size < OPTIONS.leaf || rest < OPTIONS.leaf) continue;
        const gain = (sum * sum) / size + (total - sum) ** 2 / rest;
        if (gain <= least) continue;
        least = gain;
        best = { column, range, gain };
      }
      if (varies) left--;
    }
    return best;
  };

  const grow = (node: number, rows: Uint32Array): void => {
    let total = 0;
    for (const row of rows) total += labels[row] as number;
    tree.value[node] = total / rows.length;
    const split = rows.length < 2 * OPTIONS.leaf ? undefined : bestSplit(rows, total);
    if (!split) return;
    const goesLeft = (row: number): boolean => (ranges[split.column * count + row] as number) <= split.range;
    tree.column[node] = split.column;
    tree.threshold[node] = (edges[split.column] as Float64Array)[split.range] as number;
    const left = add();
    const right = add();
    tree.left[node] = left;
    grow(
      left,
      rows.filter((row) => goesLeft(row)),
    );
    grow(
      right,
      rows.filter((row) => !goesLeft(row)),
    );
  };
  grow(add(), sample);
  return tree;
}

function valueAt({ column, threshold, left, value }: Tree, rows: Float64Array, start: number): number {
  let node = 0;
  while ((column[node] as number) >= 0) {
    const goesLeft = (rows[start + (column[node] as number)] as number) <= (threshold[node] as number);
    node = (left[node] as number) + (goesLeft ? 0 : 1);
  }
  return value[node] as number;
}
