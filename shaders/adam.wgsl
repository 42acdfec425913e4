// Last dispatch of a step. Every workgroup but the first: clip by the global norm and Adam (Kingma and Ba, 2015, algorithm 1)
// over the packed parameters. The first keeps the books: metrics, statistics of mu for prior sampling, the next step's batch.

@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<uniform> books: Books;
@group(0) @binding(2) var<storage, read> graphs: array<u32>;
@group(0) @binding(3) var<storage, read_write> control: Control;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> optimizer: array<vec4f>;    // gradient, then m, then v
@group(0) @binding(6) var<storage, read> activations: array<f32>;
@group(0) @binding(7) var<storage, read> partials: array<f32>;
@group(0) @binding(8) var<storage, read> norms: array<f32>;
@group(0) @binding(9) var<storage, read_write> report: array<f32>;

struct Books {
  parameterQuads: u32,  // vec4f of the parameter buffer
  mu: u32,              // activations, [graph][node][LATENT]
  sums: u32,            // partials, [graph][SUMS]
  adamStep: u32,        // partials: t, from 1
  prior: u32,           // report: mean and squared deviations of mu, [node][LATENT] each
}

const WORKERS = 64u;
const SLOTS = 2u;
const CELLS = NODES * LATENT;
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
// -ln(beta), to double precision before rounding.
const DECAY1 = 0.105360515657826301;
const DECAY2 = 0.00100050033358353350;

// 1 - exp(-x) without cancellation: bias corrections must be right at t = 1 too.
fn oneMinusExp(x: f32) -> f32 {
  if (x > 0.1) { return 1.0 - exp(-x); }
  return x * (1.0 - x * (0.5 - x * (0.16666667 - x * (0.041666668 - x * 0.008333334))));
}

fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }

@compute @workgroup_size(WORKERS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  var epsilon = vec4f();
  for (var layer = 0u; layer < LAYERS; layer++) {
    // Shares of the columns, by thread: HIDDEN / 4 of them, never more than WORKERS.
    epsilon[layer] = select(0.0, norms[EPSILON_SLOTS + layer * QUADS + min(thread, QUADS - 1u)], thread < QUADS);
  }
  var square = 0.0;
  for (var slot = thread; slot < NORMS; slot += WORKERS) { square += norms[slot]; }
  contribute(0u, epsilon, thread);
  contribute(1u, vec4f(square, 0.0, 0.0, 0.0), thread);
  workgroupBarrier();
  epsilon = select(total(0u, thread), vec4f(), CONVOLUTION);
  square = total(1u, thread).x + dot(epsilon, epsilon);
  let norm = sqrt(square);
  if (group.x == 0u) {
    keepBooks(norm, epsilon, thread);
  } else if (isFinite(square)) {
    let quads = books.parameterQuads;
    let clip = min(1.0, run.clipNorm / (norm + 1e-6));
    let t = partials[books.adamStep];
    let correction1 = oneMinusExp(t * DECAY1);
    let correction2 = sqrt(oneMinusExp(t * DECAY2));
    for (var i = (group.x - 1u) * WORKERS + thread; i < quads; i += (groups.x - 1u) * WORKERS) {
      var gradient = optimizer[i];
      if (i == 0u) { gradient = epsilon; }
      gradient *= clip;
      let m = BETA1 * optimizer[quads + i] + (1.0 - BETA1) * gradient;
      let v = BETA2 * optimizer[2u * quads + i] + (1.0 - BETA2) * gradient * gradient;
      optimizer[quads + i] = m;
      optimizer[2u * quads + i] = v;
      parameters[i] -= (run.learningRate / correction1) * m / (sqrt(v) / correction2 + EPSILON);
    }
  }
}

fn keepBooks(norm: f32, epsilon: vec4f, thread: u32) {
  let step = control.step;
  let index = control.index;
  let count = control.count;
  // Sums of mu over the epoch: this batch's mean and squared deviations, merged with those before (Chan et al., 1983).
  let before = f32(index * run.batch);
  let now = f32(count);
  for (var i = thread; i < CELLS; i += WORKERS) {
    var mean = 0.0;
    for (var graph = 0u; graph < count; graph++) { mean += activations[books.mu + graph * CELLS + i]; }
    mean /= now;
    var deviation = 0.0;
    for (var graph = 0u; graph < count; graph++) {
      let d = activations[books.mu + graph * CELLS + i] - mean;
      deviation += d * d;
    }
    if (index != 0u) {
      let difference = mean - report[books.prior + i];
      mean = report[books.prior + i] + difference * now / (before + now);
      deviation += report[books.prior + CELLS + i] + difference * difference * before * now / (before + now);
    }
    report[books.prior + i] = mean;
    report[books.prior + CELLS + i] = deviation;
  }
  if (thread == 0u) {
    optimizer[0] = epsilon;
    var losses = vec3f();
    for (var graph = 0u; graph < count; graph++) {
      let at = books.sums + graph * SUMS + LOSSES_AT;
      losses += vec3f(partials[at], partials[at + 1u], partials[at + 2u]);
    }
    let slot = (step % METRICS) * METRIC_FLOATS;
    report[slot] = f32(step);
    report[slot + 1u] = losses.x + losses.y + losses.z;
    report[slot + 2u] = losses.x;
    report[slot + 3u] = losses.y;
    report[slot + 4u] = losses.z;
    report[slot + 5u] = norm;
  }
  storageBarrier();
  workgroupBarrier();
  writeBatch(step + 1u, thread);
}
