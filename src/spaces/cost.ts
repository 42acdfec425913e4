/** Trainable parameters, and multiply-adds of one image. */
export interface Cost {
  readonly params: number;
  readonly macs: number;
}

export const NOTHING: Cost = { params: 0, macs: 0 };

export function add(a: Cost, b: Cost): Cost {
  return { params: a.params + b.params, macs: a.macs + b.macs };
}

export function times(count: number, part: Cost): Cost {
  return { params: count * part.params, macs: count * part.macs };
}

export function total(parts: readonly Cost[]): Cost {
  return parts.reduce(add, NOTHING);
}

/** Weights of a `size` x `size` convolution without bias to a map of `side` x `side`; `groups` of channels do not see each other. */
export function weights(inputs: number, outputs: number, size: number, side: number, groups = 1): Cost {
  const params = (inputs * outputs * size * size) / groups;
  return { params, macs: params * side * side };
}

/** Such a convolution followed by a batch norm with scale and shift. */
export function convolution(inputs: number, outputs: number, size: number, side: number): Cost {
  return add(weights(inputs, outputs, size, side), { params: 2 * outputs, macs: 0 });
}
