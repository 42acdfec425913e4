import { describe, expect, it } from "vitest";
import { generator } from "../../../src/random/generator.ts";
import { dartsCost, readDartsGraph } from "../../../src/spaces/darts/index.ts";
import { ENCODINGS } from "../../../src/spaces/encodings.ts";
import { darts, nasbench101, nasbench201 } from "../../../src/spaces/index.ts";
import { logProbability } from "../../../src/spaces/likelihood.ts";
import { bitCount } from "../../../src/spaces/module-hash.ts";
import { type Graph, type LogOdds, PADDING, type SpaceName } from "../../../src/spaces/space.ts";

/** Log-odds without any order, scaled by `spread`, shifted by `edges` for the adjacency. */
function randomOdds(space: SpaceName, seed: number, { spread = 1, edges = 0 } = {}): LogOdds {
  const { nodes, operations } = ENCODINGS[space];
  const random = generator(seed, "prior");
  return {
    operations: Float32Array.from({ length: nodes * operations.length }, () => spread * random.normal()),
    adjacency: Float32Array.from({ length: nodes * nodes }, () => spread * random.normal() + edges),
  };
}

/** Log-odds that say exactly this graph. */
function oddsOf(space: SpaceName, graph: Graph): LogOdds {
  const { nodes, operations } = ENCODINGS[space];
  const odds = {
    operations: new Float32Array(nodes * operations.length).fill(-2),
    adjacency: Float32Array.from(graph.adjacency, (edge) => (edge ? 3 : -2)),
  };
  graph.operations.forEach((operation, node) => {
    if (operation !== PADDING) odds.operations[node * operations.length + operation] = 3;
  });
  return odds;
}

describe("the log-probability of a graph", () => {
  it("is, up to a constant, the sum of what every entry says by being there or not", () => {
    const odds = randomOdds("nasbench201", 1);
    const exact = (graph: Graph): number => {
      const { nodes, operations } = ENCODINGS.nasbench201;
      const entry = (logit: number, there: boolean) => -Math.log1p(Math.exp(there ? -logit : logit));
      let sum = 0;
      for (let node = 0; node < nodes; node++) {
        for (let k = 0; k < operations.length; k++) {
          sum += entry(odds.operations[node * operations.length + k] as number, graph.operations[node] === k);
        }
        for (let to = node + 1; to < nodes; to++) {
          sum += entry(odds.adjacency[node * nodes + to] as number, graph.adjacency[node * nodes + to] === 1);
        }
      }
      return sum;
    };
    const [a, b] = [nasbench201().graph(17), nasbench201().graph(4711)];
    expect(logProbability(odds, a) - logProbability(odds, b)).toBeCloseTo(exact(a) - exact(b), 8);
  });
});

describe("the most likely member", () => {
  it.each([
    ["nasbench201", nasbench201()],
    ["darts", darts({ count: 300, seed: 1 })],
  ] as const)("of %s is the graph itself where the decoder is sure of one", (name, space) => {
    for (let index = 0; index < space.size; index += 37) {
      expect(space.mostLikelyMember(oddsOf(name, space.graph(index)))).toEqual(space.graph(index));
    }
  });

  it("of NAS-Bench-201 has the highest log-probability of all 15,625 cells", () => {
    const space = nasbench201();
    for (const seed of [1, 2, 3]) {
      const odds = randomOdds("nasbench201", seed, { spread: 3 });
      const found = space.mostLikelyMember(odds);
      expect(space.membership(found)).toHaveProperty("index");
      let best = Number.NEGATIVE_INFINITY;
      for (let index = 0; index < space.size; index++) best = Math.max(best, logProbability(odds, space.graph(index)));
      expect(logProbability(odds, found)).toBeCloseTo(best, 10);
    }
  });

  it("of NAS-Bench-101 has the highest log-probability over all edges of all numbers of vertices", () => {
    const { nodes, operations } = ENCODINGS.nasbench101;
    const pairs = Array.from({ length: nodes }, (_, to) => Array.from({ length: to }, (_, from) => [from, to] as const)).flat();
    // Every set of edges that fits the definition, once; of each decoder the best of them in one pass.
    const cases = [
      randomOdds("nasbench101", 1),
      randomOdds("nasbench101", 2, { edges: 2 }),
      randomOdds("nasbench101", 3, { edges: -2 }),
      randomOdds("nasbench101", 4, { spread: 4, edges: -6 }),
    ];
    const best = cases.map(() => Number.NEGATIVE_INFINITY);
    const edgeSums = cases.map(({ adjacency }) => pairs.map(([from, to]) => adjacency[from * nodes + to] as number));
    const interior = cases.map((odds) =>
      Array.from({ length: nodes }, (_, node) =>
        Math.max(...[1, 2, 3].map((k) => odds.operations[node * operations.length + k] as number)),
      ),
    );
    for (let count = 2; count <= nodes; count++) {
      const width = (count * (count - 1)) / 2;
      for (let bits = 1; bits < 1 << width; bits++) {
        if (bitCount(bits) > 9 || !isConnected(bits, count)) continue;
        cases.forEach(({ operations: odds }, c) => {
          let sum = (odds[0] as number) + (odds[(count - 1) * operations.length + 4] as number);
          for (let node = 1; node < count - 1; node++) sum += interior[c]?.[node] as number;
          for (let left = bits; left !== 0; left &= left - 1) sum += edgeSums[c]?.[31 - Math.clz32(left & -left)] as number;
          if (sum > (best[c] as number)) best[c] = sum;
        });
      }
    }
    cases.forEach((odds, c) => {
      const found = nasbench101().mostLikelyMember(odds);
      expect(isCell(found)).toBe(true);
      expect(logProbability(odds, found)).toBeCloseTo(best[c] as number, 8);
    });
  });

  it("of NAS-Bench-101 keeps a cell as the decoder says it, smaller ones and other numberings too", () => {
    const chain = (count: number, extra: readonly (readonly [number, number])[] = []): Graph => {
      const operations = new Uint8Array(7).fill(PADDING);
      const adjacency = new Uint8Array(49);
      operations.fill(2, 0, count);
      operations[0] = 0;
      operations[count - 1] = 4;
      for (let node = 1; node < count; node++) adjacency[(node - 1) * 7 + node] = 1;
      for (const [from, to] of extra) adjacency[from * 7 + to] = 1;
      return { operations, adjacency };
    };
    for (const graph of [
      chain(2),
      chain(5),
      chain(7),
      chain(6, [
        [0, 3],
        [1, 5],
      ]),
      chain(7, [
        [0, 6],
        [2, 5],
        [1, 6],
      ]),
    ]) {
      expect(nasbench101().mostLikelyMember(oddsOf("nasbench101", graph))).toEqual(graph);
    }
  });

  it("of DARTS has the highest log-probability of all cells below 600 million multiply-adds", () => {
    const space = darts({ count: 300, seed: 1 });
    let limited = 0;
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const odds = costlyOdds(seed);
      const found = space.mostLikelyMember(odds);
      const cell = readDartsGraph(found);
      if ("reason" in cell) throw new Error(cell.reason);
      expect(dartsCost(cell).macs).toBeLessThan(600e6);
      const { best, free } = bruteForceDarts(odds);
      expect(logProbability(odds, found)).toBeCloseTo(best, 6);
      if (free > best + 1e-6) limited++;
    }
    // The limit must have mattered, or this tests nothing but the free choice.
    expect(limited).toBeGreaterThan(2);
  });

  it("of DARTS need not be among the sampled cells: it is then unlisted, not outside", () => {
    const space = darts({ count: 300, seed: 1 });
    const member = space.membership(space.mostLikelyMember(randomOdds("darts", 9)));
    expect(member).toHaveProperty("unlisted", true);
  });
});

function isConnected(bits: number, count: number): boolean {
  let left = 0;
  for (let to = 1; to < count; to++) {
    const entering = (bits >>> ((to * (to - 1)) / 2)) & ((1 << to) - 1);
    if (entering === 0) return false;
    left |= entering;
  }
  return left === (1 << (count - 1)) - 1;
}

/** Membership without the index, which would take the whole order of the benchmark. */
function isCell({ operations, adjacency }: Graph): boolean {
  const count = operations.indexOf(PADDING);
  const vertices = count < 0 ? 7 : count;
  let bits = 0;
  for (let to = 1; to < 7; to++) {
    for (let from = 0; from < to; from++) if (adjacency[from * 7 + to]) bits |= 1 << (from + (to * (to - 1)) / 2);
  }
  const interior = operations.subarray(1, vertices - 1);
  return (
    operations[0] === 0 &&
    operations[vertices - 1] === 4 &&
    interior.every((operation) => operation >= 1 && operation <= 3) &&
    bits < 1 << ((vertices * (vertices - 1)) / 2) &&
    bitCount(bits) <= 9 &&
    isConnected(bits, vertices)
  );
}

/** A decoder that likes costly operations, so that the multiply-adds limit matters. */
function costlyOdds(seed: number): LogOdds {
  const { nodes, operations } = ENCODINGS.darts;
  const odds = randomOdds("darts", seed);
  const liked = operations.map((name) => (/conv_5x5/.test(name) ? 3 : /sep_conv/.test(name) ? 2 : 0));
  return {
    ...odds,
    operations: Float32Array.from(
      { length: nodes * operations.length },
      (_, i) => (odds.operations[i] as number) + (liked[i % operations.length] as number),
    ),
  };
}

/**
 * The best sum within the limit, and without it, the plain way: for every block, the best sum of each total of multiply-adds
 * (there are few different ones), then all combinations of those.
 */
function bruteForceDarts({ operations: odds, adjacency }: LogOdds): { best: number; free: number } {
  const { nodes, operations } = ENCODINGS.darts;
  const zero = { operations: new Uint8Array(8), inputs: new Uint8Array(8) };
  const frame = dartsCost(zero).macs;
  const macsOf = (operation: number, input: number): number =>
    dartsCost({ operations: zero.operations.with(0, operation), inputs: zero.inputs.with(0, input) }).macs - frame;
  const sum = (node: number, operation: number, input: number): number => {
    const sources = input < 2 ? [input] : [2 + 2 * (input - 2), 3 + 2 * (input - 2)];
    return (
      (odds[(2 + node) * operations.length + 2 + operation] as number) +
      sources.reduce((total, from) => total + (adjacency[from * nodes + 2 + node] as number), 0)
    );
  };
  let totals = new Map<number, number>([[frame, 0]]);
  for (let block = 0; block < 4; block++) {
    const own = new Map<number, number>();
    for (let a = 0; a < 2 + block; a++) {
      for (let b = 0; b < 2 + block; b++) {
        if (a === b) continue;
        for (let i = 0; i < 64; i++) {
          const macs = macsOf(i >> 3, a) + macsOf(i & 7, b);
          own.set(macs, Math.max(own.get(macs) ?? -1e9, sum(2 * block, i >> 3, a) + sum(2 * block + 1, i & 7, b)));
        }
      }
    }
    const next = new Map<number, number>();
    for (const [macs, total] of totals) {
      for (const [more, gain] of own) next.set(macs + more, Math.max(next.get(macs + more) ?? -1e9, total + gain));
    }
    totals = next;
  }
  // Ends and edges that every cell has.
  let common = (odds[0] as number) + (odds[operations.length + 1] as number) + (odds[10 * operations.length + 10] as number);
  for (let node = 2; node < 10; node++) common += adjacency[node * nodes + 10] as number;
  const all = [...totals];
  return {
    best: common + Math.max(...all.filter(([macs]) => macs < 600e6).map(([, total]) => total)),
    free: common + Math.max(...all.map(([, total]) => total)),
  };
}
