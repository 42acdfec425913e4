// Sizes derived from the constants that the host puts before this text (src/vgae/webgpu/constants.ts):
// NODES, OPERATIONS, HIDDEN, LATENT, LAYERS, STAGES, BATCH, BLOCKS, THREADS, ADJACENCY_WORDS, OPERATION_BITS, OPERATIONS_PER_WORD, GRAPH_WORDS,
// COLUMNS (features a workgroup owns: 4, or 8, the size of a subgroup), SUBGROUP (0: subgroups are not used),
// the type Held of what the products hold of weights and activations (f32, or f16: sums and everything else are f32),
// and the flags INJECT (noise and masks come from a buffer), EVALUATE (no statistics, nothing kept for a backward pass) and
// CONVOLUTION (layers are graph convolutions and not GIN layers).
//
// Matrices of activations are feature-major: [feature][row], rows = all nodes of all graphs of the batch, padded ones included.
// A thread owns four consecutive rows, one vec4f, so a matrix is read as [feature][block], BLOCKS blocks a feature
// (some more than are used: the stride of a cache-friendly matrix).

const STRIDE = BLOCKS * 4u;
const HEAD = 2u * LATENT;
// What a graph adds up over the batch, in the order of the parameter buffer: gradients of both head biases, decoder weight and
// decoder bias; then, from the next multiple of four, the three loss terms.
const SMALL_GRADIENTS = HEAD + OPERATIONS * (LATENT + 1u);
const LOSSES_AT = (SMALL_GRADIENTS + 3u) / 4u * 4u;
const SUMS = LOSSES_AT + 4u;
// Float slots of `norms`: per stage, squared norms by column quad and by block of weight tiles; the head's small gradients; then
// the shares of the eps gradients, by layer and column quad.
const QUADS = HIDDEN / 4u;
const STAGE_NORMS = QUADS + WEIGHT_GROUPS;
const NORMS = STAGES * STAGE_NORMS + 1u;
const EPSILON_SLOTS = NORMS;
const TILES = COLUMNS / 4u;
const WEIGHT_GROUPS = (QUADS * QUADS / TILES + THREADS - 1u) / THREADS;

const MODE_TRAIN = 0u;
const MODE_FROZEN = 1u;

// What the schedule says about the step under way. Written by `adam.wgsl` at the end of the step before.
struct Control {
  step: u32,
  epoch: u32,
  index: u32,  // of the batch in its epoch
  count: u32,  // graphs in the batch
  mode: u32,
  // One word a row: bits 0..15 = neighbours within the graph (symmetric), bits 16.. = operation (all ones: padding).
  rows: array<u32, STRIDE>,
}

// What holds for a whole run.
struct Run {
  seed: u32,
  count: u32,          // graphs trained on
  batch: u32,          // graphs a full batch
  frozenFrom: u32,     // first epoch in frozen mode
  reshuffle: u32,      // 1: a new permutation each epoch
  shuffle: u32,        // 0: official order, for checks
  halfBits: u32,       // half the width of the Feistel network
  learningRate: f32,
  dropout: f32,
  clipNorm: f32,
  klWeight: f32,
  rounds: u32,         // of the Feistel network
  variational: u32,    // 0: z = mu, without noise
}

fn neighboursOf(row: u32) -> u32 { return row & 0xffffu; }
fn operationOf(row: u32) -> u32 { return row >> 16u; }
