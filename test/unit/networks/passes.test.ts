import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { backward, forward, infer, logitsOf } from "../../../src/networks/execution/passes.ts";
import { disposeWeights, download, upload } from "../../../src/networks/execution/tensors.ts";
import type { Images } from "../../../src/networks/execution/windows.ts";
import { crossEntropy, type OnBackend } from "../../../src/networks/training.ts";
import { initialWeights } from "../../../src/networks/weights.ts";
import { generator } from "../../../src/random/generator.ts";
import { openBackend } from "../../../src/vgae/reference/backend.ts";
import { everything } from "./everything.ts";

const network = everything();
const weights = initialWeights(network, 1);
const IMAGES = 6;
const random = generator(3, "batches");
const pixels = Float32Array.from({ length: IMAGES * 8 * 8 * 2 }, () => random.normal());

/** Made by PyTorch: scripts/networks/gradients.py says how. */
const golden = JSON.parse(readFileSync(new URL("../../fixtures/network-gradients.json", import.meta.url), "utf8")) as {
  loss: number;
  logits: number[];
  gradients: Record<string, number[]>;
};
if (process.env["ARCHSCAPE_PRINT_NETWORK"]) {
  const parts = [...weights].map(([name, { shape, data }]) => [name, shape, Array.from(data)]);
  process.stdout.write(JSON.stringify({ network, weights: parts, images: Array.from(pixels) }));
}

const images = (): Images => tf.tensor4d(pixels, [IMAGES, 8, 8, 2]);
const classes = (): tf.Tensor2D => tf.oneHot([0, 1, 2, 0, 1, 2], 3) as tf.Tensor2D;

describe.each(["tfjs-cpu", "tfjs-wasm"] as const)("a network with every kind of layer on %s", (backend) => {
  let on: OnBackend;
  beforeAll(async () => {
    on = await openBackend(backend);
  });

  it("has PyTorch's scores, loss and gradients, of every weight and of the images", async () => {
    const tensors = on(() => upload(network, weights));
    // In PyTorch's layouts, as weights are read back.
    const found = on(() =>
      tf.tidy(() => {
        const pass = forward(network, tensors, images());
        const logits = pass.outputs.at(-1) as Images;
        const { loss, gradient } = crossEntropy(logitsOf(logits), classes());
        const back = backward(network, tensors, pass, tf.reshape(gradient, logits.shape), true);
        const gradients = new Map([...back.weights].map(([name, value]) => [name, tf.keep(value)]));
        return {
          loss: loss.dataSync(),
          logits: logits.dataSync(),
          images: (back.images as Images).dataSync(),
          gradients,
        } as never;
      }),
    ) as { loss: Float32Array; logits: Float32Array; images: Float32Array; gradients: Map<string, tf.Tensor> };
    expect(found.loss[0]).toBeCloseTo(golden.loss, 5);
    expectClose("logits", found.logits, golden.logits);
    expectClose("images", found.images, golden.gradients["images"]);
    const all = new Map([...tensors, ...found.gradients]);
    const read = await download(network, all);
    for (const [name, { trained, data }] of read) if (trained) expectClose(name, data, golden.gradients[name]);
    on(() => {
      disposeWeights(tensors);
      disposeWeights(found.gradients);
    });
  });

  it("gives the same scores whether or not the way back is kept, and frees all else", () => {
    on(() => {
      const tensors = upload(network, weights);
      const input = images();
      const kept = tf.tidy(() => Array.from(logitsOf(forward(network, tensors, input).outputs.at(-1) as Images).dataSync()));
      const before = tf.memory().numTensors;
      const scores = infer(network, tensors, input, { batchStatistics: true });
      expect(tf.memory().numTensors).toBe(before + 1);
      expect(Array.from(scores.dataSync())).toEqual(kept);
      tf.dispose([scores, input]);
      disposeWeights(tensors);
    });
  });

  it("reads back the weights that it was given", async () => {
    const tensors = on(() => upload(network, weights));
    expect(await download(network, tensors)).toEqual(weights);
    on(() => disposeWeights(tensors));
  });
});

/** To float32 after some twenty layers, relative to the largest of them. */
function expectClose(name: string, found: ArrayLike<number>, expected: readonly number[] | undefined): void {
  expect(found.length, name).toBe(expected?.length);
  const largest = Math.max(...(expected ?? []).map(Math.abs));
  const worst = Math.max(...(expected ?? []).map((value, i) => Math.abs(value - (found[i] as number))));
  expect(worst / largest, `${name}: off by ${worst} where the largest is ${largest}`).toBeLessThan(1e-4);
}
