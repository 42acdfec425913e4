import { readDartsGraph } from "../spaces/darts/index.ts";
import type { SearchSpace } from "../spaces/space.ts";
import { dartsNetwork } from "./darts.ts";
import { nasbench101Network } from "./nasbench101.ts";
import { nasbench201Network } from "./nasbench201.ts";
import type { Network } from "./network.ts";
import { checkSize, type NetworkSize } from "./size.ts";

/**
 * The network of an architecture. A DARTS cell is normal and reduction cell in one, as the space samples it. Throws InputError where no network
 * of this size can be built, RangeError for an index that the space does not have.
 */
export function networkOf(space: SearchSpace, index: number, size: NetworkSize): Network {
  checkSize(space.name, size);
  switch (space.name) {
    case "nasbench101":
      return nasbench101Network(index, size);
    case "nasbench201":
      return nasbench201Network(index, size);
    case "darts": {
      const cell = readDartsGraph(space.graph(index));
      if ("reason" in cell) throw new Error(`Architecture ${index} of DARTS is no cell: ${cell.reason}`);
      return dartsNetwork(cell, cell, size);
    }
  }
}
