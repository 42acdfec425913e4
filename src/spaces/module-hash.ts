import { md5 } from "js-md5";
import type { Graph } from "./space.ts";

/**
 * The graph hash of NAS-Bench-101 (Ying et al., ICML 2019), by which its table names cells and by which arch2vec counts
 * distinct decodings. It is colour refinement: a vertex starts from its degrees and label and takes in its neighbours'
 * hashes as many times as there are vertices; the sorted vertex hashes make the hash of the graph. Isomorphic graphs get
 * equal hashes. Every text below is written as Python prints it, so that the digests are the official ones.
 */

/**
 * @param adjacency row-major `labels.length` squared, non-zero where an edge row -> column exists
 * @param labels one a vertex, as Python's `str` prints the label, e.g. "-1" or "[1.0, 0.0]"
 * @returns 32 hexadecimal digits
 */
export function moduleHash(adjacency: ArrayLike<number>, labels: readonly string[]): string {
  const count = labels.length;
  const vertices = labels.map((label, vertex) => ({ label, before: [] as number[], after: [] as number[], vertex }));
  for (const { after, vertex } of vertices) {
    for (const other of vertices) {
      if (!adjacency[vertex * count + other.vertex]) continue;
      after.push(other.vertex);
      other.before.push(vertex);
    }
  }
  let hashes = vertices.map(({ label, before, after }) => md5(`(${after.length}, ${before.length}, ${label})`));
  for (let round = 0; round < count; round++) {
    const previous = hashes;
    const joined = (neighbours: readonly number[]) =>
      neighbours
        .map((v) => previous[v])
        .sort()
        .join("");
    hashes = vertices.map(({ before, after, vertex }) => md5(`${joined(before)}|${joined(after)}|${previous[vertex]}`));
  }
  const quoted = hashes.sort().map((hash) => `'${hash}'`);
  return md5(`[${quoted.join(", ")}]`);
}

/** The hash arch2vec gives a decoded graph: nothing pruned, labels are the one-hot rows of the operations as floats. */
export function oneHotModuleHash(graph: Graph, operationCount: number): string {
  const labels = Array.from(graph.operations, (operation) => {
    const row = Array.from({ length: operationCount }, (_, i) => (i === operation ? "1.0" : "0.0"));
    return `[${row.join(", ")}]`;
  });
  return moduleHash(graph.adjacency, labels);
}
