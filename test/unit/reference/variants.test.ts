/** The models of the paper's table 1 beside arch2vec: graph convolutions, and autoencoders without noise. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { type Mode, type ModelShape, trainingOptions } from "../../../src/vgae/config.ts";
import { type Golden, type GoldenStep, readGolden, relativeError } from "../../../src/vgae/golden.ts";
import { parameterLayout } from "../../../src/vgae/layout.ts";
import { openBackend } from "../../../src/vgae/reference/backend.ts";
import { convolve } from "../../../src/vgae/reference/model.ts";
import { referenceStep } from "../../../src/vgae/reference/step.ts";
import { initialState } from "../../../src/vgae/state.ts";

const golden = (space: string): Golden =>
  readGolden(
    new Uint8Array(readFileSync(fileURLToPath(new URL(`../../fixtures/golden-hidden32-${space}.safetensors`, import.meta.url)))),
  );
const convolutional = (shape: ModelShape): ModelShape => ({ ...shape, encoder: "gcn" });
/** Third and fifth step of a golden file: 14 graphs, in train mode with noise and mask, and frozen. */
const stepOf = ({ steps }: Golden, mode: Mode): GoldenStep => steps[mode === "train" ? 2 : 4] as GoldenStep;

describe("a graph convolution", () => {
  it("weighs a row by 1/d and a neighbour by 1/sqrt(d d'), where d counts neighbours and the row itself", async () => {
    const onBackend = await openBackend("tfjs-cpu");
    // Edges 0-1, 1-2 and 1-3; node 4 is padding. d = 2, 4, 2, 2, 1.
    const [half, eighth] = [1 / 2, 1 / Math.sqrt(8)];
    const expected = [
      [half, eighth, 0, 0, 0],
      [eighth, 1 / 4, eighth, eighth, 0],
      [0, eighth, half, 0, 0],
      [0, eighth, 0, half, 0],
      [0, 0, 0, 0, 1],
    ];
    const adjacency = expected.map((row, i) => row.map((weight, j) => (i !== j && weight > 0 ? 1 : 0)));
    // A second graph without edges: every row stays as it is.
    const lonely = adjacency.map((row) => row.map(() => 0));
    const weights = onBackend(() =>
      tf.tidy(() => {
        const identity = tf.eye(5) as tf.Tensor2D;
        return convolve(tf.stack([identity, identity]), tf.tensor3d([adjacency, lonely]));
      }),
    );
    const [first, second] = (await weights.array()) as number[][][];
    weights.dispose();
    for (const [i, row] of expected.entries()) {
      for (const [j, weight] of row.entries()) {
        expect(first?.[i]?.[j], `${i}, ${j}`).toBeCloseTo(weight, 6);
        expect(second?.[i]?.[j], `${i}, ${j}`).toBeCloseTo(i === j ? 1 : 0, 6);
      }
    }
  });

  // Computed once with PyTorch 1.13 in float64: nn.Linear and nn.BatchNorm1d after torch.manual_seed(7), the aggregation as a product with
  // the dense D^-1/2 (A + A^T + I) D^-1/2, batches, noise and masks of the golden files. [total, operations, adjacency, KL], gradient norm.
  it.each([
    ["nasbench101", "train", true, [2.66120352, 0.695219779, 1.91176266, 0.0542210811], 7.25174246],
    ["nasbench101", "train", false, [1.23078451, 0.641775849, 0.589008657, 0], 2.60218185],
    ["nasbench101", "frozen", true, [0.95897991, 0.637919883, 0.31840813, 0.00265189662], 0.232213998],
    ["nasbench201", "train", true, [3.28330946, 0.822139189, 2.41400862, 0.0471616528], 19.9784615],
    ["nasbench201", "train", false, [1.36148947, 0.711063648, 0.650425825, 0], 2.34742445],
    ["nasbench201", "frozen", true, [1.03788803, 0.716768371, 0.318754374, 0.00236528634], 0.210162186],
    ["darts", "train", true, [3.48098136, 0.78728085, 2.6537672, 0.0399333057], 10.1253989],
    ["darts", "train", false, [1.53354866, 0.680455779, 0.853092885, 0], 2.89788155],
    ["darts", "frozen", true, [1.02381235, 0.685969079, 0.335588033, 0.00225523294], 0.192364516],
  ] as const)("trains on %s as PyTorch does: %s, variational %s", async (space, mode, variational, expected, norm) => {
    const file = golden(space);
    const shape = convolutional(file.shape);
    const options = trainingOptions({ encoder: "gcn", variational });
    const { losses, gradNorm } = await referenceStep("tfjs-cpu", shape, initialState(shape, 7), stepOf(file, mode), options);
    expect(relativeError([losses.total, losses.operations, losses.adjacency, losses.kl], expected)).toBeLessThan(1e-5);
    expect(relativeError([gradNorm], [norm])).toBeLessThan(1e-4);
  });

  it.each(["train", "frozen"] as const)("has the gradients that differences of its loss show, %s", async (mode) => {
    const file = golden("nasbench101");
    const shape = convolutional(file.shape);
    const layout = parameterLayout(shape);
    const options = trainingOptions({ encoder: "gcn" });
    const state = initialState(shape, 3);
    const step = stepOf(file, mode);
    const lossAt = async (parameters: Float32Array) =>
      (await referenceStep("tfjs-cpu", shape, { ...state, parameters }, step, options)).losses.total;
    const { gradients } = await referenceStep("tfjs-cpu", shape, state, step, options);
    for (const { name, offset, size } of layout.parameters) {
      const gradient = gradients.subarray(offset, offset + size);
      const norm = Math.hypot(...gradient);
      // A bias before a batch norm does nothing in train mode.
      if (mode === "train" && name.endsWith("linear.bias")) {
        expect(norm, name).toBe(0);
        continue;
      }
      // Along its own gradient a tensor changes the loss by the gradient's norm a unit.
      const length = 2e-3;
      const moved = (sign: number) =>
        state.parameters.map((value, at) =>
          at >= offset && at < offset + size ? value + (sign * length * (gradients[at] as number)) / norm : value,
        );
      const slope = ((await lossAt(moved(1))) - (await lossAt(moved(-1)))) / (2 * length);
      expect(Math.abs(slope / norm - 1), name).toBeLessThan(0.03);
    }
  });
});

describe.each(["gin", "gcn"] as const)("an autoencoder of %s that is not variational", (encoder) => {
  it("decodes mu whatever the noise, has no KL loss, and leaves the head of log sigma as it was", async () => {
    const file = golden("nasbench201");
    const shape: ModelShape = { ...file.shape, encoder };
    const layout = parameterLayout(shape);
    const options = trainingOptions({ encoder, variational: false });
    const step = stepOf(file, "train");
    const { noise: _, ...silent } = step;
    const [noisy, quiet] = [
      await referenceStep("tfjs-cpu", shape, initialState(shape, 5), step, options),
      await referenceStep("tfjs-cpu", shape, initialState(shape, 5), silent, options),
    ];
    expect(noisy).toEqual(quiet);
    expect(noisy.losses.kl).toBeCloseTo(0, 12);
    expect(noisy.losses.total).toBe(Math.fround(noisy.losses.operations + noisy.losses.adjacency));
    for (const { name, offset, size } of layout.parameters) {
      const still = noisy.gradients.subarray(offset, offset + size).every((value) => value === 0);
      expect(still, name).toBe(name.startsWith("fc2") || name.endsWith("linear.bias") || /linears\.\d\.bias$/.test(name));
    }
    const variational = await referenceStep("tfjs-cpu", shape, initialState(shape, 5), step, trainingOptions({ encoder }));
    expect(variational.losses.total).toBeGreaterThan(noisy.losses.total);
  });
});
