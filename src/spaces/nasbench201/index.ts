import { ENCODINGS } from "../encodings.ts";
import { oneHotModuleHash } from "../module-hash.ts";
import type { SearchSpace } from "../space.ts";
import { cost } from "./cost.ts";
import { graph, isValidAsPublished, membership } from "./graph.ts";
import { canonical, editDistance, neighbours } from "./identity.ts";
import { mostLikelyMember } from "./most-likely.ts";
import { format, parse } from "./notation.ts";
import { CHOICES, EDGES, indexOf, PLACE, SIZE } from "./order.ts";

const { nodes, operations } = ENCODINGS.nasbench201;

const space: SearchSpace = {
  name: "nasbench201",
  title: "NAS-Bench-201",
  nodes,
  operations,
  size: SIZE,
  trainSize: Math.floor(SIZE * 0.9),
  graph,
  decisions: {
    choices: new Array<number>(EDGES).fill(CHOICES),
    decide: (chosen) => indexOf(PLACE.reduce((code, place, edge) => code + place * (chosen[edge] as number), 0)),
  },
  format,
  parse,
  membership,
  mostLikelyMember,
  isValidAsPublished,
  hash: (decoded) => oneHotModuleHash(decoded, operations.length),
  canonical,
  neighbours,
  editDistance,
  cost,
};

/** NAS-Bench-201 (Dong and Yang, ICLR 2020): 15,625 cells in the benchmark's own order. Nothing is computed before it is asked for. */
export function nasbench201(): SearchSpace {
  return space;
}
