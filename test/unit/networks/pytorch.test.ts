import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { networkOf } from "../../../src/networks/build.ts";
import { infer } from "../../../src/networks/execution/passes.ts";
import { disposeWeights, upload } from "../../../src/networks/execution/tensors.ts";
import { pytorchCode } from "../../../src/networks/export/pytorch.ts";
import { networkCost } from "../../../src/networks/network.ts";
import { type NetworkSize, PUBLISHED_SIZES } from "../../../src/networks/size.ts";
import { initialWeights, weightsFile } from "../../../src/networks/weights.ts";
import { generator } from "../../../src/random/generator.ts";
import { darts } from "../../../src/spaces/darts/index.ts";
import { nasbench201 } from "../../../src/spaces/nasbench201/index.ts";
import type { SearchSpace } from "../../../src/spaces/space.ts";
import { openBackend } from "../../../src/vgae/reference/backend.ts";
import { prepared } from "../../prepared.ts";
import { command, fresh } from "../cli/command.ts";

const PYTHON = process.env["ARCHSCAPE_PYTHON"] ?? "python3";
const hasTorch = ["/usr/bin/python3", PYTHON].find((python) => spawnSync(python, ["-c", "import torch"]).status === 0);
const SMALL: NetworkSize = { channels: 4, cells: 1, stages: 2, image: { channels: 2, side: 8 }, classes: 3 };
const LARGE: NetworkSize = { ...SMALL, image: { channels: 2, side: 64 } };

describe("a network as PyTorch code", () => {
  it("is written by the command, with weights beside it, and not over a file that exists", async () => {
    const [out, weights] = [fresh("cell.py"), fresh("cell.safetensors")];
    const asked = ["export", "nasbench201", "0", "--out", out, "--weights", weights, "--channels", "4", "--depth", "1", "--json"];
    const ran = await command(asked);
    expect(ran.code, ran.out).toBe(0);
    expect(ran.result()).toMatchObject({
      index: 0,
      params: networkCost(networkOf(nasbench201(), 0, { ...PUBLISHED_SIZES.nasbench201, channels: 4, cells: 1 })).params,
    });
    expect((await command(asked)).out).toContain("the file exists");
    const refused = await command(["export", "nasbench201", "0", "--out", fresh("cell.py"), "--side", "30"]);
    expect(refused.err).toContain("the image must be a multiple of 4 pixels wide, found 30");
  });

  // Where Python has PyTorch; elsewhere the code is only written.
  it.runIf(hasTorch)("has our parameters and our scores in PyTorch, for cells of every space", async () => {
    const on = await openBackend("tfjs-cpu");
    const spaces: [SearchSpace, NetworkSize][] = [
      [nasbench201(), SMALL],
      [await prepared("nasbench101"), SMALL],
      [darts({ seed: 0, count: 30 }), SMALL],
      [darts({ seed: 0, count: 30 }), LARGE],
    ];
    const cases = spaces.flatMap(([space, size]) =>
      [3, 7, 11].map((index) => {
        const network = networkOf(space, index, size);
        const { side } = size.image;
        const random = generator(2, "batches");
        const pixels = Float32Array.from({ length: 2 * side * side * 2 }, () => random.normal());
        const weights = initialWeights(network, 1);
        const scores = on(() => {
          const tensors = upload(network, weights);
          const images = tf.tensor4d(pixels, [2, side, side, 2]);
          const found = Array.from(tf.tidy(() => infer(network, tensors, images)).dataSync());
          images.dispose();
          disposeWeights(tensors);
          return found;
        });
        const [code, file] = [fresh("cell.py"), fresh("cell.safetensors")];
        writeFileSync(code, pytorchCode(space, index, size));
        writeFileSync(file, weightsFile(weights, {}));
        const ours = { parameters: networkCost(network).params, scores };
        return {
          name: `${space.title} ${index} at ${side}`,
          given: { code, weights: file, side, pixels: Array.from(pixels) },
          ours,
        };
      }),
    );
    const script = fresh("run.py");
    writeFileSync(script, RUN);
    const told = execFileSync(hasTorch as string, [script], {
      encoding: "utf8",
      input: JSON.stringify(cases.map(({ given }) => given)),
    });
    const theirs = JSON.parse(told) as { parameters: number; scores: number[] }[];
    for (const [i, { name, ours }] of cases.entries()) {
      expect(theirs[i]?.parameters, name).toBe(ours.parameters);
      for (const [j, score] of (theirs[i]?.scores ?? []).entries()) expect(ours.scores[j], name).toBeCloseTo(score, 4);
      expect(theirs[i]?.scores).toHaveLength(ours.scores.length);
    }
  });
});

const RUN = `
import json, runpy, sys, torch
torch.set_num_threads(1)
told = []
for case in json.load(sys.stdin):
    names = runpy.run_path(case["code"])
    network = names["Network"]()
    names["load_weights"](network, case["weights"])
    network.eval()
    side = case["side"]
    images = torch.tensor(case["pixels"]).reshape(2, side, side, 2).permute(0, 3, 1, 2)
    with torch.no_grad():
        scores = network(images).flatten().tolist()
    told.append({"parameters": sum(p.numel() for p in network.parameters()), "scores": scores})
print(json.dumps(told))
`;
