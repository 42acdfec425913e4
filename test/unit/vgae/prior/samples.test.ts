import { describe, expect, it } from "vitest";
import { nasbench101, nasbench201 } from "../../../../src/spaces/index.ts";
import { type Graph, PADDING, type SearchSpace } from "../../../../src/spaces/space.ts";
import { decodedGraph } from "../../../../src/vgae/decoding.ts";
import type { Prior } from "../../../../src/vgae/prior/prior.ts";
import { drawSamples, uniformUniqueness } from "../../../../src/vgae/prior/samples.ts";
import type { Decoded } from "../../../../src/vgae/trainer.ts";

const space = nasbench201();
const { nodes } = space;

/** Logits that say exactly these graphs; of padding nodes, that no operation is there. */
function logitsOf(graphs: readonly Graph[], of: Pick<SearchSpace, "nodes" | "operations">): Decoded {
  const choices = of.operations.length;
  const decoded = {
    operations: new Float32Array(graphs.length * of.nodes * choices).fill(-2),
    adjacency: new Float32Array(graphs.length * of.nodes ** 2).fill(-2),
  };
  graphs.forEach((graph, g) => {
    graph.operations.forEach((label, node) => {
      if (label !== PADDING) decoded.operations[(g * of.nodes + node) * choices + label] = 3;
    });
    graph.adjacency.forEach((edge, at) => {
      if (edge) decoded.adjacency[g * of.nodes ** 2 + at] = 3;
    });
  });
  return decoded;
}

/** A prior that draws these numbers in turn, and a decoder that makes a graph of each. */
const drawing = (numbers: readonly number[]): Prior => {
  let drawn = 0;
  return {
    name: "paper",
    sample: (count) => Float32Array.from({ length: count }, () => numbers[drawn++] as number),
    logDensity: () => new Float64Array(),
  };
};
const decoder = (graphOf: (number: number) => Graph) => ({
  decode: async (z: Float32Array) => logitsOf(Array.from(z, graphOf), space),
});

describe("what uniform draws reach", () => {
  it("is 96.9 % distinct of 1,000 and 73.9 % of 10,000 from NAS-Bench-201, all of one, and 1/n from a single architecture", () => {
    expect(uniformUniqueness(15_625, 1000)).toBeCloseTo(0.969, 3);
    expect(uniformUniqueness(15_625, 10_000)).toBeCloseTo(0.739, 3);
    expect(uniformUniqueness(15_625, 1)).toBeCloseTo(1, 12);
    expect(uniformUniqueness(1, 8)).toBeCloseTo(1 / 8, 12);
  });
});

describe("samples from a prior", () => {
  it("are counted as members, distinct members, and architectures that training never saw", async () => {
    const heldOut = space.trainSize;
    const { members, quality } = await drawSamples(decoder(space.graph), space, drawing([3, 3, 4, heldOut, 5]), {
      count: 5,
      seed: 1,
    });
    expect(members).toEqual([3, 3, 4, heldOut, 5].map((index) => ({ index })));
    expect(quality).toEqual({
      samples: 5,
      decoding: "plain",
      validity: 1,
      inSpaceValidity: 1,
      uniqueness: 4 / 5,
      inSpaceUniqueness: 4 / 5,
      uniformUniqueness: uniformUniqueness(15_625, 5),
      coverage: 4 / 15_625,
      heldOutShare: 1 / 5,
      heldOutCoverage: 1 / (15_625 - heldOut),
    });
  });

  it("outside the space are neither repaired nor left out, but count with their reason", async () => {
    const broken = (index: number): Graph => {
      const graph = space.graph(index);
      return index === 4 ? { ...graph, adjacency: graph.adjacency.with(1, 0) } : graph;
    };
    const { members, quality } = await drawSamples(decoder(broken), space, drawing([3, 4]), { count: 2, seed: 1 });
    expect(members).toEqual([{ index: 3 }, { reason: "The edge 0 -> 1, which every cell has, is missing." }]);
    expect(quality).toMatchObject({ validity: 1, inSpaceValidity: 0.5, inSpaceUniqueness: 1 });
  });

  it("decoded within the space are members, all of them", async () => {
    const broken = (index: number): Graph => ({
      operations: space.graph(index).operations,
      adjacency: new Uint8Array(nodes * nodes),
    });
    const request = { count: 3, seed: 1, decoding: "in-space" } as const;
    const { members, quality } = await drawSamples(decoder(broken), space, drawing([7, 8, 9]), request);
    expect(members).toEqual([{ index: 7 }, { index: 8 }, { index: 9 }]);
    expect(quality).toMatchObject({ validity: 1, inSpaceValidity: 1, decoding: "in-space" });
  });
});

describe("a decoded graph", () => {
  const chain = (count: number): Graph => {
    const operations = new Uint8Array(7).fill(PADDING);
    const adjacency = new Uint8Array(49);
    operations.fill(2, 0, count);
    operations[0] = 0;
    operations[count - 1] = 4;
    for (let node = 1; node < count; node++) adjacency[(node - 1) * 7 + node] = 1;
    return { operations, adjacency };
  };

  it("of a space with padding has as few nodes as the decoder says, plainly and within the space", () => {
    const decoded = logitsOf([chain(7), chain(4)], nasbench101());
    for (const decoding of ["plain", "in-space"] as const) {
      expect(decodedGraph(decoded, 0, nasbench101(), decoding)).toEqual(chain(7));
      expect(decodedGraph(decoded, 1, nasbench101(), decoding)).toEqual(chain(4));
    }
  });

  it("keeps its most likely operation inside, however unlikely, and everywhere in a space without padding", () => {
    const decoded = logitsOf([chain(7)], nasbench101());
    decoded.operations.fill(-5, 3 * 5, 4 * 5);
    decoded.operations[3 * 5 + 2] = -1;
    expect(decodedGraph(decoded, 0, nasbench101(), "plain")).toEqual(chain(7));
    const unsure = logitsOf([space.graph(5)], space);
    unsure.operations.forEach((logit, i) => {
      unsure.operations[i] = logit - 4;
    });
    expect(decodedGraph(unsure, 0, space, "plain")).toEqual(space.graph(5));
  });
});
