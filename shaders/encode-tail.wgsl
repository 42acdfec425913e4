// The second half of every encode kernel: from the linear output of a tile to what the next stage reads.

fn finishStage(linear: mat4x4f, column: u32, block: u32, thread: u32) {
  let valid = validRows(block, control.count);
  let rows = f32(control.count * NODES);
  let quad = column / 4u;
  var mean = running[stage.mean + quad];
  var variance = running[stage.variance + quad];
  if (!EVALUATE && control.mode == MODE_TRAIN) {
    contribute(0u, dots(linear, valid), thread);
    workgroupBarrier();
    mean = total(0u) / rows;
    let centred = maskRows(affine(linear, vec4f(1.0), -mean), valid);
    contribute(1u, columnwise(centred, centred), thread);
    workgroupBarrier();
    variance = total(1u) / rows;
    if (thread == 0u) {
      running[stage.mean + quad] = mix(running[stage.mean + quad], mean, BN_MOMENTUM);
      running[stage.variance + quad] = mix(running[stage.variance + quad], variance * (rows / (rows - 1.0)), BN_MOMENTUM);
    }
  }
  let inverseStd = inverseSqrt(variance + BN_EPSILON);
  let normalized = maskRows(affine(affine(linear, vec4f(1.0), -mean), inverseStd, vec4f()), valid);
  let activated = rectify(affine(normalized, parameters[stage.scale + quad], parameters[stage.shift + quad]), valid);
  var output = activated;
  if (stage.aggregate == 1u) { output = aggregate(activated, epsilonOf(stage.epsilon), block, thread); }
  if (!EVALUATE && thread == 0u) { partials[stage.inverseStd + quad] = inverseStd; }
  for (var i = 0u; i < 4u; i++) {
    if (!EVALUATE) { activations[stage.normalized + (column + i) * BLOCKS + block] = normalized[i]; }
    activations[stage.output + (column + i) * BLOCKS + block] = output[i];
  }
}

fn epsilonOf(layer: u32) -> f32 { return parameters[0][layer]; }
fn rowWord(row: u32) -> u32 { return control.rows[row]; }
