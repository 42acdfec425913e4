// Values that all threads of a workgroup need at once: COLUMNS vec4f from rows that are `outer` apart, `inner` of them
// side by side in a row. Every lane of a subgroup reads some and hands them to the others: on adapters that compute on the CPU a read
// costs more than ten multiplications, even where all lanes read the same.
// Subgroups are taken to be runs of SUBGROUP threads, all of them active. Needs `broadcastHeld` of that size.

fn sharedParameters(at: u32, outer: u32, inner: u32, thread: u32) -> array<vec4<Held>, COLUMNS> {
  var values = array<vec4<Held>, COLUMNS>();
  for (var first = 0u; first < COLUMNS; first += SUBGROUP) {
    let i = first + thread % SUBGROUP;
    let lanes = broadcastHeld(vec4<Held>(parameters[at + (i / inner) * outer + i % inner]));
    for (var lane = 0u; lane < SUBGROUP; lane++) { values[first + lane] = lanes[lane]; }
  }
  return values;
}

// Products a chain of additions. Either length is as good; a golden file has a ReLU input of 5e-8, and with this one its float32
// counterpart lies on the same side of zero.
const CHAIN = 64u;
