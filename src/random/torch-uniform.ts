import { twisterOf } from "./mersenne-twister.ts";

/**
 * PyTorch's uniform numbers on a CPU: `torch.manual_seed(seed)`, then `tensor.uniform_(-bound, bound)` for one float32 tensor
 * after another. Each value takes the lower 24 bits of one output.
 * @param seed 0..2^32-1
 * @returns fills a tensor (row-major) with values in [-bound, bound), the same bits as PyTorch's
 */
export function torchUniform(seed: number): (values: Float32Array, bound: number) => void {
  const next = twisterOf(seed);
  return (values, bound) => {
    const from = Math.fround(-bound);
    const width = Math.fround(Math.fround(bound) - from);
    for (let i = 0; i < values.length; i++) values[i] = (next() & 0xffffff) * 2 ** -24 * width + from;
  };
}
