import { determinant, inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { generator } from "../../../src/random/generator.ts";
import { logExpectedImprovement, logImprovement } from "../../../src/search/dngo/acquisition.ts";
import {
  directions,
  likeliestPrecision,
  logMarginalLikelihood,
  posterior,
  predictMean,
  predictVariance,
} from "../../../src/search/dngo/linear-regression.ts";
import { nelderMead } from "../../../src/search/dngo/nelder-mead.ts";
import {
  forRawPoints,
  hiddenFeatures,
  initialNetwork,
  lossAndGradients,
  tanh,
  trainNetwork,
  workspace,
} from "../../../src/search/dngo/network.ts";
import { multiply } from "../../../src/search/multiply.ts";
import { gradientError } from "./helpers.ts";

const random = generator(7, "search");
const normals = (count: number): Float64Array => Float64Array.from({ length: count }, () => random.normal());

describe("the network", () => {
  it("has gradients that agree with finite differences", () => {
    const network = initialNetwork(5, 9, random);
    const batch = workspace(7, network);
    batch.x.set(normals(35));
    batch.y.set(normals(7));
    const gradients = new Float64Array(network.parameters.length);
    const scratch = new Float64Array(network.parameters.length);
    lossAndGradients(network, batch, gradients);
    const error = gradientError(network.parameters, gradients, () => lossAndGradients(network, batch, scratch), 200);
    expect(error).toBeLessThan(1e-6);
  });

  it("fits what it is trained on", () => {
    const x = normals(40 * 2);
    const y = Float64Array.from({ length: 40 }, (_, i) => 0.5 + 0.2 * Math.sin(x[2 * i] as number));
    const network = trainNetwork(x, y, 2, { hidden: 32, epochs: 100, batchSize: 10, learningRate: 1e-2 }, random);
    const batch = workspace(40, network);
    batch.x.set(x);
    batch.y.set(y);
    expect(lossAndGradients(network, batch, new Float64Array(network.parameters.length))).toBeLessThan(2e-3);
  });

  it("never sees the rows an epoch leaves over: one step of ten rows an epoch, whatever the last nine are", () => {
    const settings = { hidden: 4, epochs: 1, batchSize: 10, learningRate: 1e-2 };
    const x = normals(19);
    const y = normals(19);
    const seen = [
      ...generator(2, "search", 0, seenFrom(4))
        .shuffle(Uint32Array.from({ length: 19 }, (_, i) => i))
        .subarray(0, 10),
    ];
    const changed = y.map((value, i) => (seen.includes(i) ? value : value + 100));
    const weights = (targets: Float64Array) => trainNetwork(x, targets, 1, settings, generator(2, "search")).parameters;
    expect(weights(changed)).toEqual(weights(y));
    expect(weights(y.map((value) => value + 1))).not.toEqual(weights(y));
  });

  it("gives the same features for raw points once the standardisation is folded in", () => {
    const network = initialNetwork(3, 6, random);
    const mean = normals(3);
    const deviation = normals(3).map((value) => Math.abs(value) + 0.1);
    const raw = normals(3);
    const standardised = raw.map((value, j) => (value - (mean[j] as number)) / (deviation[j] as number));
    const expected = new Float64Array(6);
    const found = new Float64Array(6);
    hiddenFeatures(network, standardised, 1, expected);
    hiddenFeatures(forRawPoints(network, mean, deviation), raw, 1, found);
    for (let k = 0; k < 6; k++) expect(found[k]).toBeCloseTo(expected[k] as number, 12);
  });

  it("has a tanh within 2e-8 of the real one, within -1..1", () => {
    for (let x = -15; x <= 15; x += 0.01) {
      expect(Math.abs(tanh(x) - Math.tanh(x))).toBeLessThan(2e-8);
      expect(Math.abs(tanh(x))).toBeLessThanOrEqual(1);
    }
  });
});

/** Blocks of randomness that the initial weights of a network with one input take. */
function seenFrom(hidden: number): number {
  const at = generator(2, "search");
  initialNetwork(1, hidden, at);
  return at.position();
}

describe("multiply", () => {
  it.each([
    [1, 1],
    [4, 2],
    [7, 3],
    [8, 5],
  ])("takes %i rows against %i vectors", (rows, count) => {
    const length = 3;
    const matrix = normals(2 + rows * length);
    const vectors = normals(count * length);
    const out = new Float64Array(count * rows + 1).fill(-1);
    multiply(matrix, 2, rows, length, vectors, count, out);
    const expected = Matrix.from1DArray(count, length, vectors)
      .mmul(Matrix.from1DArray(rows, length, matrix.subarray(2)).transpose())
      .to1DArray();
    for (let i = 0; i < rows * count; i++) expect(out[i]).toBeCloseTo(expected[i] as number, 12);
    expect(out.at(-1)).toBe(-1);
  });
});

describe("Bayesian linear regression", () => {
  const alpha = 0.7;
  const beta = 12;

  /** The textbook: S = (beta Phi^T Phi + alpha I)^-1, m = beta S Phi^T y, by explicit inverse. */
  function direct(rows: number, hidden: number) {
    const phi = normals(rows * hidden);
    const y = normals(rows);
    const design = Matrix.from1DArray(rows, hidden, phi);
    const precision = Matrix.add(design.transpose().mmul(design).mul(beta), Matrix.eye(hidden).mul(alpha));
    const s = inverse(precision);
    const m = s.mmul(design.transpose()).mmul(Matrix.columnVector(y)).mul(beta);
    return { phi, y, design, s, m, basis: directions(phi, y, hidden) };
  }

  it.each([
    [3, 6],
    [6, 6],
    [9, 4],
  ])("predicts as the textbook does with %i rows and %i basis functions", (rows, hidden) => {
    const { s, m, basis } = direct(rows, hidden);
    const model = posterior(basis, { alpha, beta });
    const at = normals(hidden);
    const column = Matrix.columnVector(at);
    expect(predictMean(model, at)).toBeCloseTo(m.transpose().mmul(column).get(0, 0), 10);
    expect(predictVariance(model, at)).toBeCloseTo(1 / beta + column.transpose().mmul(s).mmul(column).get(0, 0), 10);
  });

  it("has the marginal likelihood of y under N(0, I/beta + Phi Phi^T/alpha)", () => {
    const { y, design, basis } = direct(4, 7);
    const covariance = Matrix.add(Matrix.eye(4).mul(1 / beta), design.mmul(design.transpose()).mul(1 / alpha));
    const column = Matrix.columnVector(y);
    const quadratic = column.transpose().mmul(inverse(covariance)).mmul(column).get(0, 0);
    const logDeterminant = Math.log(determinant(covariance));
    const expected = -0.5 * (quadratic + logDeterminant + 4 * Math.log(2 * Math.PI));
    expect(logMarginalLikelihood(basis, { alpha, beta }, "squared")).toBeCloseTo(expected, 9);
  });

  it("takes the norm of the residual unsquared where the released code does", () => {
    const { y, design, m, basis } = direct(5, 3);
    const residual = Matrix.sub(Matrix.columnVector(y), design.mmul(m)).norm("frobenius");
    const difference =
      logMarginalLikelihood(basis, { alpha, beta }, "unsquared") - logMarginalLikelihood(basis, { alpha, beta }, "squared");
    expect(difference).toBeCloseTo((beta / 2) * (residual ** 2 - residual), 9);
  });

  it("stops refining a variance once its upper bound is no longer worthwhile, and every bound lies above the variance", () => {
    const { basis } = direct(12, 20);
    const model = posterior(basis, { alpha, beta });
    const at = normals(20);
    const bounds: number[] = [];
    const exact = predictVariance(model, at, (bound) => bounds.push(bound) > 0);
    expect(bounds).toHaveLength(3);
    for (const bound of bounds) expect(bound).toBeGreaterThanOrEqual(exact);
    expect(predictVariance(model, at, () => false)).toBe(bounds[0]);
  });

  it("recovers the noise that labels were made with", () => {
    const rows = 300;
    const phi = normals(rows * 4);
    const y = Float64Array.from(
      { length: rows },
      (_, r) => (phi[4 * r] as number) - (phi[4 * r + 2] as number) + 0.1 * random.normal(),
    );
    const precision = likeliestPrecision(directions(phi, y, 4), [0, -3], "squared");
    expect(1 / Math.sqrt(precision.beta)).toBeCloseTo(0.1, 1.5);
    expect(precision.alpha).toBeGreaterThan(0.2);
    expect(precision.alpha).toBeLessThan(8);
  });

  it("stays finite for one row, identical rows and labels that are all zero", () => {
    const row = normals(8);
    for (const [phi, y] of [
      [row, Float64Array.of(0.5)],
      [Float64Array.of(...row, ...row, ...row), Float64Array.of(0.5, 0.5, 0.5)],
      [normals(24), new Float64Array(3)],
      [new Float64Array(24), Float64Array.of(0.1, 0.2, 0.3)],
    ] as const) {
      const basis = directions(phi, y, 8);
      for (const residual of ["squared", "unsquared"] as const) {
        const model = posterior(basis, likeliestPrecision(basis, [0.3, -3], residual));
        expect(Number.isFinite(predictMean(model, row))).toBe(true);
        expect(predictVariance(model, row)).toBeGreaterThan(0);
        expect(Number.isFinite(predictVariance(model, row))).toBe(true);
      }
    }
  });
});

describe("Nelder-Mead", () => {
  it("finds the minimum of Rosenbrock's valley", () => {
    const { x } = nelderMead(([a = 0, b = 0]) => (1 - a) ** 2 + 100 * (b - a * a) ** 2, [-1.2, 1]);
    expect(x[0]).toBeCloseTo(1, 3);
    expect(x[1]).toBeCloseTo(1, 3);
  });

  it("shrinks where nothing else helps, and never leaves a domain bounded by infinite values", () => {
    const visited: number[] = [];
    const f = ([a = 0, b = 0]: ArrayLike<number> & Iterable<number>): number => {
      const value =
        Math.abs(a) > 10 || Math.abs(b) > 10 ? Infinity : Math.max(Math.abs(a - 10), Math.abs(b + 10)) + (Math.abs(a + b) % 0.3);
      visited.push(value);
      return value;
    };
    const { x, value } = nelderMead(f, [9.8, 0]);
    expect(value).toBe(Math.min(...visited));
    expect(Math.abs(x[0] as number)).toBeLessThanOrEqual(10);
    expect(visited.length).toBeLessThan(410);
  });

  it("ends at once on a constant", () => {
    expect(nelderMead(() => 1, [0, 0]).value).toBe(1);
  });
});

describe("expected improvement", () => {
  it("is sigma (phi(u) + u Phi(u)), as numerical integration says", () => {
    for (const [mean, spread, target] of [
      [0.7, 0.1, 0.8],
      [0.9, 0.05, 0.8],
      [0, 1, 3],
      [5, 1, 0],
    ] as const) {
      let sum = 0;
      const step = spread / 2000;
      for (let y = target + step / 2; y < mean + 12 * spread; y += step) {
        sum += ((y - target) * Math.exp(-0.5 * ((y - mean) / spread) ** 2) * step) / (spread * Math.sqrt(2 * Math.PI));
      }
      expect(Math.exp(logExpectedImprovement(mean, spread, target)) / sum).toBeCloseTo(1, 5);
    }
  });

  it("is smooth and rising over its three formulas, and ranks even where it underflows", () => {
    const values = Array.from({ length: 1201 }, (_, i) => logImprovement(-8 + i / 100));
    const rises = values.slice(1).map((value, i) => value - (values[i] as number));
    expect(Math.min(...rises)).toBeGreaterThan(0);
    // The curve is concave: a seam between formulas would show as a rise larger than the one before it.
    expect(Math.max(...rises.slice(1).map((rise, i) => rise - (rises[i] as number)))).toBeLessThan(1e-9);
    expect(logImprovement(-1000)).toBeGreaterThan(logImprovement(-1001));
    expect(logImprovement(-1000)).toBeCloseTo(-500_000 - 0.5 * Math.log(2 * Math.PI) - 2 * Math.log(1000), 4);
  });

  it("is the plain improvement where nothing is uncertain", () => {
    expect(logExpectedImprovement(0.9, 0, 0.8)).toBeCloseTo(Math.log(0.1), 12);
    expect(logExpectedImprovement(0.7, 0, 0.8)).toBe(-Infinity);
  });
});
