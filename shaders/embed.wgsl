// End of the encoder in evaluation mode: mu and log sigma a node, [graph][node][HEAD], or only the mean of mu over all nodes
// of a graph, [graph][LATENT]. A thread computes four of these values for one graph.

@group(0) @binding(0) var<uniform> stage: Stage;   // the two heads as one linear map
@group(0) @binding(1) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read> activations: array<f32>;
@group(0) @binding(4) var<storage, read_write> latents: array<vec4f>;

struct Job {
  count: u32,   // graphs
  means: u32,   // 1: write means only
}

const OUTPUT_QUADS = HEAD / 4u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let graph = id.x / OUTPUT_QUADS;
  let quad = id.x % OUTPUT_QUADS;
  if (graph >= job.count || (job.means == 1u && quad >= OUTPUT_QUADS / 2u)) { return; }
  let bias = parameters[stage.bias + quad];
  var mean = vec4f();
  for (var node = 0u; node < NODES; node++) {
    var sum = bias;
    var x = 4u * stage.input + graph * NODES + node;
    var w = stage.weight + quad * HIDDEN;
    for (var k = 0u; k < stage.inputs; k += 4u) {
      let features = vec4f(activations[x], activations[x + STRIDE], activations[x + 2u * STRIDE], activations[x + 3u * STRIDE]);
      sum += features * mat4x4f(parameters[w], parameters[w + QUADS], parameters[w + 2u * QUADS], parameters[w + 3u * QUADS]);
      x += 4u * STRIDE;
      w += 1u;
    }
    mean += sum;
    if (job.means == 0u) { latents[(graph * NODES + node) * OUTPUT_QUADS + quad] = sum; }
  }
  if (job.means == 1u) { latents[graph * (OUTPUT_QUADS / 2u) + quad] = mean / f32(NODES); }
}
