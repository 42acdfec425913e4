// Backward pass of batch norm and ReLU of a tile: from dLoss/d(stage output) to dLoss/d(linear output).
// Writes the gradients of scale, shift and bias, and their squared norm, and the share of eps that the workgroup's threads add up to.

fn activatedOf(normalized: mat4x4f, quad: u32) -> mat4x4f {
  return affine(normalized, parameters[stage.scale + quad], parameters[stage.shift + quad]);
}

fn normalizedOf(column: u32, thread: u32) -> mat4x4f {
  let at = stage.normalized + column * BLOCKS + thread;
  return mat4x4f(activations[at], activations[at + BLOCKS], activations[at + 2u * BLOCKS], activations[at + 3u * BLOCKS]);
}

fn gate(gradient: vec4f, activated: vec4f) -> vec4f { return select(vec4f(), gradient, activated > vec4f()); }

fn backwardNormalize(outputGradient: mat4x4f, normalized: mat4x4f, epsilonShare: f32, t: u32, column: u32, thread: u32) -> mat4x4f {
  let valid = validRows(thread, control.count);
  let quad = column / 4u;
  let activated = activatedOf(normalized, quad);
  var gradient = maskRows(mat4x4f(
    gate(outputGradient[0], activated[0]), gate(outputGradient[1], activated[1]),
    gate(outputGradient[2], activated[2]), gate(outputGradient[3], activated[3])), valid);
  contribute(t, columnwise(gradient, normalized), thread);
  contribute(TILES + t, dots(gradient, valid), thread);
  contribute(2u * TILES + t, vec4f(epsilonShare, 0.0, 0.0, 0.0), thread);
  workgroupBarrier();
  let scaleGradient = total(t, thread);
  let shiftGradient = total(TILES + t, thread);
  let factor = parameters[stage.scale + quad] * partials[stage.inverseStd + quad];
  var biasGradient = factor * shiftGradient;
  if (control.mode == MODE_TRAIN) {
    // Batch statistics take out the mean and the component along x-hat; a bias before them has no effect at all, and exactly
    // 0.0 keeps Adam from turning rounding noise into updates.
    let rows = f32(control.count * NODES);
    let mean = shiftGradient / rows;
    let along = scaleGradient / rows;
    for (var i = 0u; i < 4u; i++) { gradient[i] -= (mean[i] + normalized[i] * along[i]) * valid; }
    biasGradient = vec4f();
  }
  let epsilonGradient = total(2u * TILES + t, thread).x;
  if (thread == 0u) {
    optimizer[stage.scale + quad] = scaleGradient;
    optimizer[stage.shift + quad] = shiftGradient;
    optimizer[stage.bias + quad] = biasGradient;
    norms[stage.norms + quad] =
      dot(scaleGradient, scaleGradient) + dot(shiftGradient, shiftGradient) + dot(biasGradient, biasGradient);
    if (stage.aggregate == 1u) { norms[EPSILON_SLOTS + stage.epsilon * QUADS + quad] = epsilonGradient; }
  }
  return affine(gradient, factor, vec4f());
}

fn rowWord(row: u32) -> u32 { return control.rows[row]; }
