// Neighbours of the four rows of a block, which belong to one graph or to two that follow each other: one word a row, where bit i
// stands for the i-th row from the start of the first of these graphs. One loop over `anyOf` then serves all four.
// Needs `rowWord(row)`, the row's word of Control.

fn neighbourMasks(row: u32) -> vec4u {
  let start = row - row % NODES;
  let rows = vec4u(row, row + 1u, row + 2u, row + 3u);
  let shifts = rows - rows % NODES - start;
  return vec4u(
    neighboursOf(rowWord(rows.x)), neighboursOf(rowWord(rows.y)), neighboursOf(rowWord(rows.z)), neighboursOf(rowWord(rows.w))) << shifts;
}

fn anyOf(masks: vec4u) -> u32 { return masks.x | masks.y | masks.z | masks.w; }
