// Packed graphs (src/spaces/packing.ts) to one word a row. Needs `graphs`.

fn edge(first: u32, x: u32, y: u32) -> u32 {
  let bit = x + y * (y - 1u) / 2u;
  return (graphs[first + bit / 32u] >> (bit % 32u)) & 1u;
}

// The word of Control for node `node` of a graph: symmetric neighbours and operation.
fn packedRow(graph: u32, node: u32) -> u32 {
  let first = graph * GRAPH_WORDS;
  var neighbours = 0u;
  for (var other = 0u; other < NODES; other++) {
    if (other < node) { neighbours |= edge(first, other, node) << other; }
    if (other > node) { neighbours |= edge(first, node, other) << other; }
  }
  let word = graphs[first + ADJACENCY_WORDS + node / OPERATIONS_PER_WORD];
  let operation = (word >> (OPERATION_BITS * (node % OPERATIONS_PER_WORD))) & ((1u << OPERATION_BITS) - 1u);
  return neighbours | (operation << 16u);
}
