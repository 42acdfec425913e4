import { createBuffer, destroyBuffer, type Gpu, submit } from "../../gpu/device.ts";
import { createKernel, type Dispatch, record } from "../../gpu/kernel.ts";
import { turns } from "../../gpu/turns.ts";
import { COPY_DST, COPY_SRC, STORAGE, UNIFORM } from "../../gpu/usage.ts";
import { parameterLayout } from "../layout.ts";
import type { Decoded, Encoded } from "../trainer.ts";
import { CONTROL_WORDS, constants, evaluationPlan, type Plan, stageWords, type TrainingBuffers } from "./buffers.ts";
import { type Staging, staging } from "./readback.ts";
import { shaderText } from "./shaders.ts";
import { evaluationRunWords, RUN_WORDS } from "./step.ts";

/** Encoder and decoder in evaluation mode over the trainer's own weights, any number of graphs or points at a time. */
export interface Inference {
  encode(packed: Uint32Array): Promise<Encoded>;
  /** Mean of mu over the nodes, count x latent. */
  embed(packed: Uint32Array): Promise<Float32Array>;
  decode(z: Float32Array): Promise<Decoded>;
  destroy(): void;
}

/** Graphs a submit: short enough that a page on the same GPU keeps its frames. */
const CHUNK = 256;
/** Points a submit: decoding is next to nothing beside the wait for its results. */
const POINTS = 1024;
/** Words of the longer of both uniforms `Job`. */
const JOB_WORDS = 5;
/** Submits under way: while the host takes the results of one, the device works on the next. */
const IN_FLIGHT = 2;

export async function inference(
  gpu: Gpu,
  training: Plan,
  trained: Pick<TrainingBuffers, "parameters" | "running">,
): Promise<Inference> {
  const { device } = gpu;
  const { nodes, operations, latent } = training.shape;
  const plan = evaluationPlan(training, CHUNK);
  const header = constants(plan, false);
  const compile = (name: "prepare" | "encodeInput" | "encode" | "embed" | "decode") =>
    createKernel(gpu, name, shaderText(name, header, plan.variant));
  const [prepare, encodeInput, encode, embed, decode] = await Promise.all([
    compile("prepare"),
    compile("encodeInput"),
    compile("encode"),
    compile("embed"),
    compile("decode"),
  ]);
  const cells = nodes * latent;
  const logitFloats = nodes * (operations + nodes);
  const outputFloats = Math.max(CHUNK * 2 * cells, POINTS * logitFloats);

  const made: GPUBuffer[] = [];
  const make = (label: string, floats: number, usage: GPUBufferUsageFlags): GPUBuffer => {
    const buffer = createBuffer(gpu, label, 4 * floats, usage);
    made.push(buffer);
    return buffer;
  };
  const uniform = (label: string, words: Uint32Array): GPUBuffer => {
    const buffer = make(label, words.length, UNIFORM | COPY_DST);
    device.queue.writeBuffer(buffer, 0, words as Uint32Array<ArrayBuffer>);
    return buffer;
  };
  const graphs = make("graphs to embed", CHUNK * plan.packing.words, STORAGE | COPY_DST);
  const points = make("points to decode", POINTS * cells, STORAGE | COPY_DST);
  const output = make("inference output", outputFloats, STORAGE | COPY_SRC);
  const run = uniform("inference run", new Uint32Array(RUN_WORDS));
  const job = uniform("inference job", new Uint32Array(JOB_WORDS));
  const resources = {
    ...trained,
    graphs,
    run,
    job,
    start: uniform("inference start", new Uint32Array(1)),
    control: make("inference control", CONTROL_WORDS + 4 * plan.blocks, STORAGE),
    activations: make("inference activations", plan.activations.floats, STORAGE),
    partials: make("inference partials", 4, STORAGE),
  };
  const backs = Array.from({ length: IN_FLIGHT }, (_, i) => staging(gpu, `inference readback ${i}`, outputFloats));

  /** Graphs that a workgroup of the encoder goes over: a part of a chunk takes only its part of the time. */
  const graphsEach = (4 * plan.threads) / nodes;
  const stages = stageWords(plan).map((words, s) => uniform(`inference stage ${s}`, words));
  const bound = stages.map((stage, s) => {
    const heads = s === stages.length - 1;
    const kernel = heads ? embed : s === 0 ? encodeInput : encode;
    return { kernel, group: kernel.bind({ ...resources, stage, latents: output }), heads };
  });
  const prepareGroup = prepare.bind(resources);
  const tapeFor = (count: number): Dispatch[] => [
    { kernel: prepare, group: prepareGroup, workgroups: 1 },
    ...bound.map(({ heads, ...dispatch }) => ({
      ...dispatch,
      workgroups: heads
        ? Math.ceil((count * 2 * latent) / 4 / 64)
        : ([plan.columnGroups, Math.ceil(count / graphsEach)] as const),
    })),
  ];
  const decodeGroup = decode.bind({ ...resources, latents: points, logits: output });
  const offsets = new Map(parameterLayout(plan.shape).parameters.map(({ name, offset }) => [name, offset / 4]));

  const runChunk = (
    back: Staging,
    dispatches: readonly Dispatch[],
    floats: number,
    use: (view: Float32Array) => void,
  ): Promise<void> => {
    const encoder = device.createCommandEncoder({ label: "inference" });
    const pass = encoder.beginComputePass({ label: "inference" });
    record(gpu, pass, dispatches);
    pass.end();
    encoder.copyBufferToBuffer(output, 0, back.buffer, 0, 4 * floats);
    submit(gpu, encoder.finish());
    return back.read(floats, use);
  };

  /**
   * Chunk after chunk, each with a readback of its own. Everything else they share: what the queue is given is done in order, so
   * a chunk's inputs are written when the chunk before is computed, and its output when that is copied.
   */
  const inChunks = async (total: number, size: number, start: (back: Staging, first: number, count: number) => Promise<void>) => {
    const underWay: Promise<void>[] = [];
    try {
      for (let first = 0, chunk = 0; first < total; first += size, chunk++) {
        const back = backs[chunk % IN_FLIGHT] as Staging;
        if (underWay.length === IN_FLIGHT) await underWay.shift();
        underWay.push(start(back, first, Math.min(size, total - first)));
      }
    } finally {
      // Also where one fails: whoever comes next uses the same buffers.
      await Promise.all(underWay);
    }
  };

  /** One call at a time: chunks share their buffers. */
  const inTurn = turns();

  const overGraphs = async (
    packed: Uint32Array,
    means: boolean,
    floatsEach: number,
    use: (view: Float32Array, first: number) => void,
  ) => {
    const total = packed.length / plan.packing.words;
    await inChunks(total, CHUNK, (back, first, count) => {
      const part = packed.slice(first * plan.packing.words, (first + count) * plan.packing.words);
      device.queue.writeBuffer(graphs, 0, part);
      device.queue.writeBuffer(run, 0, evaluationRunWords(count, CHUNK));
      device.queue.writeBuffer(job, 0, Uint32Array.of(count, means ? 1 : 0));
      return runChunk(back, tapeFor(count), count * floatsEach, (view) => use(view, first));
    });
  };

  return {
    encode: (packed) =>
      inTurn(async () => {
        const total = packed.length / plan.packing.words;
        const mu = new Float32Array(total * cells);
        const logvar = new Float32Array(total * cells);
        await overGraphs(packed, false, 2 * cells, (view, first) => {
          for (let node = 0; node < view.length / (2 * latent); node++) {
            const at = (first * nodes + node) * latent;
            mu.set(view.subarray(node * 2 * latent, node * 2 * latent + latent), at);
            logvar.set(view.subarray(node * 2 * latent + latent, (node + 1) * 2 * latent), at);
          }
        });
        return { mu, logvar };
      }),
    embed: (packed) =>
      inTurn(async () => {
        const means = new Float32Array((packed.length / plan.packing.words) * latent);
        await overGraphs(packed, true, latent, (view, first) => means.set(view, first * latent));
        return means;
      }),
    decode: (z) =>
      inTurn(async () => {
        const total = z.length / cells;
        const decoded = {
          operations: new Float32Array(total * nodes * operations),
          adjacency: new Float32Array(total * nodes * nodes),
        };
        const weight = offsets.get("decoder.weight.weight") as number;
        const bias = offsets.get("decoder.weight.bias") as number;
        await inChunks(total, POINTS, (back, first, count) => {
          device.queue.writeBuffer(points, 0, z.slice(first * cells, (first + count) * cells));
          device.queue.writeBuffer(job, 0, Uint32Array.of(count, weight, bias, operations, nodes));
          const dispatch = { kernel: decode, group: decodeGroup, workgroups: Math.ceil((count * nodes) / 64) };
          return runChunk(back, [dispatch], count * logitFloats, (view) => {
            const ofOperations = count * nodes * operations;
            decoded.operations.set(view.subarray(0, ofOperations), first * nodes * operations);
            decoded.adjacency.set(view.subarray(ofOperations), first * nodes * nodes);
          });
        });
        return decoded;
      }),
    destroy() {
      for (const buffer of made) destroyBuffer(gpu, buffer);
      for (const back of backs) back.destroy();
    },
  };
}
