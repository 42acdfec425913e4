// The job of a nearest-neighbour search, for its three kernels. The host puts DIMENSIONS, TILES and QUERIES before this text.

struct Search {
  points: u32,
  queries: u32,
  neighbours: u32,
  capacity: u32,  // candidates that a query has room for
}
