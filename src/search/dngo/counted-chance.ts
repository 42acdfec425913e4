/**
 * The chance in a surrogate by counters instead of a sequence: every number is a function of (seed, round, element), so that
 * `shaders/dngo-chance.wgsl` finds the same weights and the same order of rows on the GPU, whatever it computes first.
 */
import { STREAMS, threefry2x32, unitFloat } from "../../random/threefry.ts";
import { permute } from "../../vgae/schedule.ts";
import { parameterCount } from "./network.ts";
import type { SurrogateChance } from "./surrogate.ts";

/** Blocks of a round from here on are not weights. */
const START = 0x80000000;

/** @param round of models, from 1 */
export function countedChance(seed: number, round: number, epochs: number): SurrogateChance {
  const words = (element: number): [number, number] => threefry2x32(seed, STREAMS.search, round, element);
  const normal = (element: number): number => {
    const [a, b] = words(element).map(unitFloat) as [number, number];
    return Math.sqrt(-2 * Math.log1p(-a)) * Math.cos(2 * Math.PI * b);
  };
  return {
    network(inputs, hidden) {
      const parameters = Float64Array.from({ length: parameterCount(inputs, hidden) }, (_, element) => {
        const bound = 1 / Math.sqrt(element < hidden * (inputs + 1) ? inputs : hidden);
        return (2 * unitFloat(words(element)[0]) - 1) * bound;
      });
      return { inputs, hidden, parameters };
    },
    reorder(order, epoch) {
      for (let i = 0; i < order.length; i++) order[i] = permute(i, order.length, seed, round * epochs + epoch);
    },
    start: () => [normal(START), normal(START + 1) - 3],
  };
}
