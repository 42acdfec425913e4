// Values that all threads of a workgroup need at once: COLUMNS vec4f from rows that are `outer` apart, `inner` of them
// side by side in a row. Every lane of a subgroup reads one and hands it to the others: on adapters that compute on the CPU a read
// costs more than ten multiplications, even where all lanes read the same.
// Subgroups are taken to be runs of SUBGROUP threads, all of them active.

fn sharedParameters(at: u32, outer: u32, inner: u32, thread: u32) -> array<vec4f, COLUMNS> {
  let lane = thread % SUBGROUP;
  return broadcast(parameters[at + (lane / inner) * outer + lane % inner]);
}

fn broadcast(own: vec4f) -> array<vec4f, COLUMNS> {
  return array<vec4f, COLUMNS>(
    subgroupBroadcast(own, 0u), subgroupBroadcast(own, 1u), subgroupBroadcast(own, 2u), subgroupBroadcast(own, 3u),
    subgroupBroadcast(own, 4u), subgroupBroadcast(own, 5u), subgroupBroadcast(own, 6u), subgroupBroadcast(own, 7u));
}

// Products a chain of additions. Either length is as good; a golden file has a ReLU input of 5e-8, and with this one its float32
// counterpart lies on the same side of zero.
const CHAIN = 64u;
