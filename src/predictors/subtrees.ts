import { PADDING, type SearchSpace } from "../spaces/space.ts";
import type { RowWriter } from "./features.ts";

/** Rounds of the refinement, and ranges of hashes that are counted in each. */
const ROUNDS = 2;
const RANGES = 128;

/**
 * How often each operation stands with what it reads, and with what that reads in turn: Weisfeiler-Lehman subtree features (Shervashidze et al., JMLR 2011)
 * along the edges' direction, which NAS-BOWL searches with (Ru et al., ICLR 2021). Labels are hashed into a fixed number of ranges, so that no
 * dictionary has to be kept: two of them now and then share one.
 */
export function subtreeRows({ nodes, graph }: Pick<SearchSpace, "nodes" | "graph">): RowWriter {
  return {
    dimensions: ROUNDS * RANGES,
    write(index, into, start) {
      const { operations, adjacency } = graph(index);
      let labels = Array.from(operations, (operation) => mixed(0, operation));
      for (let round = 0; round < ROUNDS; round++) {
        labels = labels.map((label, node) => {
          const read = labels.filter((_, from) => adjacency[from * nodes + node] === 1).sort((a, b) => a - b);
          return read.reduce(mixed, mixed(1, label));
        });
        for (let node = 0; node < nodes; node++) {
          if (operations[node] === PADDING) continue;
          const at = start + round * RANGES + ((labels[node] as number) % RANGES);
          into[at] = (into[at] as number) + 1;
        }
      }
    },
  };
}

/** A hash of two words, 0..2^32-1 (the finaliser of MurmurHash3 over a product and a sum). */
function mixed(hash: number, word: number): number {
  let value = (Math.imul(hash, 0x9e3779b1) + word + 0x7f4a7c15) | 0;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
