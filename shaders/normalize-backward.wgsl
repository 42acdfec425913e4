// Backward pass of batch norm and ReLU of a thread's tiles: from dLoss/d(stage output) to dLoss/d(linear output).
// Writes the gradients of scale, shift and bias, and their squared norm; adds up `epsilonShare` on the way.

fn activatedOf(normalized: mat4x4f, quad: u32) -> mat4x4f {
  return affine(normalized, parameters[stage.scale + quad], parameters[stage.shift + quad]);
}

fn normalizedOf(column: u32, thread: u32) -> mat4x4f {
  let at = stage.normalized + column * BLOCKS + thread;
  return mat4x4f(activations[at], activations[at + BLOCKS], activations[at + 2u * BLOCKS], activations[at + 3u * BLOCKS]);
}

fn gate(gradient: vec4f, activated: vec4f) -> vec4f { return select(vec4f(), gradient, activated > vec4f()); }

fn backwardNormalize(
  outputGradient: array<mat4x4f, TILES>, normalized: array<mat4x4f, TILES>, epsilonShare: f32, column: u32, thread: u32,
) -> array<mat4x4f, TILES> {
  let valid = validRows(thread, control.count);
  let quad = column / 4u;
  var gradient = array<mat4x4f, TILES>();
  for (var t = 0u; t < TILES; t++) {
    let activated = activatedOf(normalized[t], quad + t);
    gradient[t] = maskRows(mat4x4f(
      gate(outputGradient[t][0], activated[0]), gate(outputGradient[t][1], activated[1]),
      gate(outputGradient[t][2], activated[2]), gate(outputGradient[t][3], activated[3])), valid);
    contribute(t, columnwise(gradient[t], normalized[t]), thread);
    contribute(TILES + t, dots(gradient[t], valid), thread);
  }
  contribute(2u * TILES, vec4f(epsilonShare, 0.0, 0.0, 0.0), thread);
  workgroupBarrier();
  for (var t = 0u; t < TILES; t++) {
    let scaleGradient = total(t, thread);
    let shiftGradient = total(TILES + t, thread);
    let factor = parameters[stage.scale + quad + t] * partials[stage.inverseStd + quad + t];
    var biasGradient = factor * shiftGradient;
    if (control.mode == MODE_TRAIN) {
      // Batch statistics take out the mean and the component along x-hat; a bias before them has no effect at all, and exactly
      // 0.0 keeps Adam from turning rounding noise into updates.
      let rows = f32(control.count * NODES);
      let mean = shiftGradient / rows;
      let along = scaleGradient / rows;
      for (var i = 0u; i < 4u; i++) { gradient[t][i] -= (mean[i] + normalized[t][i] * along[i]) * valid; }
      biasGradient = vec4f();
    }
    if (thread == 0u) {
      optimizer[stage.scale + quad + t] = scaleGradient;
      optimizer[stage.shift + quad + t] = shiftGradient;
      optimizer[stage.bias + quad + t] = biasGradient;
      norms[stage.norms + quad + t] =
        dot(scaleGradient, scaleGradient) + dot(shiftGradient, shiftGradient) + dot(biasGradient, biasGradient);
    }
    gradient[t] = affine(gradient[t], factor, vec4f());
  }
  let epsilonGradient = total(2u * TILES, thread).x;
  if (stage.aggregate == 1u && thread == 0u) { norms[EPSILON_SLOTS + stage.epsilon * QUADS + quad] = epsilonGradient; }
  return gradient;
}

fn rowWord(row: u32) -> u32 { return control.rows[row]; }
