import type { SearchSpace } from "../../src/spaces/space.ts";

/** What is known of every architecture without any label, in index order. */
export interface Facts {
  /** Trainable parameters. */
  readonly params: Float64Array;
  /** Multiply-adds of one forward pass. */
  readonly macs: Float64Array;
  /** Operations that a cell chooses from, by name. */
  readonly choices: readonly string[];
  /** How often each operation of `choices` occurs: choices x size, operation-major. */
  readonly occurrences: Uint8Array;
}

/** Operations whose number is the same in every architecture (input, output) are no choice. */
export function factsOf(space: SearchSpace): Facts {
  const params = new Float64Array(space.size);
  const macs = new Float64Array(space.size);
  const counts = new Uint8Array(space.operations.length * space.size);
  for (let i = 0; i < space.size; i++) {
    const cost = space.cost(i);
    params[i] = cost.params;
    macs[i] = cost.macs;
    for (const operation of space.graph(i).operations) {
      if (operation < space.operations.length) counts[operation * space.size + i]! += 1;
    }
  }
  const varying = space.operations.map((_, k) => {
    const column = counts.subarray(k * space.size, (k + 1) * space.size);
    return column.some((value) => value !== column[0]);
  });
  const chosen = space.operations.map((_, k) => k).filter((k) => varying[k]);
  const occurrences = new Uint8Array(chosen.length * space.size);
  chosen.forEach((k, row) => {
    occurrences.set(counts.subarray(k * space.size, (k + 1) * space.size), row * space.size);
  });
  return { params, macs, choices: chosen.map((k) => space.operations[k] as string), occurrences };
}
