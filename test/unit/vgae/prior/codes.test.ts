import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { readSafeTensors, writeSafeTensors } from "../../../../src/formats/safetensors.ts";
import { generator } from "../../../../src/random/generator.ts";
import { atOnce } from "../../../../src/spaces/steps.ts";
import { type CodesPrior, fitCodesPrior } from "../../../../src/vgae/prior/codes.ts";
import { readPrior, writePrior } from "../../../../src/vgae/prior/file.ts";
import { gaussianPrior } from "../../../../src/vgae/prior/gaussian.ts";

/**
 * Latents as an encoder makes them: three nodes of four numbers; the first hardly varies, the others lie in three clumps each, which never
 * agree, and each is shifted a little by the other.
 */
const shape = { nodes: 3, latent: 4 };
const WIDTH = 12;
function latents(count: number, seed: number): { data: Float32Array; codes: [number, number][] } {
  const random = generator(seed, "prior", 50);
  const centres = [
    [2, 0, 0, 0],
    [0, 2, 0, 0],
    [0, 0, 2, 2],
  ];
  const codes = Array.from({ length: count }, (): [number, number] => {
    const first = random.integer(3);
    return [first, (first + 1 + random.integer(2)) % 3];
  });
  const data = new Float32Array(count * WIDTH);
  codes.forEach(([a, b], i) => {
    for (let d = 0; d < 4; d++) {
      data[i * WIDTH + d] = 1 + 0.02 * random.normal();
      data[i * WIDTH + 4 + d] = (centres[a]?.[d] as number) + 0.1 * b + 0.02 * random.normal();
      data[i * WIDTH + 8 + d] = (centres[b]?.[d] as number) - 0.1 * a * b + 0.02 * random.normal();
    }
  });
  return { data, codes };
}

/** Mean of a density over points. */
const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("the prior of codes", () => {
  const training = latents(3000, 1);
  const heldOut = latents(500, 2);
  let prior: CodesPrior;
  beforeAll(() => {
    prior = atOnce(fitCodesPrior(training.data, shape, { seed: 1 }));
  });

  it("finds the clumps of each node, and none where a node hardly varies", () => {
    expect(prior.parts.books.map(({ size }) => size)).toEqual([1, 3, 3]);
  });

  it("draws points that lie where latents lie, in combinations that occur", () => {
    const z = prior.sample(2000, generator(5, "prior"));
    const clump = (at: number): number => ((z[at + 2] as number) > 1 ? 2 : (z[at] as number) > (z[at + 1] as number) ? 0 : 1);
    let together = 0;
    let shifted = 0;
    for (let i = 0; i < 2000; i++) {
      const [a, b] = [clump(i * WIDTH + 4), clump(i * WIDTH + 8)];
      if (a === b) together++;
      // The number that no centre of clump 0 or 1 touches tells the shift by the other node.
      else if (a < 2 && Math.abs((z[i * WIDTH + 7] as number) - 0.1 * b) < 0.1) shifted++;
      else if (a === 2) shifted++;
    }
    expect(together).toBeLessThan(20);
    expect(shifted).toBeGreaterThan(1960);
  });

  it("foresees unseen latents far better than the paper's Gaussian, which is itself the density it says", () => {
    const sums = { count: 3000, mean: new Float32Array(WIDTH), m2: new Float32Array(WIDTH) };
    for (let d = 0; d < WIDTH; d++) {
      const column = Array.from({ length: 3000 }, (_, i) => training.data[i * WIDTH + d] as number);
      const average = column.reduce((a, b) => a + b) / 3000;
      sums.mean[d] = average;
      sums.m2[d] = column.reduce((sum, value) => sum + (value - average) ** 2, 0);
    }
    const paper = gaussianPrior(sums);
    const byHand = (row: number): number => {
      let sum = 0;
      for (let d = 0; d < WIDTH; d++) {
        const std = Math.sqrt((sums.m2[d] as number) / 2999);
        const off = ((heldOut.data[row * WIDTH + d] as number) - (sums.mean[d] as number)) / std;
        sum -= 0.5 * off * off + Math.log(std * Math.sqrt(2 * Math.PI));
      }
      return sum;
    };
    expect(paper.logDensity(heldOut.data)[7]).toBeCloseTo(byHand(7), 3);
    const difference = mean(prior.logDensity(heldOut.data)) - mean(paper.logDensity(heldOut.data));
    expect(difference).toBeGreaterThan(10);
    // The truth: log 6 for the codes, and the entropy of the noise.
    const best = -Math.log(6) - WIDTH * (0.5 * Math.log(2 * Math.PI * Math.E) + Math.log(0.02));
    expect(mean(prior.logDensity(heldOut.data))).toBeLessThan(best + 0.5);
    expect(mean(prior.logDensity(heldOut.data))).toBeGreaterThan(best - 1.5);
  });

  it("gives no direction less than a standard deviation of 0.01, so that no density is without bound", () => {
    const flat = { count: 10, mean: new Float32Array(4), m2: new Float32Array(4) };
    const most = -4 * Math.log(0.01 * Math.sqrt(2 * Math.PI));
    expect(gaussianPrior(flat).logDensity(new Float32Array(4))[0]).toBeCloseTo(most, 4);
    const constant = atOnce(fitCodesPrior(new Float32Array(400 * 8).fill(1), { nodes: 2, latent: 4 }, { seed: 1 }));
    expect(constant.logDensity(new Float32Array(8).fill(1))[0]).toBeCloseTo(2 * most, 2);
  });

  it("repeats to the last bit for the same latents and seed", () => {
    const again = atOnce(fitCodesPrior(training.data.slice(), shape, { seed: 1 }));
    expect(again.parts).toEqual(prior.parts);
    expect(again.sample(50, generator(9, "prior"))).toEqual(prior.sample(50, generator(9, "prior")));
    expect(prior.sample(50, generator(10, "prior"))).not.toEqual(prior.sample(50, generator(9, "prior")));
  });

  describe("as a file", () => {
    const weights = Float32Array.of(1, 2, 3);
    const bytes = () => writePrior(prior, weights, { space: "nasbench201" });

    it("comes back as it was, and is the same bytes for the same prior", () => {
      const read = readPrior(bytes(), shape, weights);
      expect(read.parts).toEqual(prior.parts);
      expect(read.logDensity(heldOut.data)).toEqual(prior.logDensity(heldOut.data));
      expect(bytes()).toEqual(writePrior(read, weights, { space: "nasbench201" }));
    });

    it("is refused for other weights, other shapes, other files and numbers that are not finite, each in one sentence", () => {
      const changed = (
        change: (tensors: Map<string, { dtype: "F32"; shape: readonly number[]; data: Float32Array }>) => void,
      ) => {
        const { metadata, tensors } = readSafeTensors(bytes());
        const copy = new Map(tensors) as Parameters<typeof change>[0];
        change(copy);
        return writeSafeTensors({ metadata, tensors: copy });
      };
      const read = (file: Uint8Array, by = weights, of = shape) => readPrior(file, of, by, "p.safetensors");
      expect(() => read(bytes(), Float32Array.of(1, 2, 4))).toThrow(
        new InputError("p.safetensors: this prior was fitted to another model; fit one to this model."),
      );
      expect(() => read(writeSafeTensors({ metadata: {}, tensors: new Map() }))).toThrow(
        new InputError('p.safetensors: expected a prior ("prior 2"), found something else.'),
      );
      expect(() => read(changed((tensors) => tensors.delete("effects")))).toThrow(
        /expected a tensor effects of shape \[16, 12\], found none/,
      );
      expect(() => read(bytes(), weights, { nodes: 3, latent: 5 })).toThrow(/expected a tensor codebook\/0 of shape \[any, 5\]/);
      const withNaN = changed((tensors) =>
        tensors.set("noise/std", { dtype: "F32", shape: [WIDTH], data: new Float32Array(WIDTH).fill(Number.NaN) }),
      );
      expect(() => read(withNaN)).toThrow(
        new InputError("p.safetensors: expected finite numbers in noise/std, found NaN or infinity."),
      );
      expect(() => read(bytes().slice(0, 300))).toThrow(/cut short/);
    });
  });
});
