// What each of the four lanes of a subgroup has, for all of them.
fn broadcast(own: vec4f) -> array<vec4f, 4> {
  return array<vec4f, 4>(subgroupBroadcast(own, 0u), subgroupBroadcast(own, 1u), subgroupBroadcast(own, 2u), subgroupBroadcast(own, 3u));
}
