import { packingOf } from "../spaces/packing.ts";
import type { SearchSpace } from "../spaces/space.ts";
import type { Watch } from "../spaces/steps.ts";
import type { Inference } from "./lasting.ts";

type Questions = Pick<Inference, "shape" | "encode" | "decode">;

/**
 * The same model, telling after every answer how much of `total` graphs encoded and points decoded is done, and letting messages in. What was
 * asked rejects with the signal's reason once it is aborted.
 */
export function watched(model: Questions, space: SearchSpace, total: number, { onProgress, signal }: Watch): Questions {
  const { shape } = model;
  const { words } = packingOf(space);
  let done = 0;
  const count = async <Answer>(asked: Promise<Answer>, items: number): Promise<Answer> => {
    const answer = await asked;
    done += items;
    onProgress?.(done / total);
    await new Promise<void>((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    return answer;
  };
  return {
    shape,
    encode: (packed) => count(model.encode(packed), packed.length / words),
    decode: (z) => count(model.decode(z), z.length / (shape.nodes * shape.latent)),
  };
}
