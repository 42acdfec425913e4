import { describe, expect, it } from "vitest";
import { generator } from "../../../../src/random/generator.ts";
import { atOnce } from "../../../../src/spaces/steps.ts";
import { fitAutoregression, logProbabilities, sampleCodes } from "../../../../src/vgae/prior/autoregression.ts";
import { layoutOf } from "../../../../src/vgae/prior/code-network.ts";
import { codesOf, fitCodebook } from "../../../../src/vgae/prior/codebook.ts";
import { fitEffects, meansOf } from "../../../../src/vgae/prior/effects.ts";
import { addNoise, fitNoise, logDensityOf } from "../../../../src/vgae/prior/noise.ts";

const random = generator(3, "prior", 100);

describe("a codebook", () => {
  /** Points around corners of a square, `spread` wide. */
  const clumps = (spread: number): Float32Array =>
    Float32Array.from({ length: 2 * 800 }, (_, i) => {
      const corner = (i >> 1) % 4;
      return 4 * (i % 2 === 0 ? corner & 1 : corner >> 1) + spread * random.normal();
    });

  it("has one code a clump where the distortion allows what is within clumps and nothing more", () => {
    const points = clumps(0.1);
    const book = fitCodebook(points, 2, 0.1, 40, generator(1, "prior"));
    expect(book.size).toBe(4);
    const rounded = Array.from({ length: 4 }, (_, c) => [...book.centres.subarray(2 * c, 2 * c + 2)].map(Math.round).join());
    expect(rounded.sort()).toEqual(["0,0", "0,4", "4,0", "4,4"]);
    const codes = codesOf(book, points, 2);
    for (let i = 4; i < codes.length; i++) expect(codes[i]).toBe(codes[i % 4]);
  });

  it("has a single code for points that hardly vary, and never more codes than allowed or than there are points", () => {
    expect(fitCodebook(clumps(0.1), 2, 20, 40, generator(1, "prior")).size).toBe(1);
    expect(fitCodebook(clumps(0.1), 2, 0, 7, generator(1, "prior")).size).toBe(7);
    expect(fitCodebook(Float32Array.of(1, 2, 2, 1), 1, 0, 7, generator(1, "prior")).size).toBe(2);
  });
});

describe("effects of codes and pairs of codes", () => {
  const sizes = [3, 1, 4];
  const codes = Uint8Array.from({ length: 3 * 4000 }, (_, i) => random.integer(sizes[i % 3] as number));
  const truth = Float32Array.from({ length: 3 * 4 }, () => random.normal());

  it("recover a mean that depends on two codes together, and leave nothing of it", () => {
    const at = (graph: number): number => truth[(codes[3 * graph] as number) * 4 + (codes[3 * graph + 2] as number)] as number;
    const targets = Float32Array.from({ length: 2 * 4000 }, (_, i) => (i % 2 === 0 ? at(i >> 1) : 5));
    const effects = atOnce(fitEffects(sizes, codes, targets, 2));
    expect(Math.max(...targets.map(Math.abs))).toBeLessThan(0.01);
    const means = meansOf(effects, Uint8Array.of(2, 0, 3, 0, 0, 1));
    expect(means[0]).toBeCloseTo(truth[2 * 4 + 3] as number, 2);
    expect(means[2]).toBeCloseTo(truth[1] as number, 2);
    expect(means[1]).toBeCloseTo(5, 3);
  });

  it("say nothing about pairs that were never seen", () => {
    const diagonal = Uint8Array.from({ length: 2 * 300 }, (_, i) => (i >> 1) % 3);
    const effects = atOnce(
      fitEffects(
        [3, 3],
        diagonal,
        Float32Array.from({ length: 300 }, (_, i) => (i % 3) - 1),
        1,
      ),
    );
    // Rows: the constant, 3 + 3 single ones, 9 pairs, of which (0, 1) is the second.
    expect(effects.rows.length).toBe(16);
    expect(effects.rows[8]).toBe(0);
    expect(Number.isFinite(meansOf(effects, Uint8Array.of(0, 1))[0])).toBe(true);
  });
});

describe("the autoregression over codes", () => {
  const entropy = (model: Parameters<typeof logProbabilities>[0], codes: Uint8Array): number => {
    const values = logProbabilities(model, codes);
    return -values.reduce((sum, value) => sum + value, 0) / values.length;
  };

  it("adds up to one over all codes, and predicts what it samples", () => {
    const codes = Uint8Array.from({ length: 3 * 2000 }, (_, i) => (i % 3 === 1 ? 0 : random.integer(i % 3 === 0 ? 2 : 3)));
    const model = atOnce(fitAutoregression([2, 1, 3], codes, generator(1, "prior")));
    const all = Uint8Array.from({ length: 18 }, (_, i) => [i < 9 ? 0 : 1, 0, Math.floor(i / 3) % 3][i % 3] as number);
    const probabilities = logProbabilities(model, all).map(Math.exp);
    expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    const drawn = sampleCodes(model, 6000, generator(2, "prior"));
    for (let i = 0; i < 6; i++) {
      const row = all.subarray(3 * i, 3 * i + 3).join();
      let times = 0;
      for (let at = 0; at < drawn.length; at += 3) if (drawn.subarray(at, at + 3).join() === row) times++;
      expect(times / 6000).toBeCloseTo(probabilities[i] as number, 1);
    }
  });

  it("memorises nothing where codes are independent: unseen ones are as probable as seen ones", () => {
    // A tenth of the 4^5 rows is held back.
    const rows = random.shuffle(Uint32Array.from({ length: 1024 }, (_, i) => i));
    const spread = (part: Uint32Array): Uint8Array =>
      Uint8Array.from({ length: 5 * part.length }, (_, i) => ((part[Math.floor(i / 5)] as number) >> (2 * (i % 5))) & 3);
    const model = atOnce(fitAutoregression([4, 4, 4, 4, 4], spread(rows.subarray(0, 920)), generator(1, "prior")));
    expect(entropy(model, spread(rows.subarray(920)))).toBeLessThan(Math.log(1024) + 0.05);
  });

  it("learns a code that follows from two others together", () => {
    const codes = Uint8Array.from({ length: 3 * 4000 });
    for (let at = 0; at < codes.length; at += 3) {
      const [a, b] = [random.integer(3), random.integer(3)];
      codes.set([a, b, (a + b) % 3], at);
    }
    const model = atOnce(fitAutoregression([3, 3, 3], codes, generator(1, "prior")));
    // Independent codes would take 3 log 3 = 3.30 nats.
    expect(entropy(model, codes.subarray(0, 900))).toBeLessThan(2 * Math.log(3) + 0.05);
    const drawn = sampleCodes(model, 1000, generator(2, "prior"));
    let right = 0;
    for (let at = 0; at < drawn.length; at += 3) {
      if (drawn[at + 2] === ((drawn[at] as number) + (drawn[at + 1] as number)) % 3) right++;
    }
    expect(right).toBeGreaterThan(980);
  });

  it("has a table for every earlier code, and perhaps for every pair of them", () => {
    const floatsOfTables = (paired: boolean): number => {
      const layout = layoutOf({ sizes: [2, 3, 1, 5], hidden: 32, paired });
      return layout.length - layout.network;
    };
    // 2 x 3 + (2 + 3) x 5 single ones, one pair with 2 x 3 x 5; the node with one code takes no part.
    expect(floatsOfTables(false)).toBe(31);
    expect(floatsOfTables(true)).toBe(31 + 30);
  });

  it("takes pairs where there is much to learn from them, and leaves them where they would only memorise", () => {
    // The third code is as good as decided by the two others together, by no rule.
    const decided = Uint8Array.from({ length: 256 }, () => random.integer(16));
    const learnable = new Uint8Array(3 * 8000);
    for (let at = 0; at < learnable.length; at += 3) {
      const [a, b] = [random.integer(16), random.integer(16)];
      learnable.set([a, b, random.integer(4) === 0 ? random.integer(16) : (decided[16 * a + b] as number)], at);
    }
    const noise = Uint8Array.from({ length: 3 * 2000 }, () => random.integer(16));
    const fitted = (codes: Uint8Array) => atOnce(fitAutoregression([16, 16, 16], codes, generator(1, "prior")));
    expect(fitted(learnable).paired).toBe(true);
    expect(fitted(noise).paired).toBe(false);
  });
});

describe("the Gaussian around the means", () => {
  it("has the second moments of the residuals, and never a standard deviation below 0.01", () => {
    // Axes (1, 1) and (1, -1) with deviations 2 and 0.
    const residuals = new Float32Array(2 * 20_000);
    for (let row = 0; row < 20_000; row++) residuals.fill(2 * Math.SQRT1_2 * random.normal(), 2 * row, 2 * row + 2);
    const noise = fitNoise(residuals, 2);
    expect([...noise.std].sort((a, b) => a - b)[0]).toBeCloseTo(0.01, 6);
    expect([...noise.std].sort((a, b) => a - b)[1]).toBeCloseTo(2, 1);
    const drawn = new Float32Array(2 * 20_000);
    for (let row = 0; row < 20_000; row++) addNoise(noise, drawn, row, random);
    const second = drawn.reduce((sum, value) => sum + value * value, 0) / 20_000;
    expect(second).toBeCloseTo(4, 0);
    const across = drawn.reduce((sum, value, i) => sum + (i % 2 === 0 ? value * (drawn[i + 1] as number) : 0), 0) / 20_000;
    expect(across).toBeCloseTo(2, 0);
  });

  it("has the density of its formula", () => {
    const noise = { std: Float32Array.of(2, 0.5), axes: Float32Array.of(0, 1, 1, 0) };
    const expected = -Math.log(2 * Math.PI) - Math.log(2) - Math.log(0.5) - 0.5 * ((3 / 2) ** 2 + (1 / 0.5) ** 2);
    expect(logDensityOf(noise, Float32Array.of(9, 9, 1, 3), 1)).toBeCloseTo(expected, 6);
  });
});
