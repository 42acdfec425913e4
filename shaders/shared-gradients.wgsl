// As shared-loads.wgsl, for the output gradients of COLUMNS features.
fn sharedGradients(at: u32, thread: u32) -> array<vec4f, COLUMNS> {
  return array<vec4f, COLUMNS>(activations[at], activations[at + BLOCKS], activations[at + 2u * BLOCKS], activations[at + 3u * BLOCKS]);
}
