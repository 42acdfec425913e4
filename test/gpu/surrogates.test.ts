import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generator } from "../../src/random/generator.ts";
import { logExpectedImprovement } from "../../src/search/dngo/acquisition.ts";
import { countedChance } from "../../src/search/dngo/counted-chance.ts";
import { directions, logMarginalLikelihood, predictMean, predictVariance } from "../../src/search/dngo/linear-regression.ts";
import { hiddenFeatures, type Network, trainOn } from "../../src/search/dngo/network.ts";
import { fitSurrogate, mostPromising, type Surrogate } from "../../src/search/dngo/surrogate.ts";
import { type DngoOptions, dngo } from "../../src/search/strategies/dngo.ts";
import type { Embedding } from "../../src/search/strategy.ts";
import { surrogatePlan } from "../../src/surrogates/webgpu/plan.ts";
import { chunkFor, type Device, openDevice, pointsOf, webgpuSurrogates } from "../../src/surrogates/webgpu/surrogates.ts";
import { cloud, hill } from "../unit/search/helpers.ts";
import { readWords, sharedGpu } from "./helpers.ts";

const COUNT = 1500;
/** No multiple of four: points are filled up on the device. */
const DIMENSIONS = 6;
const embedding = cloud(COUNT, DIMENSIONS);
const values = hill(embedding);
const CANDIDATES = Uint32Array.from({ length: COUNT }, (_, i) => i);
/** Narrow, so that software adapters take milliseconds a round: the kernels are the same. Two groups of rows a step, one partly empty. */
const SMALL = { hidden: 32, batchSize: 6 };
const corrected: DngoOptions = { ...dngo.defaults({ protocol: "corrected", space: "nasbench201", accuracy: true }), ...SMALL };

/** What two searches have observed: the same number of architectures, others each. */
const ROWS = 33;
const SEEDS = [5, 4_000_000_000];
const observed = SEEDS.map((seed) => [...generator(seed, "noise").shuffle(CANDIDATES.slice()).subarray(0, ROWS)]);
const told = observed.map((positions, place) => ({
  place,
  positions,
  values: positions.map((position) => values[position] as number),
}));

const rowsOf = ({ data, dimensions }: Embedding, indices: readonly number[]): Float64Array =>
  Float64Array.from(indices.flatMap((index) => [...data.subarray(index * dimensions, (index + 1) * dimensions)]));

/** The surrogate of a search as JavaScript fits it with the same chance. */
function reference(place: number, options: DngoOptions, round = 1): Surrogate {
  const rows = observed[place] as number[];
  return fitSurrogate(
    {
      rows: rowsOf(embedding, rows),
      dimensions: DIMENSIONS,
      values: Float64Array.from(rows, (at) => Math.fround(values[at] as number)),
    },
    options,
    countedChance(SEEDS[place] as number, round, options.epochs),
  );
}

async function openSmall(options: DngoOptions): Promise<Device> {
  const gpu = await sharedGpu();
  const sizes = { inputs: DIMENSIONS, candidates: COUNT, capacity: 40, searches: 2, chunk: chunkFor(gpu) };
  return openDevice(gpu, surrogatePlan(options, sizes, gpu.device.limits), pointsOf({ embedding, candidates: CANDIDATES }));
}

/** Runs one round on the device; what the kernels left behind can be read then. */
async function run(device: Device, signal?: AbortSignal) {
  device.upload(told, 0);
  return device.propose(told, SEEDS, { round: 1, rows: ROWS, fresh: 0 }, signal);
}

const floats = async (buffer: GPUBuffer): Promise<Float32Array> =>
  new Float32Array((await readWords(await sharedGpu(), buffer)).buffer);

/** The points that a place has observed, as its network is given them. */
async function standardised({ buffers, plan }: Device, place: number): Promise<Float64Array> {
  const words = await floats(buffers.inputs);
  const width = 4 * plan.row;
  return Float64Array.from({ length: ROWS * DIMENSIONS }, (_, i) => {
    const row = place * plan.capacity + Math.floor(i / DIMENSIONS);
    return words[row * width + (i % DIMENSIONS)] as number;
  });
}

/** The network of a place, laid out as the reference's. */
async function networkOf({ buffers, plan }: Device, place: number): Promise<Network> {
  const { hidden } = plan.options;
  const stride = 4 * (plan.row + 1);
  const words = (await floats(buffers.network)).subarray(place * hidden * stride);
  const at = (unit: number, i: number): number => words[unit * stride + i] as number;
  const units = Array.from({ length: hidden }, (_, unit) => unit);
  return {
    inputs: plan.inputs,
    hidden,
    parameters: Float64Array.from([
      ...units.flatMap((unit) => Array.from({ length: plan.inputs }, (_, j) => at(unit, j))),
      ...units.map((unit) => at(unit, 4 * plan.row)),
      ...units.map((unit) => at(unit, 4 * plan.row + 1)),
      at(0, 4 * plan.row + 2),
    ]),
  };
}

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);

describe("the network of many searches on the GPU", () => {
  it.each([
    [2, 2e-6],
    [20, 2e-4],
  ])("is after %i epochs the one that JavaScript trains from the same weights in the same order", async (epochs, tolerance) => {
    const options = { ...corrected, epochs };
    const device = await openSmall(options);
    await run(device);
    for (const place of [0, 1]) {
      const chance = countedChance(SEEDS[place] as number, 1, epochs);
      const x = await standardised(device, place);
      const y = Float64Array.from(told[place]?.values as number[]);
      const network = chance.network(DIMENSIONS, options.hidden);
      trainOn(network, x, y, options, chance.reorder);
      expect(farthest((await networkOf(device, place)).parameters, network.parameters)).toBeLessThan(tolerance);
    }
    device.close();
  });
});

describe("the regression of many searches on the GPU", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openSmall(corrected);
    await run(device);
  });
  afterAll(() => device.close());

  /** Features of the observed points by the device's own network, in double precision. */
  async function features(place: number): Promise<Float64Array> {
    const x = await standardised(device, place);
    const phi = new Float64Array(ROWS * corrected.hidden);
    hiddenFeatures(await networkOf(device, place), x, ROWS, phi);
    return phi;
  }

  it("finds the singular values of the features, down to those of a hundred-thousandth of the largest", async () => {
    const basis = await floats(device.buffers.basis);
    for (const place of [0, 1]) {
      const { values: squares } = directions(
        await features(place),
        Float64Array.from(told[place]?.values as number[]),
        corrected.hidden,
      );
      const start = (place * basis.length) / device.plan.places;
      const found = Float64Array.from({ length: ROWS }, (_, j) => basis[start + 4 * j] as number).sort((a, b) => b - a);
      const largest = Math.sqrt(squares[0] as number);
      squares.forEach((square, j) => {
        const singular = Math.sqrt(square);
        if (singular > 1e-5 * largest) expect(Math.abs(Math.sqrt(found[j] as number) - singular)).toBeLessThan(3e-6 * largest);
      });
    }
  });

  it("finds precisions as likely as JavaScript does", async () => {
    const facts = await floats(device.buffers.facts);
    for (const place of [0, 1]) {
      const basis = directions(await features(place), Float64Array.from(told[place]?.values as number[]), corrected.hidden);
      const at = place * 4 * (2 * device.plan.row + 2) + 4 * (2 * device.plan.row + 1);
      const precision = { alpha: 1 / (facts[at] as number), beta: 1 / (facts[at + 1] as number) };
      const { regression } = reference(place, corrected);
      const best = { alpha: 1 / regression.priorVariance, beta: 1 / regression.noiseVariance };
      const likelihood = logMarginalLikelihood(basis, precision, "squared");
      expect(likelihood).toBeGreaterThan(logMarginalLikelihood(basis, best, "squared") - 0.01);
    }
  });
});

describe("the proposals of many searches on the GPU", () => {
  it.each([
    ["corrected", {}],
    ["released", dngo.defaults({ protocol: "released", space: "nasbench101", accuracy: true })],
    ["labels that are no accuracies", { labels: "standardised", batch: 3 }],
  ] as const)("are as promising as those of JavaScript: %s", async (_, given) => {
    const options: DngoOptions = { ...corrected, ...given, ...SMALL };
    const device = await openSmall(options);
    const proposals = await run(device);
    const points = Float64Array.from(embedding.data);
    for (const place of [0, 1]) {
      const surrogate = reference(place, options);
      const seen = new Set(options.pool === "unseen" ? observed[place] : []);
      const best = mostPromising(surrogate, embedding, CANDIDATES, seen, options);
      const score = (index: number): number => {
        const phi = new Float64Array(options.hidden);
        hiddenFeatures(surrogate.network, points.subarray(index * DIMENSIONS, (index + 1) * DIMENSIONS), 1, phi);
        const variance = predictVariance(surrogate.regression, phi);
        const spread = options.spread === "variance" ? variance : Math.sqrt(variance);
        return logExpectedImprovement(predictMean(surrogate.regression, phi), spread, surrogate.target);
      };
      const found = proposals?.[place] as readonly number[];
      expect(new Set(found).size).toBe(options.batch);
      expect(found.filter((index) => seen.has(index))).toEqual([]);
      found.forEach((index, i) => {
        expect(Math.abs(score(index) - score(best[i] as number))).toBeLessThan(
          0.02 * Math.max(1, Math.abs(score(best[i] as number))),
        );
      });
    }
    device.close();
  });

  it("are the same alone and among others, again, and after more room had to be made", async () => {
    const gpu = await sharedGpu();
    const open = (searches: number, observations = 40) =>
      webgpuSurrogates(gpu, { embedding, candidates: CANDIDATES, options: corrected, searches, observations });
    const [several, alone] = [await open(2), await open(1)];
    several.begin(SEEDS);
    const both = await several.propose(told);
    several.begin(SEEDS);
    expect(await several.propose(told)).toEqual(both);
    const cramped = await open(2, 20);
    cramped.begin(SEEDS);
    const halves = told.map(({ positions, values: known, ...rest }) => ({
      ...rest,
      positions: positions.slice(0, 15),
      values: known.slice(0, 15),
    }));
    const others = told.map(({ positions, values: known, ...rest }) => ({
      ...rest,
      positions: positions.slice(15),
      values: known.slice(15),
    }));
    several.begin(SEEDS);
    const rounds = [await several.propose(halves), await several.propose(others)];
    expect([await cramped.propose(halves), await cramped.propose(others)]).toEqual(rounds);
    cramped.close();
    alone.begin(SEEDS.slice(1));
    expect(await alone.propose([{ ...(told[1] as (typeof told)[1]), place: 0 }])).toEqual(both?.slice(1));
    several.close();
    alone.close();
  });
});
