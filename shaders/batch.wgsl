// Which graphs the next step sees: the twin of src/vgae/schedule.ts. Needs `run`, `control` (read_write) and `graphs`.

fn permute(position: u32, key: u32) -> u32 {
  let mask = (1u << run.halfBits) - 1u;
  var value = position;
  loop {
    var left = value >> run.halfBits;
    var right = value & mask;
    for (var round = 0u; round < run.rounds; round++) {
      let word = threefry(vec2u(run.seed, STREAM_SHUFFLE), vec2u(key, right * run.rounds + round)).x;
      let next = left ^ (word & mask);
      left = right;
      right = next;
    }
    value = (left << run.halfBits) | right;
    if (value < run.count) { break; }
  }
  return value;
}

// Writes Control for `step`, by WORKERS threads of one workgroup.
fn writeBatch(step: u32, thread: u32) {
  let stepsPerEpoch = (run.count + run.batch - 1u) / run.batch;
  let epoch = step / stepsPerEpoch;
  let index = step - epoch * stepsPerEpoch;
  let count = min(run.batch, run.count - index * run.batch);
  for (var row = thread; row < STRIDE; row += WORKERS) {
    var word = 0u;
    if (row < count * NODES) {
      var graph = index * run.batch + row / NODES;
      if (run.shuffle == 1u) { graph = permute(graph, select(0u, epoch, run.reshuffle == 1u)); }
      word = packedRow(graph, row % NODES);
    }
    control.rows[row] = word;
  }
  if (thread == 0u) {
    control.step = step;
    control.epoch = epoch;
    control.index = index;
    control.count = count;
    control.mode = select(MODE_TRAIN, MODE_FROZEN, epoch >= run.frozenFrom);
  }
}
