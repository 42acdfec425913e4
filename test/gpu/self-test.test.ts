/** The self-test on a device that computes correctly, and on the same one with a fault in one of its kernels. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { expect as expectationsOf } from "../../scripts/self-test/expect.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { SELF_TEST } from "../../src/self-test.ts";
import { type Expected, type ExpectedModel, readExpected, writeExpected } from "../../src/vgae/self-test/expected.ts";
import { keyOf } from "../../src/vgae/self-test/known.ts";
import { PARTS, type PartName, type Report } from "../../src/vgae/self-test/report.ts";
import { selfTest } from "../../src/vgae/self-test/run.ts";
import { ROW } from "../../src/vgae/self-test/sums.ts";
import { command, fresh } from "../unit/cli/command.ts";
import { openTrainer, ownGpu, sharedGpu, takeDeviceErrors } from "./helpers.ts";

/** As narrow as the other tests here, so that the shared device has its kernels already. */
let narrow: ExpectedModel;
let expected: Expected;
let gpu: Gpu;

beforeAll(async () => {
  narrow = await expectationsOf("tfjs-wasm", { space: "nasbench201", encoder: "gin", hidden: 32, seed: 1 });
  expected = new Map([[keyOf(narrow), narrow]]);
  gpu = await sharedGpu();
  (await openTrainer()).destroy();
});

const wrongParts = ({ parts }: Report): PartName[] => parts.filter(({ state }) => state !== "agrees").map(({ part }) => part);

/** The model with the numbers of some rows of each step off by a factor. */
function corrupted(model: ExpectedModel, factor: number, first: number, end: number): ExpectedModel {
  const steps = new Map([...model.steps].map(([step, rows]) => [step, rows.slice()]));
  for (const rows of steps.values()) for (let i = first * ROW; i < end * ROW; i++) rows[i] = (rows[i] as number) * factor;
  return { ...model, steps };
}

/** Every shader made from now on has `text` replaced; with `only`, the one of this name. */
function inject(text: string, by: string, only?: string): { readonly hits: () => number } {
  const { device } = gpu;
  let hits = 0;
  const original = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) => {
    if ((only !== undefined && descriptor.label !== only) || !descriptor.code.includes(text)) return original(descriptor);
    hits++;
    return original({ ...descriptor, code: descriptor.code.replace(text, by) });
  };
  return { hits: () => hits };
}

describe("the self-test", { timeout: 300_000 }, () => {
  afterEach(() => {
    // What stands beneath is the prototype's own.
    delete (gpu.device as { createShaderModule?: unknown }).createShaderModule;
  });

  it("agrees in every part, tells its progress, and leaves no buffer behind", async () => {
    const before = gpu.counts.liveBuffers;
    const told: string[] = [];
    const report = await selfTest(gpu, expected, { onProgress: (done, total, next) => told.push(`${done}/${total} ${next}`) });
    expect(report.parts.filter(({ state }) => state !== "agrees")).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.parts.map(({ part }) => part)).toEqual([...PARTS]);
    expect(report.parts.every(({ checks }) => checks > 0)).toBe(true);
    expect(report).toMatchObject({ models: ["nasbench201.gin"], adapter: gpu.adapter });
    expect(report.variants).toHaveLength(1);
    expect(told.at(0)).toBe("0/7 random numbers");
    expect(told.at(-1)).toBe("7/7 ");
    expect(gpu.counts.liveBuffers).toBe(before);
  });

  it("does not agree with numbers that are off by a thousandth", async () => {
    const wrong = new Map([[keyOf(narrow), corrupted(narrow, 1.001, 0, 5)]]);
    const report = await selfTest(gpu, wrong);
    expect(report.ok).toBe(false);
    expect(wrongParts(report)).toEqual(["losses", "activations"]);
  });

  // One kernel each, for software adapters take seconds to compile one: the other kernels are those of the shared device.
  it.each<[PartName, string, string, string]>([
    ["random numbers", "self-test-random", "vec4u(17u, 29u, 16u, 24u)", "vec4u(17u, 29u, 16u, 23u)"],
    ["updated weights", "adam", "const BETA2 = 0.999;", "const BETA2 = 0.998;"],
    ["embedding", "embed", "mean / f32(NODES)", "mean / f32(NODES - 1u)"],
    ["nearest neighbours", "nearest-gather", "const SLACK = 1.0001;", "const SLACK = 0.5;"],
  ])("finds a wrong constant behind %s, and only there", async (part, kernel, text, by) => {
    const { hits } = inject(text, by, kernel);
    const report = await selfTest(gpu, expected);
    expect(hits()).toBe(1);
    expect(report.ok).toBe(false);
    expect(wrongParts(report)).toEqual([part]);
  });

  it("tells of a kernel that does not compile, and goes on with the rest", async () => {
    inject("fn squaredDistance(", "fn squaredDistance(;");
    const report = await selfTest(gpu, expected);
    // Which the other tests here take for a defect.
    expect(takeDeviceErrors()).not.toEqual([]);
    expect(wrongParts(report)).toEqual(["nearest neighbours"]);
    expect(report.parts.find(({ part }) => part === "nearest neighbours")).toMatchObject({
      state: "failed",
      message: expect.stringMatching(/^nearest neighbours: Shader nearest-/),
    });
  });

  it("tells of a device that is lost, in every part", async () => {
    const lost = await ownGpu();
    lost.device.destroy();
    await lost.lost;
    const report = await selfTest(lost, expected);
    expect(wrongParts(report)).toEqual([...PARTS]);
    expect(report.parts[0]?.message).toBe("random numbers: the device was lost: The device was closed.");
  });

  it("ends when it is cancelled", async () => {
    const stop = new AbortController();
    const work = selfTest(gpu, expected, { signal: stop.signal, onProgress: (done) => done === 1 && stop.abort() });
    await expect(work).rejects.toThrow(/abort/i);
  });
});

describe("archscape verify --self", { timeout: 300_000 }, () => {
  it("judges the numbers that come with the package, names what differs, and exits with 1", async () => {
    const shipped = readExpected(new Uint8Array(readFileSync(SELF_TEST))).get("nasbench201.gin") as ExpectedModel;
    const file = fresh("wrong.safetensors");
    // Row 5 is the norm of the gradients.
    writeFileSync(file, writeExpected([corrupted(shipped, 1.01, 5, 6)], {}));
    const { code, lines, result } = await command(["verify", "--self", file, "--json"]);
    expect(code).toBe(1);
    const parts = lines().filter(({ type }) => type === "part");
    expect(parts.map(({ part }) => part)).toEqual([...PARTS]);
    expect(parts.filter(({ state }) => state !== "agrees")).toEqual([
      expect.objectContaining({ part: "gradients", beyond: 3, worst: expect.objectContaining({ tolerance: 1e-3 }) }),
    ]);
    expect(result()).toMatchObject({
      type: "result",
      ok: false,
      verdict: expect.stringMatching(/^Does not compute correctly: the check of gradients failed on .*Node .*Archscape /),
      host: expect.stringMatching(/^Node /),
    });
  });
});
