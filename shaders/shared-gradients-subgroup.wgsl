// As shared-loads-subgroup.wgsl, for the output gradients of COLUMNS features.
fn sharedGradients(at: u32, thread: u32) -> array<vec4f, COLUMNS> { return broadcast(activations[at + (thread % SUBGROUP) * BLOCKS]); }
