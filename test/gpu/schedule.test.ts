import { describe, expect, it } from "vitest";
import { destroyBuffer } from "../../src/gpu/device.ts";
import { pack } from "../../src/spaces/packing.ts";
import { PADDING } from "../../src/spaces/space.ts";
import { type TrainingOptions, trainingOptions } from "../../src/vgae/config.ts";
import { batchAt, batchIndices } from "../../src/vgae/schedule.ts";
import { CONTROL_WORDS, planOf, trainingBuffers } from "../../src/vgae/webgpu/buffers.ts";
import { runWords, trainingStep } from "../../src/vgae/webgpu/step.ts";
import { likelyVariant } from "../../src/vgae/webgpu/variant.ts";
import { openTrainer, packing, readWords, set, shape, sharedGpu } from "./helpers.ts";

const MODES = ["train", "frozen"] as const;
const { nodes } = shape;

/** `count` graphs, each with its index written into it: bit i of the index as the i-th edge, the first operation always 0. */
function numbered(count: number): Uint32Array {
  const packed = new Uint32Array(count * packing.words);
  for (let index = 0; index < count; index++) {
    const adjacency = new Uint8Array(nodes * nodes);
    let bit = 0;
    for (let y = 1; y < nodes; y++) for (let x = 0; x < y; x++) adjacency[x * nodes + y] = (index >> bit++) & 1;
    pack(packing, { operations: new Uint8Array(nodes).fill(PADDING).fill(0, 0, 1), adjacency }, packed, index);
  }
  return packed;
}

/** What Control says: its own numbers, and the numbers written in the graphs of the batch. */
function readControl(words: Uint32Array) {
  const [step = 0, epoch = 0, index = 0, count = 0, mode = 0] = words;
  const graphs = Array.from({ length: count }, (_, graph) => {
    let number = 0;
    let bit = 0;
    for (let y = 1; y < nodes; y++) {
      for (let x = 0; x < y; x++) {
        const row = words[CONTROL_WORDS + graph * nodes + y] as number;
        const mirrored = words[CONTROL_WORDS + graph * nodes + x] as number;
        expect((mirrored >> y) & 1).toBe((row >> x) & 1);
        number |= ((row >> x) & 1) << bit++;
      }
    }
    return number;
  });
  return { step, epoch, index, count, mode: MODES[mode as 0 | 1], graphs, beyond: words.slice(CONTROL_WORDS + count * nodes) };
}

describe("the schedule on the GPU", () => {
  it.each([1, 13, 78, 14_062, 381_261])("picks the batches of schedule.ts from %d graphs, in any epoch", async (size) => {
    const gpu = await sharedGpu();
    const base = trainingOptions({ seed: 4_000_000_007 });
    const plan = planOf(shape, packing, base, likelyVariant(gpu, shape, base));
    const buffers = trainingBuffers(gpu, plan, size * packing.words);
    gpu.device.queue.writeBuffer(buffers.graphs, 0, numbered(size) as Uint32Array<ArrayBuffer>);
    const training = await trainingStep(gpu, plan, buffers, { inject: false });
    const perEpoch = Math.ceil(size / base.batchSize);
    for (const protocol of ["released", "corrected"] as const) {
      const options: TrainingOptions = { ...base, protocol };
      training.configure(runWords(options, size));
      for (const step of new Set([0, 1, perEpoch - 1, perEpoch, 3 * perEpoch - 1, 7 * perEpoch + 2])) {
        training.start(step);
        const control = readControl(await readWords(gpu, buffers.control, CONTROL_WORDS + options.batchSize * nodes));
        const { graphs, beyond, ...numbers } = control;
        expect(numbers).toEqual({ step, ...batchAt(step, size, options) });
        expect(graphs).toEqual([...batchIndices(step, size, options)]);
        expect(beyond.every((word) => word === 0)).toBe(true);
      }
    }
    training.destroy();
    for (const buffer of Object.values(buffers)) destroyBuffer(gpu, buffer as GPUBuffer);
  });

  it.each(["released", "corrected"] as const)("is written by each step for the next one, %s", async (protocol) => {
    const options = trainingOptions({ protocol, seed: 3 });
    const trainer = await openTrainer(options);
    for (let step = 0; step < 8; step++) {
      const words = await readWords(trainer.gpu, trainer.buffers.control, CONTROL_WORDS + options.batchSize * nodes);
      const { graphs, beyond: _, ...numbers } = readControl(words);
      expect(numbers).toEqual({ step, ...batchAt(step, set.count, options) });
      expect(graphs.length).toBe(numbers.count);
      await trainer.advance(1);
    }
    trainer.destroy();
  });
});
