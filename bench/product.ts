/** The matrix product whose speed is the ceiling of the step's arithmetic: the sizes of one stage, nothing else to do, several ways to do it. */

export interface ProductSize {
  readonly rows: number;
  /** Features in and out, a multiple of 32. */
  readonly features: number;
}

export interface ProductVariant {
  /** Threads a workgroup. */
  readonly threads: number;
  /** Rows a thread owns. */
  readonly rowsEach: 1 | 4;
  /** Features a thread owns. */
  readonly columns: number;
  /** Lanes of a subgroup that read weights for each other; 0: every thread reads for itself. */
  readonly subgroup: number;
}

/** Vectors of four rows between features that nobody owns, as in the step: strides of a power of two crowd a few lines of a cache. */
const PADDING = 4;

/** Distance from one feature to the next, in floats. */
export const strideOf = ({ rows }: ProductSize): number => rows + 4 * PADDING;

/** Shapes of a thread's tile and how many threads: few, for a CPU adapter takes up to a second to compile each. */
const TILES = [
  { rowsEach: 4, columns: 8, threads: [64, 32, 16] },
  { rowsEach: 4, columns: 16, threads: [64, 32] },
  { rowsEach: 4, columns: 4, threads: [64, 32, 16] },
  { rowsEach: 1, columns: 4, threads: [128, 64] },
  { rowsEach: 1, columns: 2, threads: [128, 64] },
] as const;

/** All variants that divide the sizes evenly. `subgroup`: size of the adapter's subgroups; undefined where they have none or several. */
export function productVariants({ rows, features }: ProductSize, subgroup: number | undefined): ProductVariant[] {
  return TILES.flatMap(({ rowsEach, columns, threads }) =>
    threads.flatMap((count) =>
      (subgroup === undefined ? [0] : [subgroup, 0])
        .filter((lanes) => lanes <= count && (lanes === 0 || columns % lanes === 0))
        .map((lanes) => ({ threads: count, rowsEach, columns, subgroup: lanes })),
    ),
  ).filter(({ threads, rowsEach, columns }) => (rows / rowsEach) % threads === 0 && features % columns === 0);
}

export const productWorkgroups = ({ rows, features }: ProductSize, { threads, rowsEach, columns }: ProductVariant) =>
  [rows / rowsEach / threads, features / columns] as const;

export const productName = ({ threads, rowsEach, columns, subgroup }: ProductVariant): string =>
  `${threads} threads, ${rowsEach} x ${columns} values each${subgroup > 0 ? ", subgroups" : ""}`;

/**
 * Y = W X with X and Y feature-major, as in the step, W row-major. Sums are variables of their own, for arrays seldom stay in registers: so the text is
 * written out. The length of the long loop is in a buffer, because compilers for CPU adapters unroll what they can count.
 */
export function productText(size: ProductSize, { threads, rowsEach, columns, subgroup }: ProductVariant): string {
  const type = rowsEach === 4 ? "vec4f" : "f32";
  const stride = strideOf(size) / rowsEach;
  const quads = size.features / 4;
  const every = (count: number, line: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => line(i)).join("\n");
  const weights = (i: number): string =>
    subgroup === 0 ? `weights[w + ${i * quads}u]` : `subgroupBroadcast(read${Math.floor(i / subgroup)}, ${i % subgroup}u)`;
  const reads = subgroup === 0 ? 0 : columns / subgroup;
  return `${subgroup === 0 ? "" : "enable subgroups;\n"}@group(0) @binding(0) var<storage, read> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read> inputs: array<${type}>;
@group(0) @binding(2) var<storage, read_write> outputs: array<${type}>;
@group(0) @binding(3) var<uniform> features: vec4u;
@compute @workgroup_size(${threads})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) thread: u32) {
  let column = ${columns}u * id.y;
  var x = id.x;
  var w = column * ${quads}u;
${every(columns, (i) => `  var sum${i} = ${type}();`)}
  for (var k = 0u; k < features.x; k += 4u) {
    let a = inputs[x];
    let b = inputs[x + ${stride}u];
    let c = inputs[x + ${2 * stride}u];
    let d = inputs[x + ${3 * stride}u];
${every(reads, (i) => `    let read${i} = weights[w + (thread % ${subgroup}u + ${i * subgroup}u) * ${quads}u];`)}
${every(columns, (i) => `    { let q = ${weights(i)}; sum${i} += ((a * q.x + b * q.y) + c * q.z) + d * q.w; }`)}
    x += ${4 * stride}u;
    w += 1u;
  }
${every(columns, (i) => `  outputs[(column + ${i}u) * ${stride}u + id.x] = sum${i};`)}
}
`;
}
