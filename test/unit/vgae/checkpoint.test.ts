import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { readSafeTensors, type SafeTensors, type Tensor, writeSafeTensors } from "../../../src/formats/safetensors.ts";
import { generator } from "../../../src/random/generator.ts";
import { ENCODINGS } from "../../../src/spaces/encodings.ts";
import { darts, nasbench201 } from "../../../src/spaces/index.ts";
import type { SearchSpace } from "../../../src/spaces/space.ts";
import { type Provenance, readCheckpoint, writeCheckpoint } from "../../../src/vgae/checkpoint.ts";
import { modelShape, trainingOptions } from "../../../src/vgae/config.ts";
import { readGolden } from "../../../src/vgae/golden.ts";
import { parameterLayout } from "../../../src/vgae/layout.ts";
import { initialState, type TrainingState } from "../../../src/vgae/state.ts";

const space = nasbench201();
const shape = modelShape(space, 32);
const layout = parameterLayout(shape);
const options = trainingOptions({ protocol: "corrected", epochs: 7, seed: 11, learningRate: 5e-4, klWeight: 0.5 });
const made: Provenance = { space, options, adapter: "an adapter", version: "1.2.3", variant: "f32" };

/** A state as a run would leave it: no tensor is all zeros or equal to another. */
function trainedState(): TrainingState {
  const random = generator(1, "noise");
  const state = initialState(shape, 1);
  const fill = (tensors: readonly { offset: number; size: number }[], floats: number): Float32Array => {
    const packed = new Float32Array(floats);
    for (const { offset, size } of tensors) for (let i = 0; i < size; i++) packed[offset + i] = random.uniform();
    return packed;
  };
  const prior = { count: 78, mean: state.prior.mean.map(random.normal), m2: state.prior.m2.map(random.uniform) };
  return {
    parameters: fill(layout.parameters, layout.parameterFloats),
    running: fill(layout.running, layout.runningFloats),
    adamM: fill(layout.parameters, layout.parameterFloats),
    adamV: fill(layout.parameters, layout.parameterFloats),
    step: 881,
    batchesTracked: 880,
    prior,
  };
}

const state = trainedState();
const bytes = writeCheckpoint(shape, state, made);

/** The file with something changed in it. */
function changed(change: (tensors: Map<string, Tensor>, metadata: Record<string, string>) => void): Uint8Array {
  const { tensors, metadata } = readSafeTensors(bytes);
  const copy: SafeTensors & { metadata: Record<string, string> } = { tensors: new Map(tensors), metadata: { ...metadata } };
  change(copy.tensors as Map<string, Tensor>, copy.metadata);
  return writeSafeTensors(copy);
}
const refusal = (file: Uint8Array, of: SearchSpace = space): string => {
  try {
    readCheckpoint(of, file, "model.safetensors");
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  return "";
};

describe("a checkpoint", () => {
  it("holds a training state exactly, with the options of its run", () => {
    const read = readCheckpoint(space, bytes);
    expect(read.state).toEqual(state);
    expect(read.shape).toEqual(shape);
    expect(read.options).toEqual(options);
    expect(read.resumable).toBe(true);
    expect(read.metadata).toMatchObject({
      space: "nasbench201",
      protocol: "corrected",
      adapter: "an adapter",
      version: "1.2.3",
      variant: "f32",
    });
  });

  it("is the same bytes for the same state", () => {
    expect(writeCheckpoint(shape, trainedState(), made)).toEqual(bytes);
  });

  it("names and shapes the model's tensors as the original PyTorch module does", () => {
    const golden = readSafeTensors(
      new Uint8Array(
        readFileSync(fileURLToPath(new URL("../../fixtures/golden-hidden32-nasbench201.safetensors", import.meta.url))),
      ),
    );
    const original = [...golden.tensors].filter(([name]) => name.startsWith("init/"));
    const { tensors } = readSafeTensors(writeCheckpoint(shape, state, made, { weightsOnly: true }));
    expect([...tensors.keys()].sort()).toEqual(original.map(([name]) => name.slice("init/".length)).sort());
    for (const [name, { shape: dims }] of original) {
      // The module's counters are scalars, which the golden file holds as lists of one.
      const scalar = name.endsWith("num_batches_tracked");
      expect(tensors.get(name.slice("init/".length))?.shape, name).toEqual(scalar ? [] : dims);
    }
  });

  it("of weights only has nothing besides the model, and training cannot go on from it", () => {
    const weights = writeCheckpoint(shape, state, made, { weightsOnly: true });
    expect([...readSafeTensors(weights).tensors.keys()].filter((name) => name.startsWith("archscape/"))).toEqual([]);
    const read = readCheckpoint(space, weights);
    expect(read.resumable).toBe(false);
    expect(read.state.parameters).toEqual(state.parameters);
    expect(read.state.running).toEqual(state.running);
    expect(read.state.step).toBe(0);
  });

  it("may be weights from elsewhere, without a word of metadata", () => {
    const file = new Uint8Array(
      readFileSync(fileURLToPath(new URL("../../fixtures/golden-hidden32-nasbench201.safetensors", import.meta.url))),
    );
    const { tensors } = readSafeTensors(file);
    const weights = new Map(
      [...tensors].flatMap(([name, tensor]) => (name.startsWith("init/") ? [[name.slice(5), tensor] as const] : [])),
    );
    const read = readCheckpoint(space, writeSafeTensors({ metadata: {}, tensors: weights }));
    expect(read.state.parameters).toEqual(readGolden(file).steps[0]?.start.parameters);
    expect(read.options).toBeUndefined();
    expect(read.resumable).toBe(false);
  });
});

describe("a file that is no checkpoint of this space is refused in one sentence", () => {
  it("where it names another space", () => {
    expect(refusal(changed((_, metadata) => (metadata["space"] = "darts")))).toBe(
      "model.safetensors: expected a model of nasbench201, found one of darts.",
    );
  });

  it("where its tensors are those of another space", () => {
    const other = modelShape(ENCODINGS.darts, 32);
    const foreign = writeCheckpoint(other, initialState(other, 1), made, { weightsOnly: true });
    expect(refusal(foreign)).toBe("model.safetensors: expected mlps.0.linears.0.weight of shape [32, 7], found [32, 11].");
  });

  it("where it is cut short, or something else altogether", () => {
    expect(refusal(bytes.subarray(0, bytes.length - 100))).toContain("cut short");
    expect(refusal(bytes.subarray(0, 100))).toContain("cut short");
    expect(refusal(new TextEncoder().encode("arch,accuracy\n1,2\n"))).toContain("no safetensors file");
    expect(refusal(new Uint8Array())).toContain("found 0");
  });

  it("where a tensor is missing: of the model, or of what training goes on from", () => {
    expect(refusal(changed((tensors) => tensors.delete("fc2.weight")))).toContain("expected a tensor fc2.weight, found none");
    expect(refusal(changed((tensors) => tensors.delete("mlps.0.linears.0.bias")))).toContain("mlps.0.linears.0.bias");
    expect(refusal(changed((tensors) => tensors.delete("archscape/adam_v/eps")))).toContain("archscape/adam_v/eps");
  });

  it("where a tensor has another shape, transposed included", () => {
    const transposed = (tensors: Map<string, Tensor>) =>
      tensors.set("fc1.weight", { dtype: "F32", shape: [32, 16], data: new Float32Array(512) });
    expect(refusal(changed(transposed))).toBe("model.safetensors: expected fc1.weight of shape [16, 32], found [32, 16].");
  });

  it("where a number is not finite", () => {
    const spoilt = (value: number) => (tensors: Map<string, Tensor>) =>
      tensors.set("fc1.bias", { dtype: "F32", shape: [16], data: new Float32Array(16).fill(value, 3, 4) });
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(refusal(changed(spoilt(value)))).toBe(
        "model.safetensors: expected finite numbers in fc1.bias, found NaN or infinity.",
      );
    }
  });

  it("where its options are none to train with", () => {
    expect(refusal(changed((_, metadata) => (metadata["protocol"] = "other")))).toContain("protocol");
  });
});

describe("a checkpoint of another model than arch2vec", () => {
  const convolutional = modelShape(space, 32, "gcn");
  const gae = trainingOptions({ encoder: "gcn", variational: false });
  const file = writeCheckpoint(convolutional, initialState(convolutional, 1), { ...made, options: gae });
  const renamed = (change: (metadata: Record<string, string>) => void): Uint8Array => {
    const { tensors, metadata } = readSafeTensors(file);
    const copy = { ...metadata };
    change(copy);
    return writeSafeTensors({ tensors, metadata: copy });
  };

  it("keeps what it is: its encoder, and that it draws no noise", () => {
    expect(readSafeTensors(file).metadata).toMatchObject({ encoder: "gcn", variational: "false", klWeight: "0" });
    const read = readCheckpoint(space, file);
    expect(read.shape).toEqual(convolutional);
    expect(read.options).toEqual(gae);
    expect(read.state).toEqual(initialState(convolutional, 1));
  });

  it("adds no word to the file of one that is arch2vec", () => {
    expect(Object.keys(readSafeTensors(bytes).metadata)).not.toContain("encoder");
    expect(Object.keys(readSafeTensors(bytes).metadata)).not.toContain("variational");
    expect(readCheckpoint(space, bytes).options).toMatchObject({ encoder: "gin", variational: true });
  });

  it("is known by its tensors where nothing else tells the encoder", () => {
    const read = readCheckpoint(
      space,
      renamed((metadata) => delete metadata["encoder"]),
    );
    expect(read.shape.encoder).toBe("gcn");
    expect(read.options?.encoder).toBe("gcn");
    const weights = writeCheckpoint(convolutional, initialState(convolutional, 1), made, { weightsOnly: true });
    expect(readSafeTensors(weights).metadata["encoder"]).toBe("gcn");
    expect(readCheckpoint(space, weights).shape).toEqual(convolutional);
  });

  it("is refused in one sentence where its tensors are not those of the encoder that it names", () => {
    expect(refusal(renamed((metadata) => (metadata["encoder"] = "gin")))).toBe(
      "model.safetensors: expected the tensors of the encoder gin that its metadata name, found those of gcn.",
    );
    expect(refusal(changed((_, metadata) => (metadata["encoder"] = "gcn")))).toBe(
      "model.safetensors: expected the tensors of the encoder gcn that its metadata name, found those of gin.",
    );
    expect(refusal(writeSafeTensors({ metadata: {}, tensors: new Map() }))).toBe(
      "model.safetensors: expected a tensor mlps.0.linears.0.bias (or convolutions.0.linear.bias) whose length is a multiple of 4, found none.",
    );
  });
});

describe("a model over a sample of DARTS", () => {
  const drawn = darts({ seed: 3, count: 2000 });
  const shape = modelShape(drawn, 32);
  const file = writeCheckpoint(shape, initialState(shape, 1), { ...made, space: drawn });

  it("names the sample in its metadata", () => {
    expect(readSafeTensors(file).metadata).toMatchObject({ space: "darts", sampleSeed: "3", sampleCount: "2000" });
    expect(readSafeTensors(bytes).metadata).not.toHaveProperty("sampleSeed");
    expect(readCheckpoint(darts({ seed: 3, count: 2000 }), file).resumable).toBe(true);
  });

  it.each([
    [{ seed: 4, count: 2000 }, "2,000 cells drawn with seed 4"],
    [{ seed: 3, count: 1999 }, "1,999 cells drawn with seed 3"],
    [{}, "600,000 cells drawn with seed 0"],
  ])("is refused over the sample %j in one sentence", (sample, expected) => {
    expect(refusal(file, darts(sample))).toBe(
      `model.safetensors: expected a model over the sample of ${expected} of DARTS, found one over 2,000 cells drawn with seed 3.`,
    );
  });

  it("from elsewhere, which names no sample, is taken", () => {
    const { tensors } = readSafeTensors(file);
    expect(refusal(writeSafeTensors({ metadata: {}, tensors }), darts())).toBe("");
  });
});
