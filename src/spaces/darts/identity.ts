import { BLOCKS, CELL_INPUTS, CELL_NODES, type DartsCell, NODE_OPERATIONS } from "./cell.ts";

/** All cells with one operation or one input changed: 56 and up to 12. */
export function editedCells({ operations, inputs }: DartsCell): DartsCell[] {
  const found: DartsCell[] = [];
  for (let node = 0; node < CELL_NODES; node++) {
    for (let other = 0; other < NODE_OPERATIONS.length; other++) {
      if (other !== operations[node]) found.push({ operations: replaced(operations, node, other), inputs });
    }
    for (let other = 0; other < CELL_INPUTS + (node >> 1); other++) {
      if (other !== inputs[node] && other !== inputs[node ^ 1]) found.push({ operations, inputs: replaced(inputs, node, other) });
    }
  }
  return found;
}

function replaced(values: ArrayLike<number>, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(values);
  copy[at] = value;
  return copy;
}

/** The 24 ways to match the blocks of two cells. */
const MATCHES: readonly (readonly number[])[] = orders(Array.from({ length: BLOCKS }, (_, block) => block));

function orders(left: readonly number[]): number[][] {
  if (left.length === 0) return [[]];
  return left.flatMap((first) => orders(left.filter((other) => other !== first)).map((rest) => [first, ...rest]));
}

/**
 * The fewest operations and inputs that differ, over all ways to match the blocks of two cells and the two nodes within each
 * block; a block as an input equals the block it is matched with. 0..16.
 */
export function cellDistance(a: DartsCell, b: DartsCell): number {
  const difference = (match: readonly number[], own: number, other: number) => {
    const input = a.inputs[own] as number;
    const matched = input < CELL_INPUTS ? input : CELL_INPUTS + (match[input - CELL_INPUTS] as number);
    return (a.operations[own] === b.operations[other] ? 0 : 1) + (matched === b.inputs[other] ? 0 : 1);
  };
  let best = Number.POSITIVE_INFINITY;
  for (const match of MATCHES) {
    let distance = 0;
    for (let block = 0; block < BLOCKS; block++) {
      const own = 2 * block;
      const other = 2 * (match[block] as number);
      const straight = difference(match, own, other) + difference(match, own + 1, other + 1);
      const crossed = difference(match, own, other + 1) + difference(match, own + 1, other);
      distance += Math.min(straight, crossed);
    }
    best = Math.min(best, distance);
  }
  return best;
}
