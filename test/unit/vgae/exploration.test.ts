import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { packingOf, packSpace, unpack } from "../../../src/spaces/packing.ts";
import type { SearchSpace } from "../../../src/spaces/space.ts";
import { modelShape } from "../../../src/vgae/config.ts";
import { exploration } from "../../../src/vgae/exploration.ts";
import { emptyPrior } from "../../../src/vgae/state.ts";
import type { Trainer } from "../../../src/vgae/trainer.ts";

const space: SearchSpace = { ...nasbench201(), size: 3000, trainSize: 2700 };
const shape = modelShape(space);
const { nodes, operations, latent } = shape;
const packing = packingOf(space);

/**
 * A model as simple as can be: a node's latent is its one-hot operation, moved a little by the operation of the node before; decoded
 * operations are the latent itself, edges are those of every cell. Counts its work.
 */
function simpleModel() {
  const calls = { embed: 0, encode: 0 };
  const encode = (packed: Uint32Array) => {
    const count = packed.length / packing.words;
    const mu = new Float32Array(count * nodes * latent);
    for (let i = 0; i < count; i++) {
      const graph = unpack(packing, packed, i);
      graph.operations.forEach((operation, node) => {
        mu[(i * nodes + node) * latent + operation] = 1;
        if (node > 0) mu[(i * nodes + node) * latent + 8 + (graph.operations[node - 1] as number)] = 0.1;
      });
    }
    return mu;
  };
  const trainer = {
    shape,
    step: 10,
    async encode(packed: Uint32Array) {
      calls.encode++;
      const mu = encode(packed);
      return { mu, logvar: new Float32Array(mu.length) };
    },
    async embed(packed: Uint32Array) {
      calls.embed++;
      const mu = encode(packed);
      const means = new Float32Array((mu.length / nodes / latent) * latent);
      for (let i = 0; i < mu.length; i++) {
        const at = Math.floor(i / (nodes * latent)) * latent + (i % latent);
        means[at] = (means[at] as number) + (mu[i] as number) / nodes;
      }
      return means;
    },
    async decode(z: Float32Array) {
      const count = z.length / (nodes * latent);
      const decoded = {
        operations: new Float32Array(count * nodes * operations),
        adjacency: new Float32Array(count * nodes * nodes),
      };
      for (let node = 0; node < count * nodes; node++) {
        decoded.operations.set(z.subarray(node * latent, node * latent + operations), node * operations);
      }
      const template = space.graph(0).adjacency;
      for (let i = 0; i < decoded.adjacency.length; i++) decoded.adjacency[i] = template[i % (nodes * nodes)] ? 1 : -1;
      return decoded;
    },
    snapshot: async () => ({ prior: emptyPrior(shape) }),
  };
  return { trainer: trainer as unknown as Trainer & { step: number }, calls, latentsOf: encode };
}

function explored() {
  const model = simpleModel();
  return {
    ...model,
    explore: exploration(
      () => ({ space, trainer: model.trainer }),
      () => undefined,
    ),
  };
}

describe("exploring a model", () => {
  it("finds an architecture nearest to its own embedding, and embeds the space once as long as the model stays", async () => {
    const { explore, trainer, calls } = explored();
    const own = await trainer.embed(packSpace(space, [1234, 77]));
    calls.embed = 0;
    const { k, indices, distances } = await explore.nearest(own, 4);
    expect(k).toBe(4);
    // Cells with the same operations on other edges may share an embedding: the smallest index comes first.
    for (const [query, cell] of [1234, 77].entries()) {
      expect(distances[4 * query]).toBe(0);
      expect(indices[4 * query]).toBeLessThanOrEqual(cell);
    }
    await explore.nearest(new Float32Array(2 * latent), 1);
    expect(calls.embed).toBe(1);
    Object.assign(trainer, { step: 11 });
    await explore.nearest(new Float32Array(latent), 1);
    expect(calls.embed).toBe(2);
  });

  it("decodes plainly, or to the most probable member", async () => {
    const { explore } = explored();
    const z = new Float32Array(nodes * latent);
    expect(await explore.decode(z)).toEqual([{ reason: expect.stringMatching(/^Node 7 must be the output/) }]);
    expect(await explore.decode(z, "in-space")).toEqual([{ index: expect.any(Number) }]);
    await expect(explore.decode(z.slice(1))).rejects.toThrow(
      new InputError("Expected latent points of 8 x 16 numbers each, found 127 numbers."),
    );
  });

  it("samples members as different as uniform draws, with a prior fitted once and without labels", async () => {
    const { explore, calls } = explored();
    const { members, quality, heldOutLogLikelihood } = await explore.sample({ prior: "codes", count: 2000, seed: 1 });
    expect(members.length).toBe(2000);
    expect(quality.validity).toBe(1);
    expect(quality.inSpaceValidity).toBe(1);
    const encoded = calls.encode;
    const paper = await explore.sample({ prior: "paper", count: 2000, seed: 1 });
    expect(paper.quality.inSpaceValidity).toBeLessThan(1);
    expect(heldOutLogLikelihood).toBeGreaterThan(paper.heldOutLogLikelihood);
    // Again: only the held-out part is encoded, the prior is kept; the samples are the same.
    const before = calls.encode;
    expect((await explore.sample({ prior: "codes", count: 2000, seed: 1 })).members).toEqual(members);
    expect(calls.encode - before).toBeLessThan(encoded);
  });

  it("refuses what cannot be drawn, in one sentence", async () => {
    const { explore } = explored();
    await expect(explore.sample({ prior: "flow" as "codes", count: 1, seed: 1 })).rejects.toThrow(
      new InputError('The prior must be one of paper, codes, found "flow".'),
    );
    await expect(explore.sample({ prior: "paper", count: 0, seed: 1 })).rejects.toThrow(
      new InputError("The number of samples must be a whole number from 1 to 1000000, found 0."),
    );
  });
});
