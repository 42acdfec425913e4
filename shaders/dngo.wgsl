// What the kernels of many Bayesian optimisations share (src/surrogates/webgpu). Every search has one place in every buffer; a
// dispatch works for the searches slots[first], slots[first + 1], ..., which have all observed the same number of architectures.
// Architectures are named by their position among the candidates. The host puts ROW (vec4f a point), INPUTS (its numbers),
// HIDDEN, BATCH (rows of a training step at most) and CHUNK (candidates a thread) before this text; all other sizes stand in the job, so that
// searches of any length and number share their compiled kernels.

struct Job {
  first: u32,
  searches: u32,
  candidates: u32,
  rows: u32,         // observations so far
  fresh: u32,        // those before the last round
  round: u32,        // of models, from 1
  size: u32,         // rows of a training step
  epochs: u32,       // of one dispatch
  totalEpochs: u32,
  picks: u32,        // architectures to propose
  tiles: u32,        // workgroups over the candidates
  workers: u32,      // workgroups a search that work out exact variances
  learningRate: f32,
  goal: f32,         // value to improve on, where it is not the best one so far
  flags: u32,
  capacity: u32,     // observations there is room for
  slots: u32,        // the same, even
  places: u32,       // searches there is room for
  stride: u32,       // candidates, rounded up to a multiple of 32
  basis: u32,        // vec4f of a search's basis: a slot's singular value and label each, the directions, their variances
  units: u32,        // UNITS, which compilers would unroll loops by if they knew it
}

const STANDARDISED = 1u;   // labels
const INCUMBENT = 2u;      // is the value to improve on
const VARIANCE = 4u;       // stands where the standard deviation belongs, as in the released code
const UNSQUARED = 8u;      // norm of the residual, as in the released code
const UNSEEN = 16u;        // only architectures not yet observed are proposed

fn asked(flag: u32) -> bool { return (job.flags & flag) != 0u; }

const UNITS = HIDDEN / 4u;
// vec4f of a unit of the network: its weights, then bias, output weight and the output bias of the network.
const UNIT = ROW + 1u;
// Directions that the bounds of a variance know.
const KNOWN = 8u;
// vec4f of a unit in the model that candidates are judged by: weights for raw points, then bias and mean of the posterior weight,
// then the first KNOWN directions.
const RECORD = ROW + 3u;
// vec4f of a search's facts: means and deviations of its points, then mean and deviation of its labels and the value to improve
// on, then variance of prior and noise, directions, and the variance in the next direction after the first KNOWN.
const FACTS = 2u * ROW + 2u;
const LEAST = -3.0e38;

// The tanh of src/search/dngo/network.ts: Lambert's continued fraction for tanh(x / 2), then the double angle.
fn tanhOf(x: vec4f) -> vec4f {
  let h = 0.5 * clamp(x, vec4f(-10.0), vec4f(10.0));
  let s = h * h;
  let p = h * (135135.0 + s * (17325.0 + s * (378.0 + s)));
  let q = 135135.0 + s * (62370.0 + s * (3150.0 + 28.0 * s));
  return clamp((2.0 * p * q) / (p * p + q * q), vec4f(-1.0), vec4f(1.0));
}
