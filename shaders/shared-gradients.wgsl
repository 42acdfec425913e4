// As shared-loads.wgsl, for the output gradients of COLUMNS features.
fn sharedGradients(at: u32, thread: u32) -> array<vec4f, COLUMNS> {
  var values = array<vec4f, COLUMNS>();
  for (var i = 0u; i < COLUMNS; i++) { values[i] = activations[at + i * BLOCKS]; }
  return values;
}
