import { describe, expect, it } from "vitest";
import { darts, nasbench201 } from "../../../src/spaces/index.ts";
import { packingOf, unpack } from "../../../src/spaces/packing.ts";
import { type Graph, PADDING, type SearchSpace } from "../../../src/spaces/space.ts";
import { modelShape } from "../../../src/vgae/config.ts";
import { mostLikely } from "../../../src/vgae/decoding.ts";
import { reconstruct, samplePrior } from "../../../src/vgae/quality.ts";
import { emptyPrior, priorStd } from "../../../src/vgae/state.ts";
import type { Decoded } from "../../../src/vgae/trainer.ts";
import { watched } from "../../../src/vgae/watched.ts";

const whole = nasbench201();
/** The last 10 of 100 cells are held out. */
const space: SearchSpace = { ...whole, size: 100, trainSize: 90 };
const shape = modelShape(space);
const { nodes, operations, latent } = shape;

/** Logits that say exactly this graph. */
function logitsOf(graphs: readonly Graph[], { nodes, operations } = shape): Decoded {
  const decoded = {
    operations: new Float32Array(graphs.length * nodes * operations).fill(-2),
    adjacency: new Float32Array(graphs.length * nodes * nodes).fill(-2),
  };
  graphs.forEach((graph, g) => {
    graph.operations.forEach((label, node) => {
      if (label !== PADDING) decoded.operations[(g * nodes + node) * operations + label] = 3;
    });
    graph.adjacency.forEach((edge, at) => {
      if (edge) decoded.adjacency[g * nodes * nodes + at] = 3;
    });
  });
  return decoded;
}

/** A model that carries each graph's number in its latents, and decodes what `change` makes of that graph. */
function carrying(from: SearchSpace, change: (graph: Graph, index: number) => Graph) {
  const packing = packingOf(from);
  return {
    shape,
    async encode(packed: Uint32Array) {
      const count = packed.length / packing.words;
      const mu = new Float32Array(count * nodes * latent);
      for (let i = 0; i < count; i++) {
        const graph = unpack(packing, packed, i);
        for (let index = 0; index < from.size; index++) {
          const candidate = from.graph(index);
          if (candidate.operations.join() === graph.operations.join() && candidate.adjacency.join() === graph.adjacency.join())
            mu[i * nodes * latent] = index;
        }
      }
      return { mu, logvar: new Float32Array(mu.length) };
    },
    async decode(z: Float32Array) {
      const count = z.length / (nodes * latent);
      return logitsOf(
        Array.from({ length: count }, (_, i) => {
          const index = Math.round(z[i * nodes * latent] as number);
          return change(from.graph(index), index);
        }),
      );
    },
  };
}

const withOperation = (graph: Graph, node: number, label: number): Graph => ({
  ...graph,
  operations: graph.operations.with(node, label),
});
const withFlippedEdge = (graph: Graph, from: number, to: number): Graph => {
  const at = from * nodes + to;
  return { ...graph, adjacency: graph.adjacency.with(at, 1 - (graph.adjacency[at] as number)) };
};

it("measuring tells how far it is, and ends when it is to", async () => {
  const model = carrying(space, (graph) => graph);
  const shares: number[] = [];
  await reconstruct(watched(model, space, 20, { onProgress: (share) => shares.push(share) }), space);
  expect(shares).toEqual([0.5, 1]);
  const controller = new AbortController();
  const ended = reconstruct(watched(model, space, 20, { signal: controller.signal }), space);
  controller.abort();
  await expect(ended).rejects.toThrow(/abort/i);
});

describe("reconstruction", () => {
  it("is perfect where the model returns what it was given", async () => {
    expect(
      await reconstruct(
        carrying(space, (graph) => graph),
        space,
      ),
    ).toEqual({ ops: 1, adjacency: 1, exact: 1 });
  });

  it("looks at the held-out part alone", async () => {
    const wrong = (graph: Graph, index: number) => (index < space.trainSize ? withOperation(graph, 0, 6) : graph);
    expect(await reconstruct(carrying(space, wrong), space)).toEqual({ ops: 1, adjacency: 1, exact: 1 });
  });

  it("counts a wrong operation as one node row and one graph", async () => {
    const model = carrying(space, (graph, index) => (index === 95 ? withOperation(graph, 0, 6) : graph));
    expect(await reconstruct(model, space)).toEqual({ ops: 1 - 1 / (10 * nodes), adjacency: 1, exact: 0.9 });
  });

  it("counts a wrong edge as one entry of the upper triangle and one graph", async () => {
    const model = carrying(space, (graph, index) => (index >= 98 ? withFlippedEdge(graph, 2, 5) : graph));
    const { ops, adjacency, exact } = await reconstruct(model, space);
    expect(ops).toBe(1);
    expect(adjacency).toBeCloseTo(1 - 2 / (10 * 28), 12);
    expect(exact).toBe(0.8);
  });

  it("ignores padding nodes in whole graphs; their rows count, with target 0", async () => {
    const padded: SearchSpace = { ...space, graph: (index) => withOperation(space.graph(index), nodes - 1, PADDING) };
    // Without a single positive logit the most likely operation of the padding node is the first, which is its target.
    expect(
      await reconstruct(
        carrying(padded, (graph) => graph),
        padded,
      ),
    ).toMatchObject({ ops: 1, exact: 1 });
    const filled = carrying(padded, (graph) => withOperation(graph, nodes - 1, 3));
    expect(await reconstruct(filled, padded)).toMatchObject({ ops: 1 - 1 / nodes, exact: 1 });
  });
});

describe("samples from the prior", () => {
  const size = nodes * latent;
  /** Every sample is cell number `mean`, give or take `std`. */
  const prior = (mean: number, std: number) => {
    const empty = emptyPrior(shape);
    return { count: 5, mean: empty.mean.with(0, mean), m2: empty.m2.with(0, 4 * std ** 2) };
  };

  it("have the mean and the standard deviation (n - 1) of mu over the last epoch", async () => {
    expect(priorStd(prior(50, 3))[0]).toBeCloseTo(3, 6);
    expect(priorStd(emptyPrior(shape)).every((value) => value === 0)).toBe(true);
    const drawn: number[] = [];
    const model = {
      shape,
      async decode(z: Float32Array) {
        for (let i = 0; i < z.length; i += size) drawn.push(z[i] as number);
        return logitsOf(Array.from({ length: z.length / size }, () => space.graph(0)));
      },
    };
    await samplePrior(model, space, prior(50, 3), 3000, 1);
    expect(drawn.length).toBe(3000);
    const mean = drawn.reduce((a, b) => a + b) / drawn.length;
    expect(Math.abs(mean - 50)).toBeLessThan(0.3);
    expect(Math.abs(Math.sqrt(drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length) - 3)).toBeLessThan(0.3);
  });

  it("that are all one cell are valid, in the space, and hardly unique", async () => {
    const model = carrying(space, (graph) => graph);
    expect(await samplePrior(model, whole, prior(50, 0), 20, 1)).toEqual({
      validity: 1,
      inSpaceValidity: 1,
      uniqueness: 1 / 20,
      inSpaceUniqueness: 1 / 20,
      samples: 20,
    });
  });

  it("that have no output are neither valid nor in the space, and none of them is unique", async () => {
    const model = carrying(space, (graph) => ({ ...graph, operations: graph.operations.map(() => 0) }));
    expect(await samplePrior(model, whole, prior(50, 0), 20, 1)).toEqual({
      validity: 0,
      inSpaceValidity: 0,
      uniqueness: 0,
      inSpaceUniqueness: 0,
      samples: 20,
    });
  });

  it("repeat for the same seed", async () => {
    const model = carrying(space, (graph) => graph);
    const draw = (seed: number) => samplePrior(model, whole, prior(50, 5), 60, seed);
    const first = await draw(1);
    expect(await draw(1)).toEqual(first);
    expect(first.inSpaceUniqueness).toBeGreaterThan(first.samples ** -1);
    expect(first.uniqueness).toBeLessThanOrEqual(first.inSpaceUniqueness);
  });
});

describe("samples from a prior over a sampled space", () => {
  const listed = darts({ seed: 1, count: 50 });
  const others = darts({ seed: 2, count: 40 });
  const shape = modelShape(listed);
  /** Decodes to these graphs in turn. */
  const decoding = (graphs: readonly Graph[]) => ({
    shape,
    async decode(z: Float32Array) {
      const count = z.length / (shape.nodes * shape.latent);
      return logitsOf(
        Array.from({ length: count }, (_, i) => graphs[i % graphs.length] as Graph),
        shape,
      );
    },
  });

  it("are in the space where they fit its definition, whether they are listed or not", async () => {
    const graphs = [listed.graph(7), others.graph(3), others.graph(4), listed.graph(7)];
    expect(others.graph(3)).not.toEqual(others.graph(4));
    for (const graph of graphs.slice(1, 3)) expect(listed.membership(graph)).toMatchObject({ unlisted: true });
    expect(await samplePrior(decoding(graphs), listed, emptyPrior(shape), 40, 1)).toEqual({
      validity: 1,
      inSpaceValidity: 1,
      uniqueness: 3 / 40,
      inSpaceUniqueness: 3 / 40,
      samples: 40,
    });
  });

  it("are outside where the definition excludes them, though the published check does not", async () => {
    const open = listed.graph(7).adjacency.slice();
    open[2 * shape.nodes + 10] = 0;
    const graph = { ...listed.graph(7), adjacency: open };
    expect(await samplePrior(decoding([graph]), listed, emptyPrior(shape), 10, 1)).toMatchObject({
      validity: 1,
      inSpaceValidity: 0,
      inSpaceUniqueness: 0,
    });
  });
});

describe("the most likely graph", () => {
  it("takes the largest logit of each node and the edges above one half, of the upper triangle only", () => {
    const decoded = logitsOf([space.graph(3), space.graph(77)]);
    decoded.adjacency.fill(9, nodes * nodes + nodes, nodes * nodes + nodes + 1);
    expect(mostLikely(decoded, 1, nodes, operations)).toEqual(space.graph(77));
    expect(mostLikely(decoded, 0, nodes, operations)).toEqual(space.graph(3));
  });
});
