// As shared-loads-subgroup.wgsl, for the output gradients of COLUMNS features.
fn sharedGradients(at: u32, thread: u32) -> array<vec4f, COLUMNS> {
  var values = array<vec4f, COLUMNS>();
  for (var first = 0u; first < COLUMNS; first += SUBGROUP) {
    let lanes = broadcast(activations[at + (first + thread % SUBGROUP) * BLOCKS]);
    for (var lane = 0u; lane < SUBGROUP; lane++) { values[first + lane] = lanes[lane]; }
  }
  return values;
}
