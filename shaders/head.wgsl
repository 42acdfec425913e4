// Everything between the last hidden layer and the loss, one workgroup a graph: mu and log sigma, reparameterisation, dropout,
// decoder, the three loss terms and their gradients back to mu and log sigma (arch2vec, equations 3 to 7).
// Latents and logits are graph-major, [graph][node][...], in floats.

@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<uniform> stage: Stage;   // the two heads as one linear map; weight, bias, input, gradient are used
@group(0) @binding(2) var<uniform> outputs: HeadOutputs;
@group(0) @binding(3) var<storage, read> control: Control;
@group(0) @binding(4) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> activations: array<f32>;
@group(0) @binding(6) var<storage, read_write> partials: array<f32>;

struct HeadOutputs {
  // Floats in activations.
  mu: u32,
  logvar: u32,
  operationLogits: u32,
  adjacencyLogits: u32,
  noise: u32,          // injected noise and dropout masks, [graph][node][LATENT]
  keep: u32,
  // Floats in partials.
  sums: u32,           // [graph][SUMS]
  adamStep: u32,
  decoderWeight: u32,  // parameters, vec4f
  decoderBias: u32,
}

const WORKERS = HEAD_THREADS;
const CELLS = NODES * LATENT;
const EDGES = NODES * NODES;
const LABELS = NODES * OPERATIONS;
const NODE_LANES = (NODES + 7u) / 8u * 8u;
const HEAD_ROUNDS = (HEAD / COLUMNS * NODE_LANES + WORKERS - 1u) / WORKERS;

var<workgroup> heads: array<f32, NODES * HEAD>;      // mu and log sigma of each node
var<workgroup> latent: array<f32, CELLS>;            // what the decoder sees
var<workgroup> spread: array<f32, CELLS>;            // d latent / d log sigma
var<workgroup> kept: array<f32, CELLS>;              // dropout factor
var<workgroup> operationError: array<f32, LABELS>;   // dLoss / d logit
var<workgroup> adjacencyError: array<f32, EDGES>;
var<workgroup> headError: array<f32, NODES * HEAD>;
var<workgroup> losses: array<vec4f, WORKERS>;

fn softplus(x: f32) -> f32 { return max(x, 0.0) + log(1.0 + exp(-abs(x))); }
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }

fn noiseAt(element: u32) -> f32 {
  if (INJECT) { return activations[outputs.noise + element]; }
  return normal(vec2u(run.seed, STREAM_NOISE), vec2u(control.step, element));
}

fn keepAt(element: u32) -> f32 {
  if (INJECT) { return activations[outputs.keep + element]; }
  return select(0.0, 1.0, unitFloat(threefry(vec2u(run.seed, STREAM_DROPOUT), vec2u(control.step, element)).x) >= run.dropout);
}

@compute @workgroup_size(WORKERS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let graph = group.x;
  let firstRow = graph * NODES;
  if (graph >= control.count) {
    // Beyond a partial batch: gradients that later dispatches sum over must be zero.
    for (var i = thread; i < NODES * HEAD; i += WORKERS) {
      activations[4u * stage.gradient + (i / NODES) * STRIDE + firstRow + i % NODES] = 0.0;
    }
    for (var i = thread; i < SUMS; i += WORKERS) { partials[outputs.sums + graph * SUMS + i] = 0.0; }
    return;
  }
  let train = control.mode == MODE_TRAIN;

  // Linear heads: COLUMNS outputs of one node a thread; the threads of a subgroup have the same outputs.
  for (var round = 0u; round < HEAD_ROUNDS; round++) {
    let job = round * WORKERS + thread;
    let node = min(job % NODE_LANES, NODES - 1u);
    let output = min(job / NODE_LANES * COLUMNS, HEAD - COLUMNS);
    var sums = array<vec4f, TILES>();
    for (var t = 0u; t < TILES; t++) { sums[t] = parameters[stage.bias + output / 4u + t]; }
    var x = 4u * stage.input + firstRow + node;
    var w = stage.weight + output * QUADS;
    for (var k = 0u; k < stage.inputs; k += 4u) {
      let features = vec4f(activations[x], activations[x + STRIDE], activations[x + 2u * STRIDE], activations[x + 3u * STRIDE]);
      let weights = sharedParameters(w, QUADS, 1u, thread);
      for (var t = 0u; t < TILES; t++) {
        sums[t] += vec4f(vec4<Held>(features)) * mat4x4f(
          vec4f(weights[4u * t]), vec4f(weights[4u * t + 1u]), vec4f(weights[4u * t + 2u]), vec4f(weights[4u * t + 3u]));
      }
      x += 4u * STRIDE;
      w += 1u;
    }
    if (job % NODE_LANES < NODES && job / NODE_LANES * COLUMNS < HEAD) {
      for (var i = 0u; i < COLUMNS; i++) { heads[node * HEAD + output + i] = sums[i / 4u][i % 4u]; }
    }
  }
  workgroupBarrier();

  // Latents.
  let scale = 1.0 / f32(control.count * NODES);
  var klSum = 0.0;
  for (var i = thread; i < CELLS; i += WORKERS) {
    let node = i / LATENT;
    let mu = heads[node * HEAD + i % LATENT];
    let logvar = heads[node * HEAD + LATENT + i % LATENT];
    let element = graph * CELLS + i;
    activations[outputs.mu + element] = mu;
    activations[outputs.logvar + element] = logvar;
    klSum += 1.0 + 2.0 * logvar - mu * mu - exp(2.0 * logvar);
    kept[i] = 1.0;
    spread[i] = 0.0;
    latent[i] = mu;
    if (train) {
      if (run.variational == 1u) { spread[i] = exp(logvar) * noiseAt(element); }
      kept[i] = keepAt(element) / (1.0 - run.dropout);
      latent[i] = (mu + spread[i]) * kept[i];
    }
  }
  workgroupBarrier();

  // Decoder, losses and their gradients with respect to the logits.
  var operationSum = 0.0;
  for (var i = thread; i < LABELS; i += WORKERS) {
    let node = i / OPERATIONS;
    let k = i % OPERATIONS;
    var logit = parameters[outputs.decoderBias + k / 4u][k % 4u];
    for (var d = 0u; d < LATENT; d++) {
      logit += latent[node * LATENT + d] * parameters[outputs.decoderWeight + (k * LATENT + d) / 4u][d % 4u];
    }
    let label = select(0.0, 1.0, operationOf(control.rows[firstRow + node]) == k);
    activations[outputs.operationLogits + graph * LABELS + i] = logit;
    operationSum += softplus(logit) - label * logit;
    operationError[i] = (sigmoid(logit) - label) * scale / f32(OPERATIONS);
  }
  var adjacencySum = 0.0;
  for (var i = thread; i < EDGES; i += WORKERS) {
    let a = i / NODES;
    let b = i % NODES;
    var logit = 0.0;
    for (var d = 0u; d < LATENT; d++) { logit += latent[a * LATENT + d] * latent[b * LATENT + d]; }
    activations[outputs.adjacencyLogits + graph * EDGES + i] = logit;
    let label = f32((neighboursOf(control.rows[firstRow + a]) >> b) & 1u);
    adjacencyError[i] = 0.0;
    if (a != b) { adjacencyError[i] = (sigmoid(logit) - label) * scale / f32(NODES); }
    if (a < b) { adjacencySum += softplus(logit) - label * logit; }
  }
  losses[thread] = vec4f(operationSum, adjacencySum, klSum, 0.0);
  workgroupBarrier();

  // Back to the heads.
  for (var i = thread; i < CELLS; i += WORKERS) {
    let node = i / LATENT;
    let d = i % LATENT;
    var sum = 0.0;
    for (var other = 0u; other < NODES; other++) { sum += adjacencyError[node * NODES + other] * latent[other * LATENT + d]; }
    for (var k = 0u; k < OPERATIONS; k++) {
      sum += operationError[node * OPERATIONS + k] * parameters[outputs.decoderWeight + (k * LATENT + d) / 4u][d % 4u];
    }
    sum *= kept[i];
    let mu = heads[node * HEAD + d];
    let logvar = heads[node * HEAD + LATENT + d];
    let kl = run.klWeight * scale * scale;
    let muError = sum + kl * mu;
    let logvarError = sum * spread[i] + kl * (exp(2.0 * logvar) - 1.0);
    headError[node * HEAD + d] = muError;
    headError[node * HEAD + LATENT + d] = logvarError;
    activations[4u * stage.gradient + d * STRIDE + firstRow + node] = muError;
    activations[4u * stage.gradient + (LATENT + d) * STRIDE + firstRow + node] = logvarError;
  }
  workgroupBarrier();

  // This graph's share of the small gradients and of the losses.
  for (var i = thread; i < SUMS; i += WORKERS) {
    var sum = 0.0;
    if (i < HEAD) {
      for (var node = 0u; node < NODES; node++) { sum += headError[node * HEAD + i]; }
    } else if (i < HEAD + OPERATIONS * LATENT) {
      let k = (i - HEAD) / LATENT;
      for (var node = 0u; node < NODES; node++) { sum += operationError[node * OPERATIONS + k] * latent[node * LATENT + i % LATENT]; }
    } else if (i < SMALL_GRADIENTS) {
      let k = i - HEAD - OPERATIONS * LATENT;
      for (var node = 0u; node < NODES; node++) { sum += operationError[node * OPERATIONS + k]; }
    } else if (i >= LOSSES_AT) {
      let term = i - LOSSES_AT;
      for (var other = 0u; other < WORKERS; other++) { sum += losses[other][term]; }
      sum *= vec4f(scale / f32(OPERATIONS), scale / f32(NODES), -0.5 * scale * scale * run.klWeight, 0.0)[term];
    }
    partials[outputs.sums + graph * SUMS + i] = sum;
  }
  if (graph == 0u && thread == 0u) { partials[outputs.adamStep] = f32(control.step + 1u); }
}
