import { describe, expect, it } from "vitest";
import { embeddingFormat, readEmbedding, writeEmbedding } from "../../../src/formats/embedding.ts";
import { writeNpy } from "../../../src/formats/npy.ts";
import { readSafeTensors, writeSafeTensors } from "../../../src/formats/safetensors.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { cloud } from "../search/helpers.ts";

const space = nasbench201();
const embedding = cloud(space.size, 3);

describe("an embedding file", () => {
  it.each(["safetensors", "npy"] as const)("comes back from .%s", (format) => {
    expect(readEmbedding(space, writeEmbedding(format, space, embedding), `z.${format}`)).toEqual(embedding);
  });

  it("says which space and model it is of", () => {
    const { metadata, tensors } = readSafeTensors(writeEmbedding("safetensors", space, embedding, { model: "m.safetensors" }));
    expect(metadata).toEqual({ archscape: "embedding 1", space: "nasbench201", model: "m.safetensors" });
    expect(tensors.get("embedding")).toMatchObject({ dtype: "F32", shape: [15625, 3] });
  });

  it("is a table with the architectures as .csv", () => {
    const rows = new TextDecoder().decode(writeEmbedding("csv", space, embedding)).split("\n");
    expect(rows).toHaveLength(15625 + 2);
    expect(rows[0]).toBe("index,architecture,z0,z1,z2");
    const [index, architecture, ...values] = (rows[43] as string).split(",");
    expect([index, architecture]).toEqual(["42", space.format(42)]);
    expect(Float32Array.from(values, Number)).toEqual(embedding.data.subarray(42 * 3, 43 * 3));
  });

  it.each([
    [
      "of another space",
      "z.safetensors",
      writeSafeTensors({ metadata: { space: "darts" }, tensors: new Map() }),
      "found one of darts",
    ],
    [
      "without an embedding",
      "z.safetensors",
      writeSafeTensors({ metadata: {}, tensors: new Map() }),
      'expected a tensor "embedding"',
    ],
    ["of another size", "z.npy", writeNpy({ shape: [2, 2], data: new Float32Array(4) }), "found the shape [2, 2]"],
    ["a table", "z.csv", new Uint8Array(), "found a .csv"],
  ])("is refused where it is %s", (_, source, bytes, sentence) => {
    expect(() => readEmbedding(space, bytes, source)).toThrow(sentence);
  });

  it("has one of three endings", () => {
    expect(["a/b.c.NPY", "z.csv", "x.safetensors"].map(embeddingFormat)).toEqual(["npy", "csv", "safetensors"]);
    for (const path of ["z.txt", "z", "a.npy/z"])
      expect(() => embeddingFormat(path), path).toThrow("Expected a file name that ends in");
  });
});
