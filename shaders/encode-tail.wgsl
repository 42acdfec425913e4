// The second half of every encode kernel: from the linear output of one tile of a thread to what the next stage reads.

fn finishTile(linear: mat4x4f, t: u32, column: u32, block: u32, thread: u32) {
  let valid = validRows(block, control.count);
  let rows = f32(control.count * NODES);
  let quad = column / 4u;
  var mean = running[stage.mean + quad];
  var variance = running[stage.variance + quad];
  var rest = vec4f();
  if (!EVALUATE && control.mode == MODE_TRAIN) {
    contribute(t, dots(linear, valid), thread);
    workgroupBarrier();
    mean = total(t, thread) / rows;
    let centred = maskRows(affine(linear, vec4f(1.0), -mean), valid);
    contribute(TILES + t, columnwise(centred, centred), thread);
    if (MEND_MEAN) { contribute(2u * TILES + t, dots(centred, valid), thread); }
    workgroupBarrier();
    if (MEND_MEAN) { rest = total(2u * TILES + t, thread) / rows; }
    variance = total(TILES + t, thread) / rows - rest * rest;
    if (thread == 0u) {
      running[stage.mean + quad] = mix(running[stage.mean + quad], mean + rest, BN_MOMENTUM);
      running[stage.variance + quad] = mix(running[stage.variance + quad], variance * (rows / (rows - 1.0)), BN_MOMENTUM);
    }
  }
  let inverseStd = inverseSqrt(variance + BN_EPSILON);
  let normalized = maskRows(affine(affine(affine(linear, vec4f(1.0), -mean), vec4f(1.0), -rest), inverseStd, vec4f()), valid);
  var output = rectify(affine(normalized, parameters[stage.scale + quad], parameters[stage.shift + quad]), valid);
  if (!EVALUATE) {
    if (thread == 0u) { partials[stage.inverseStd + quad] = inverseStd; }
    for (var i = 0u; i < 4u; i++) { activations[stage.normalized + (column + i) * BLOCKS + block] = normalized[i]; }
  }
  if (stage.aggregate == 1u) { output = aggregate(output, epsilonOf(stage.epsilon), t, column, block, thread); }
  for (var i = 0u; i < 4u; i++) { activations[stage.output + (column + i) * BLOCKS + block] = output[i]; }
}

// A tile of the linear map's output before anything is added: its bias, for every row.
fn biases(column: u32) -> mat4x4f {
  let bias = parameters[stage.bias + column / 4u];
  return mat4x4f(vec4f(bias.x), vec4f(bias.y), vec4f(bias.z), vec4f(bias.w));
}

fn epsilonOf(layer: u32) -> f32 { return parameters[0][layer]; }
fn rowWord(row: u32) -> u32 { return control.rows[row]; }
