import { packingOf } from "../spaces/packing.ts";
import type { SearchSpace } from "../spaces/space.ts";
import type { Inference } from "./lasting.ts";
import type { Decoded, Encoded } from "./trainer.ts";

/**
 * Long questions to a model, asked part by part: between two parts there is room for a cancel. A part takes about 50 ms, and no more
 * than a training step's work where that takes longer.
 */

/** What a part should take, in milliseconds. */
const TARGET_MS = 50;
/** Graphs or points a part. The least is one batch, whose forward pass is less than a step. */
const PART = { least: 32, most: 4096 } as const;

/** @param between called before every part: what it throws ends the work */
export function inParts(
  model: Pick<Inference, "shape" | "encode" | "embed" | "decode">,
  space: Pick<SearchSpace, "nodes" | "operations">,
  between: () => void,
): Pick<Inference, "shape" | "encode" | "embed" | "decode"> {
  const { shape } = model;
  const { nodes, operations, latent } = shape;
  const { words } = packingOf(space);
  const cells = nodes * latent;
  /** Each question has its own price. */
  const sizes = { encode: PART.least as number, embed: PART.least as number, decode: PART.least as number };

  /** Runs `work` over `input`, `stride` numbers an item, and hands on each part's answer with the number of its first item. */
  const over = async <Input extends Uint32Array | Float32Array, Output>(
    question: keyof typeof sizes,
    input: Input,
    stride: number,
    work: (part: Input) => Promise<Output>,
    use: (answer: Output, first: number) => void,
  ): Promise<void> => {
    const count = input.length / stride;
    for (let first = 0; first < count; ) {
      between();
      const size = sizes[question];
      const length = Math.min(size, count - first);
      const begun = performance.now();
      use(await work(input.slice(first * stride, (first + length) * stride) as Input), first);
      first += length;
      const took = Math.max(1, performance.now() - begun);
      // Of a small rest nothing is learnt about larger parts.
      const fitting = Math.min((length * TARGET_MS) / took, 2 * size);
      if (length === size || fitting < size) {
        sizes[question] = Math.max(PART.least, Math.min(PART.most, PART.least * Math.floor(fitting / PART.least)));
      }
    }
  };

  return {
    shape,
    async encode(packed): Promise<Encoded> {
      const floats = (packed.length / words) * cells;
      const whole = { mu: new Float32Array(floats), logvar: new Float32Array(floats) };
      await over("encode", packed, words, model.encode, ({ mu, logvar }, first) => {
        whole.mu.set(mu, first * cells);
        whole.logvar.set(logvar, first * cells);
      });
      return whole;
    },
    async embed(packed): Promise<Float32Array> {
      const rows = new Float32Array((packed.length / words) * latent);
      await over("embed", packed, words, model.embed, (part, first) => rows.set(part, first * latent));
      return rows;
    },
    async decode(z): Promise<Decoded> {
      const count = z.length / cells;
      const [operationFloats, adjacencyFloats] = [nodes * operations, nodes * nodes];
      const whole = {
        operations: new Float32Array(count * operationFloats),
        adjacency: new Float32Array(count * adjacencyFloats),
      };
      await over("decode", z, cells, model.decode, (part, first) => {
        whole.operations.set(part.operations, first * operationFloats);
        whole.adjacency.set(part.adjacency, first * adjacencyFloats);
      });
      return whole;
    },
  };
}
