// The decoder without dropout: one thread a node of a latent point. Operation logits of all points come first, then adjacency
// logits, the inner products of a node with every node of its graph.

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(2) var<storage, read> latents: array<vec4f>;              // [point][node][LATENT]
@group(0) @binding(3) var<storage, read_write> logits: array<f32>;           // [point][node][OPERATIONS], then [point][node][NODES]

// Lengths of loops are here, because compilers for CPU adapters unroll what they can count: ten times as long.
struct Job {
  count: u32,       // points
  weight: u32,      // parameters, vec4f
  bias: u32,
  operations: u32,  // = OPERATIONS
  nodes: u32,       // = NODES
}

const LATENT_QUADS = LATENT / 4u;

fn sumOf(v: vec4f) -> f32 { return ((v.x + v.y) + v.z) + v.w; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let node = id.x;
  if (node >= job.count * NODES) { return; }
  var own = array<vec4f, LATENT_QUADS>();
  for (var d = 0u; d < LATENT_QUADS; d++) { own[d] = latents[node * LATENT_QUADS + d]; }
  for (var k = 0u; k < job.operations; k++) {
    var sum = vec4f();
    for (var d = 0u; d < LATENT_QUADS; d++) { sum += own[d] * parameters[job.weight + k * LATENT_QUADS + d]; }
    logits[node * OPERATIONS + k] = parameters[job.bias + k / 4u][k % 4u] + sumOf(sum);
  }
  let first = node - node % NODES;
  let adjacency = job.count * NODES * OPERATIONS + node * NODES;
  for (var other = 0u; other < job.nodes; other++) {
    var sum = vec4f();
    for (var d = 0u; d < LATENT_QUADS; d++) { sum += own[d] * latents[(first + other) * LATENT_QUADS + d]; }
    logits[adjacency + other] = sumOf(sum);
  }
}
