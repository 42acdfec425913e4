import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { nasbench201, openEngine } from "../../src/index.ts";
import { generator } from "../../src/random/generator.ts";

const shipped = fileURLToPath(new URL("../../data/nasbench201-released.safetensors", import.meta.url));

it("a loaded model answers what lies near a point, what a point is, and what a prior draws", async () => {
  const engine = await openEngine({ backend: "tfjs-wasm" });
  const space = nasbench201();
  const model = await engine.load(space, new Uint8Array(readFileSync(shipped)));
  const embedding = await model.embed();

  const { k, indices, distances } = await model.nearest(embedding.slice(16 * 4711, 16 * 4712), 25);
  expect(k).toBe(25);
  expect(indices[0]).toBe(4711);
  expect(distances[0]).toBe(0);
  expect([...distances]).toEqual([...distances].sort((a, b) => a - b));
  // Neighbours in the latent space are neighbours in edits, far nearer than by chance (4.8 of 6 edges differ).
  const edits = [...indices].slice(1).reduce((sum, index) => sum + space.editDistance(4711, index), 0) / 24;
  expect(edits).toBeLessThan(4);

  const random = generator(1, "prior");
  const anywhere = Float32Array.from({ length: 20 * 8 * 16 }, () => 0.5 * random.normal());
  const plain = await model.decode(anywhere);
  const within = await model.decode(anywhere, { inSpace: true });
  expect(plain.some((member) => "reason" in member)).toBe(true);
  expect(within.every((member) => "index" in member)).toBe(true);

  const { members, quality } = await model.sample({ prior: "paper", count: 100, inSpace: true });
  expect(members.length).toBe(100);
  expect(quality).toMatchObject({ decoding: "in-space", inSpaceValidity: 1, samples: 100 });
  await expect(model.nearest(embedding.slice(0, 15), 3)).rejects.toThrow(
    "Expected query points of 16 numbers each, found 15 numbers.",
  );
  engine.close();
});
