fn broadcast(own: vec4f) -> array<vec4f, COLUMNS> {
  return array<vec4f, COLUMNS>(
    subgroupBroadcast(own, 0u), subgroupBroadcast(own, 1u), subgroupBroadcast(own, 2u), subgroupBroadcast(own, 3u));
}
