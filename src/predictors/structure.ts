import { pathEncoding } from "../spaces/discrete/paths.ts";
import { type Graph, PADDING, type SearchSpace } from "../spaces/space.ts";
import type { RowWriter } from "./features.ts";

/**
 * What can be counted in a cell without training it, after the observation of Kadlecová et al. ("Surprisingly strong performance prediction with neural
 * graph features", ICML 2024) that a few counts and path lengths predict accuracies well. Only live nodes count: those on a way from an input to the
 * output that no `none` interrupts.
 */
type Structured = Pick<SearchSpace, "name" | "operations" | "nodes" | "graph" | "cost">;

/** Sets of operations of any size are told apart up to so many operations; of more, single ones, pairs, and all of them. */
const FEW_KINDS = 4;

/**
 * Of each cell: ways from input to output; live nodes and edges; live nodes of each operation; for each set of operations the most and the
 * fewest nodes of that set on one way, and their number summed over all ways; edges out of inputs and into the output; the logarithms of
 * parameters and multiply-adds.
 */
export function structureRows(space: Structured): RowWriter {
  const cells = liveCells(space);
  const kinds = cells.names.length;
  const sets = setsOf(kinds);
  const perSet = 3;
  const dimensions = 3 + kinds + perSet * sets.length + 2 + 2;
  const most = new Float64Array(space.nodes);
  const fewest = new Float64Array(space.nodes);
  const sum = new Float64Array(space.nodes);
  return {
    dimensions,
    write(index, into, start) {
      const cell = cells.read(space.graph(index));
      let at = start;
      into[at++] = cell.ways[cell.output] as number;
      let nodes = 0;
      let edges = 0;
      for (const node of cell.live) {
        const kind = cell.kind[node] as number;
        edges += (cell.before[node] as readonly number[]).length;
        if (kind < 0) continue;
        nodes++;
        into[start + 3 + kind] = (into[start + 3 + kind] as number) + 1;
      }
      into[at++] = nodes;
      into[at++] = edges;
      at += kinds;
      for (const set of sets) {
        for (const node of cell.live) {
          const before = cell.before[node] as readonly number[];
          const own = cell.kind[node] as number;
          const counts = own >= 0 && (set >> own) & 1 ? 1 : 0;
          let [high, low, total] = before.length > 0 ? [-Infinity, Infinity, 0] : [0, 0, 0];
          for (const from of before) {
            high = Math.max(high, most[from] as number);
            low = Math.min(low, fewest[from] as number);
            total += sum[from] as number;
          }
          most[node] = high + counts;
          fewest[node] = low + counts;
          sum[node] = total + counts * (cell.ways[node] as number);
        }
        const dead = cell.live.length === 0;
        into[at++] = dead ? -1 : (most[cell.output] as number);
        into[at++] = dead ? -1 : (fewest[cell.output] as number);
        into[at++] = dead ? 0 : (sum[cell.output] as number);
      }
      for (const node of cell.live) {
        for (const from of cell.before[node] as readonly number[]) {
          if ((cell.kind[from] as number) === INPUT) into[at] = (into[at] as number) + 1;
          if (node === cell.output) into[at + 1] = (into[at + 1] as number) + 1;
        }
      }
      const { params, macs } = space.cost(index);
      into[at + 2] = Math.log(params);
      into[at + 3] = Math.log(macs);
    },
  };
}

/** Longest sequence of operations that is a feature. */
const LONGEST_WAY = { nasbench101: 5, nasbench201: 3, darts: 2 } as const;

/**
 * How many live ways from input to output take each sequence of operations, `skip_connect` not counted as one: the path encoding (White et al.,
 * AAAI 2021) of what a cell computes rather than of how it is drawn. Ways with more operations than `LONGEST_WAY` are left out.
 */
export function liveWayRows(space: Structured): RowWriter {
  const cells = liveCells(space);
  const identity = cells.names.indexOf("skip_connect");
  // The digit of each operation in the number of a sequence.
  const digits = cells.names.map((_, kind) => (identity >= 0 && kind > identity ? kind - 1 : kind));
  const kinds = identity < 0 ? digits.length : digits.length - 1;
  const longest = LONGEST_WAY[space.name];
  const firstOf = [0];
  for (let length = 0; length <= longest; length++) firstOf.push((firstOf[length] as number) + kinds ** length);
  return {
    dimensions: firstOf[longest + 1] as number,
    write(index, into, start) {
      const cell = cells.read(space.graph(index));
      if (cell.live.length === 0) return;
      // Backwards from the output: the digits of a number, the last operation first.
      const follow = (node: number, length: number, number: number): void => {
        const before = cell.before[node] as readonly number[];
        if ((cell.kind[node] as number) === INPUT) {
          const at = start + (firstOf[length] as number) + number;
          into[at] = (into[at] as number) + 1;
          return;
        }
        for (const from of before) {
          const kind = cell.kind[from] as number;
          if (kind < 0 || kind === identity) follow(from, length, number);
          else if (length < longest) follow(from, length + 1, number * kinds + (digits[kind] as number));
        }
      };
      follow(cell.output, 0, 0);
    },
  };
}

/** The kind of an input. */
const INPUT = -1;
/** The kind of the output. */
const OUTPUT = -2;

interface LiveCell {
  /** Live nodes in topological order, inputs and output among them; none where no way leads through. */
  readonly live: readonly number[];
  /** Of each node the live nodes it reads. */
  readonly before: readonly (readonly number[])[];
  /** Of each node its operation among those that a way can take, or INPUT or OUTPUT. */
  readonly kind: readonly number[];
  /** Ways from an input to each node. */
  readonly ways: readonly number[];
  readonly output: number;
}

/** Reads cells. `names`: the operations that a way can take. */
function liveCells(space: Structured) {
  const { inputs, kinds } = pathEncoding(space, "cut");
  const none = space.operations.indexOf("none");
  const names = space.operations.slice(inputs, inputs + kinds).filter((name) => name !== "none");
  const kindOf = space.operations.map((name, operation) =>
    operation < inputs ? INPUT : operation === inputs + kinds ? OUTPUT : names.indexOf(name),
  );
  const read = ({ operations, adjacency }: Graph): LiveCell => {
    const nodes = operations.length;
    const output = operations.indexOf(inputs + kinds);
    const kind = Array.from(operations, (operation) => kindOf[operation] ?? OUTPUT);
    const works = (node: number): boolean => operations[node] !== PADDING && operations[node] !== none;
    const ways = new Array<number>(nodes).fill(0);
    for (let node = 0; node < nodes; node++) {
      if (!works(node)) continue;
      if (kind[node] === INPUT) ways[node] = 1;
      for (let from = 0; from < node; from++) {
        if (adjacency[from * nodes + node]) ways[node] = (ways[node] as number) + (ways[from] as number);
      }
    }
    const needed = new Array<boolean>(nodes).fill(false);
    needed[output] = (ways[output] as number) > 0;
    for (let node = nodes - 1; node >= 0; node--) {
      if (!works(node) || ways[node] === 0) continue;
      for (let to = node + 1; to < nodes; to++) if (adjacency[node * nodes + to] && needed[to]) needed[node] = true;
    }
    const live = kind.flatMap((_, node) => (needed[node] ? [node] : []));
    const before = kind.map((_, node) => live.filter((from) => from < node && adjacency[from * nodes + node] === 1));
    return { live, before, kind, ways, output };
  };
  return { names, read };
}

/** Sets of operations as bits. */
function setsOf(kinds: number): number[] {
  const all = 2 ** kinds - 1;
  const size = (set: number): number => Array.from({ length: kinds }, (_, kind) => (set >> kind) & 1).reduce((a, b) => a + b, 0);
  return Array.from({ length: all }, (_, i) => i + 1).filter((set) => kinds <= FEW_KINDS || size(set) <= 2 || set === all);
}
