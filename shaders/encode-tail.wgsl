// The second half of every encode kernel: from the linear output of a thread's tiles to what the next stage reads.

fn finishStage(linear: array<mat4x4f, TILES>, column: u32, block: u32, thread: u32) {
  let valid = validRows(block, control.count);
  let rows = f32(control.count * NODES);
  let quad = column / 4u;
  var mean = array<vec4f, TILES>();
  var rest = array<vec4f, TILES>();
  var variance = array<vec4f, TILES>();
  for (var t = 0u; t < TILES; t++) {
    mean[t] = running[stage.mean + quad + t];
    variance[t] = running[stage.variance + quad + t];
  }
  if (!EVALUATE && control.mode == MODE_TRAIN) {
    for (var t = 0u; t < TILES; t++) { contribute(t, dots(linear[t], valid), thread); }
    workgroupBarrier();
    for (var t = 0u; t < TILES; t++) {
      mean[t] = total(t, thread) / rows;
      let centred = maskRows(affine(linear[t], vec4f(1.0), -mean[t]), valid);
      contribute(TILES + t, columnwise(centred, centred), thread);
      if (MEND_MEAN) { contribute(2u * TILES + t, dots(centred, valid), thread); }
    }
    workgroupBarrier();
    for (var t = 0u; t < TILES; t++) {
      if (MEND_MEAN) { rest[t] = total(2u * TILES + t, thread) / rows; }
      variance[t] = total(TILES + t, thread) / rows - rest[t] * rest[t];
      if (thread == 0u) {
        running[stage.mean + quad + t] = mix(running[stage.mean + quad + t], mean[t] + rest[t], BN_MOMENTUM);
        running[stage.variance + quad + t] = mix(running[stage.variance + quad + t], variance[t] * (rows / (rows - 1.0)), BN_MOMENTUM);
      }
    }
  }
  var output = array<mat4x4f, TILES>();
  for (var t = 0u; t < TILES; t++) {
    let inverseStd = inverseSqrt(variance[t] + BN_EPSILON);
    let normalized = maskRows(affine(affine(affine(linear[t], vec4f(1.0), -mean[t]), vec4f(1.0), -rest[t]), inverseStd, vec4f()), valid);
    output[t] = rectify(affine(normalized, parameters[stage.scale + quad + t], parameters[stage.shift + quad + t]), valid);
    if (!EVALUATE) {
      if (thread == 0u) { partials[stage.inverseStd + quad + t] = inverseStd; }
      for (var i = 0u; i < 4u; i++) { activations[stage.normalized + (column + 4u * t + i) * BLOCKS + block] = normalized[i]; }
    }
  }
  if (stage.aggregate == 1u) { output = aggregate(output, epsilonOf(stage.epsilon), column, block, thread); }
  for (var t = 0u; t < TILES; t++) {
    for (var i = 0u; i < 4u; i++) { activations[stage.output + (column + 4u * t + i) * BLOCKS + block] = output[t][i]; }
  }
}

// The linear map's output before anything is added: its bias, for every row.
fn biases(column: u32) -> array<mat4x4f, TILES> {
  var linear = array<mat4x4f, TILES>();
  for (var t = 0u; t < TILES; t++) {
    let bias = parameters[stage.bias + column / 4u + t];
    linear[t] = mat4x4f(vec4f(bias.x), vec4f(bias.y), vec4f(bias.z), vec4f(bias.w));
  }
  return linear;
}

fn epsilonOf(layer: u32) -> f32 { return parameters[0][layer]; }
fn rowWord(row: u32) -> u32 { return control.rows[row]; }
