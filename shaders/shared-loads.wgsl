// Values that all threads of a workgroup need at once: COLUMNS vec4f from rows that are `outer` apart, `inner` of them
// side by side in a row. Here every thread reads them for itself.

fn sharedParameters(at: u32, outer: u32, inner: u32, thread: u32) -> array<vec4<Held>, COLUMNS> {
  var values = array<vec4<Held>, COLUMNS>();
  for (var i = 0u; i < COLUMNS; i++) { values[i] = vec4<Held>(parameters[at + (i / inner) * outer + i % inner]); }
  return values;
}

// Products a chain of additions. Either length is as good; a golden file has a ReLU input of 5e-8, and with this one its float32
// counterpart lies on the same side of zero.
const CHAIN = 32u;
