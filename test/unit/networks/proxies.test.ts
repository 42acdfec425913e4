import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { readImages, split } from "../../../src/datasets/images.ts";
import { networkOf } from "../../../src/networks/build.ts";
import { type Network, networkBuilder } from "../../../src/networks/network.ts";
import { DEFAULT_SCHEDULE } from "../../../src/networks/schedule.ts";
import { type OnBackend, trainNetwork } from "../../../src/networks/training.ts";
import { initialWeights, type Weights } from "../../../src/networks/weights.ts";
import { PROXIES } from "../../../src/objectives/zero-cost/proxies.ts";
import { proxyScore, withoutNorms } from "../../../src/objectives/zero-cost/scores.ts";
import { darts } from "../../../src/spaces/darts/index.ts";
import { nasbench201 } from "../../../src/spaces/nasbench201/index.ts";
import { openBackend } from "../../../src/vgae/reference/backend.ts";
import { prepared } from "../../prepared.ts";

const digits = readImages(readFileSync(new URL("../../../data/digits.safetensors", import.meta.url)), "digits");
const parts = split(digits, { train: 400, validation: 200, test: 100 }, 1);
const size = { channels: 4, cells: 1, stages: 2, image: { channels: 1, side: 14 }, classes: 10 };
const rows = Uint32Array.from({ length: 16 }, (_, i) => i);

let on: OnBackend;
beforeAll(async () => {
  on = await openBackend("tfjs-wasm");
});

describe("the digits that come along", () => {
  it("are 800 of each class, in parts that share none, standardised", () => {
    expect(digits).toMatchObject({ count: 8000, side: 14, channels: 1, classes: 10 });
    const counts = Array.from({ length: 10 }, (_, label) => digits.labels.filter((own) => own === label).length);
    expect(counts).toEqual(new Array(10).fill(800));
    const { pixels } = parts.train;
    const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    expect(mean).toBeCloseTo(0, 4);
    expect(pixels.reduce((sum, value) => sum + value * value, 0) / pixels.length).toBeCloseTo(1, 4);
    const texts = [parts.train, parts.validation].map(({ pixels: own, count }) =>
      Array.from({ length: count }, (_, i) => own.subarray(i * 196, (i + 1) * 196).join()),
    );
    const train = new Set(texts[0]);
    expect(texts[1]?.filter((text) => train.has(text))).toEqual([]);
  });
});

describe("zero-cost proxies", () => {
  it.each(PROXIES)(
    "%s has a finite value for a cell of each space, the same with the same seed and another with another",
    async (name) => {
      for (const space of [nasbench201(), await prepared("nasbench101"), darts({ seed: 0, count: 50 })]) {
        const network = networkOf(space, 7, size);
        const score = (seed: number) =>
          proxyScore(name, { network, weights: initialWeights(network, seed), set: parts.train, rows }, on);
        const value = await score(1);
        expect(value).toSatisfy(Number.isFinite);
        expect(await score(1)).toBe(value);
        expect(await score(2)).not.toBe(value);
      }
    },
  );

  it("NASWOT is ln |det K| of the agreements between ReLU codes", async () => {
    // One ReLU layer, of what a convolution that passes pixels on puts out: the code is which pixels are above zero.
    const builder = networkBuilder({ channels: 1, side: 2 });
    builder.linear("last", builder.mean(builder.relu(builder.image)), 2);
    const network = builder.finish();
    const set = {
      count: 2,
      side: 2,
      channels: 1,
      classes: 2,
      pixels: Float32Array.of(1, 1, -1, -1, 1, -1, -1, -1),
      labels: Uint8Array.of(0, 1),
    };
    // 4 pixels agree with themselves, 3 with each other.
    const score = await proxyScore(
      "naswot",
      { network, weights: initialWeights(network, 1), set, rows: Uint32Array.of(0, 1) },
      on,
    );
    expect(score).toBeCloseTo(Math.log(4 * 4 - 3 * 3), 10);
  });

  it("synflow is ln of the sum over weights of what each passes on", async () => {
    const builder = networkBuilder({ channels: 1, side: 2 });
    builder.linear("last", builder.mean(builder.convolution("first", builder.image, { channels: 1, size: 1 })), 1);
    const network: Network = builder.finish();
    const weight = (shape: number[], ...values: number[]) => ({ shape, data: Float32Array.from(values), trained: true });
    const weights: Weights = new Map([
      ["first.weight", weight([1, 1, 1, 1], -2)],
      ["last.weight", weight([1, 1], 3)],
      ["last.bias", weight([1], -1)],
    ]);
    // R = |3| (|-2| 1) + |-1|: each weight of the product passes 6 on, the bias 1.
    expect(await proxyScore("synflow", { network, weights, set: parts.train, rows }, on)).toBeCloseTo(Math.log(6 + 6 + 1), 5);
    expect(withoutNorms(networkOf(nasbench201(), 7, size)).layers.filter(({ kind }) => kind === "batch-norm")).toEqual([]);
  });
});

describe("training", () => {
  const space = nasbench201();
  const network = networkOf(
    space,
    space.parse("|nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|skip_connect~0|none~1|nor_conv_1x1~2|"),
    size,
  );
  const request = {
    network,
    weights: initialWeights(network, 1),
    train: parts.train,
    validation: parts.validation,
    schedule: { ...DEFAULT_SCHEDULE, batchSize: 25, epochs: 3 },
    seed: 1,
  };

  it("learns digits, the same way with the same seed", async () => {
    const trained = await trainNetwork(request, on);
    expect(trained).toMatchObject({ end: "done" });
    expect(trained.epochs.at(-1)?.accuracy).toBeGreaterThan(0.2);
    expect(trained.epochs.at(-1)?.loss).toBeLessThan(trained.epochs[0]?.loss ?? 0);
    expect((await trainNetwork(request, on)).epochs).toEqual(trained.epochs);
  });

  it("stops where it is told to, is cancelled, and says when the loss is no number", async () => {
    expect(await trainNetwork({ ...request, goOn: (reports) => reports.length < 2 }, on)).toMatchObject({
      end: "stopped",
      epochs: [{ epoch: 1 }, { epoch: 2 }],
    });
    expect(await trainNetwork({ ...request, signal: AbortSignal.abort() }, on)).toMatchObject({ end: "cancelled", epochs: [] });
    const wild = { ...request, schedule: { ...request.schedule, learningRate: 1e30 } };
    expect(await trainNetwork(wild, on)).toMatchObject({ end: "diverged" });
  });
});
