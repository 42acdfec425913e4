// The decoder without dropout: one thread a node of a latent point. Output a node: OPERATIONS operation logits, then NODES
// adjacency logits (the inner products with every node of its graph).

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(2) var<storage, read> latents: array<f32>;                // [point][node][LATENT]
@group(0) @binding(3) var<storage, read_write> logits: array<f32>;           // [point][node][OPERATIONS + NODES]

struct Job {
  count: u32,   // points
  weight: u32,  // parameters, vec4f
  bias: u32,
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let node = id.x;
  if (node >= job.count * NODES) { return; }
  let first = node - node % NODES;
  for (var k = 0u; k < OPERATIONS; k++) {
    var logit = parameters[job.bias + k / 4u][k % 4u];
    for (var d = 0u; d < LATENT; d++) { logit += latents[node * LATENT + d] * parameters[job.weight + (k * LATENT + d) / 4u][d % 4u]; }
    logits[node * (OPERATIONS + NODES) + k] = logit;
  }
  for (var other = 0u; other < NODES; other++) {
    var logit = 0.0;
    for (var d = 0u; d < LATENT; d++) { logit += latents[node * LATENT + d] * latents[(first + other) * LATENT + d]; }
    logits[node * (OPERATIONS + NODES) + OPERATIONS + other] = logit;
  }
}
