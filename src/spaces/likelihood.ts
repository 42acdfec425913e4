import { type Graph, type LogOdds, PADDING } from "./space.ts";

/**
 * Log-probability of a graph under independent entries, up to a constant of the odds: with log-odds l an entry adds l to it by being
 * there and nothing by being absent (log s(l) - log s(-l) = l). So it is the sum of the log-odds of all that is there.
 */
export function logProbability({ operations, adjacency }: LogOdds, graph: Graph): number {
  const nodes = graph.operations.length;
  const choices = operations.length / nodes;
  let sum = 0;
  for (let node = 0; node < nodes; node++) {
    const operation = graph.operations[node] as number;
    if (operation !== PADDING) sum += operations[node * choices + operation] as number;
    for (let to = node + 1; to < nodes; to++) {
      if (graph.adjacency[node * nodes + to]) sum += adjacency[node * nodes + to] as number;
    }
  }
  return sum;
}

/** The operation of `first..end-1` with the highest log-odds at a node; of equals the first. `choices` is K. */
export function bestOperation({ operations }: LogOdds, choices: number, node: number, first: number, end: number): number {
  const row = node * choices;
  let best = first;
  for (let k = first + 1; k < end; k++) if ((operations[row + k] as number) > (operations[row + best] as number)) best = k;
  return best;
}
