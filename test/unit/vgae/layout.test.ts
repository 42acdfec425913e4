import { describe, expect, it } from "vitest";
import { torchUniform } from "../../../src/random/torch-uniform.ts";
import { ENCODINGS } from "../../../src/spaces/encodings.ts";
import { ENCODERS, modelShape } from "../../../src/vgae/config.ts";
import { parameterLayout } from "../../../src/vgae/layout.ts";
import { initialState } from "../../../src/vgae/state.ts";

const shapeOf = (encoder: (typeof ENCODERS)[number]) => modelShape(ENCODINGS.nasbench101, 32, encoder);

describe.each(ENCODERS)("the layout of a model with the encoder %s", (encoder) => {
  const { parameters, parameterFloats, running, runningFloats } = parameterLayout(shapeOf(encoder));

  it("packs tensors one after another, each at a multiple of four floats", () => {
    for (const [tensors, floats] of [
      [parameters, parameterFloats],
      [running, runningFloats],
    ] as const) {
      let end = tensors[0]?.offset as number;
      for (const { name, offset, size } of tensors) {
        expect(offset % 4, name).toBe(0);
        expect(offset - end, name).toBeGreaterThanOrEqual(0);
        expect(offset - end, name).toBeLessThan(4);
        end = offset + size;
      }
      expect(floats - end).toBeLessThan(4);
      expect(new Set(tensors.map(({ name }) => name)).size).toBe(tensors.length);
    }
  });
});

describe("a model of graph convolutions", () => {
  const shape = shapeOf("gcn");
  const layout = parameterLayout(shape);

  it("has as many layers of the same width as one of GIN, each of one stage that aggregates", () => {
    const gin = parameterLayout(shapeOf("gin"));
    expect(layout.stages.map(({ inputs, outputs }) => [inputs, outputs])).toEqual([
      [5, 32],
      [32, 32],
      [32, 32],
      [32, 32],
    ]);
    expect(layout.stages.map(({ layer }) => layer)).toEqual([0, 1, 2, 3]);
    expect(layout.stages.every(({ aggregates }) => aggregates)).toBe(true);
    expect(gin.stages.map(({ layer }) => layer)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(gin.stages.map(({ aggregates }) => aggregates)).toEqual([true, false, true, false, true, false, true, false]);
  });

  it("names the tensors of its layers as no GIN does, and those of heads and decoder alike", () => {
    const names = (encoder: (typeof ENCODERS)[number]) => parameterLayout(shapeOf(encoder)).parameters.map(({ name }) => name);
    const layers = names("gcn").filter((name) => name.startsWith("convolutions"));
    expect(layers.slice(0, 4)).toEqual([
      "convolutions.0.linear.weight",
      "convolutions.0.linear.bias",
      "convolutions.0.norm.weight",
      "convolutions.0.norm.bias",
    ]);
    expect(layers).toHaveLength(16);
    const rest = names("gcn").filter((name) => !layers.includes(name));
    expect(rest).toEqual(names("gin").filter((name) => /^(fc|decoder)/.test(name)));
    expect(layout.counters[3]).toBe("convolutions.3.norm.num_batches_tracked");
  });

  it("leaves the floats free in which the kernels keep the eps of a GIN", () => {
    expect(layout.parameters[0]?.offset).toBe(4);
    expect([...initialState(shape, 7).parameters.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  });

  it("begins with PyTorch's weights, drawn module after module from one seed", () => {
    const { parameters, running } = initialState(shape, 7);
    const values = (name: string): Float32Array => {
      const { offset, size } = layout.parameters.find((tensor) => tensor.name === name) ?? { offset: 0, size: 0 };
      return parameters.subarray(offset, offset + size);
    };
    const uniform = torchUniform(7);
    const linears = [
      ...Array.from({ length: 4 }, (_, layer) => [`convolutions.${layer}.linear`, layer === 0 ? 5 : 32] as const),
      ["fc1", 32] as const,
      ["fc2", 32] as const,
      ["decoder.weight", 16] as const,
    ];
    for (const [name, inputs] of linears) {
      for (const part of ["weight", "bias"]) {
        const drawn = new Float32Array(values(`${name}.${part}`).length);
        uniform(drawn, 1 / Math.sqrt(inputs));
        expect(values(`${name}.${part}`), `${name}.${part}`).toEqual(drawn);
      }
    }
    // What PyTorch 1.13 itself gives such a module after torch.manual_seed(7).
    expect([...values("convolutions.1.linear.weight").subarray(0, 3)]).toEqual([
      0.1664547324180603, -0.1705961674451828, 0.04030876234173775,
    ]);
    expect([...values("decoder.weight.bias").subarray(0, 2)]).toEqual([-0.1453360915184021, -0.12061217427253723]);
    expect(new Set(values("convolutions.2.norm.weight"))).toEqual(new Set([1]));
    expect(new Set(values("convolutions.2.norm.bias"))).toEqual(new Set([0]));
    expect(new Set(running)).toEqual(new Set([0, 1]));
  });
});
