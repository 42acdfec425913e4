// Logarithm of the expected improvement over `goal`: the twin of src/search/dngo/acquisition.ts, which says why.

const LOG_SQRT_2PI = 0.9189385332046727;
const TAIL_FROM = 2.0;
const TERMS = 14u;
const FRACTIONS = 14u;

// 1 - x (1 - Phi(x)) / phi(x) for x >= TAIL_FROM: c / (x + c) with Laplace's continued fraction c = 1 / (x + 2 / (x + 3 / ...)).
fn tailImprovement(x: f32) -> f32 {
  var c = 0.0;
  for (var k = FRACTIONS; k >= 1u; k--) { c = f32(k) / (x + c); }
  return c / (x + c);
}

// log(phi(u) + u Phi(u)).
fn logImprovement(u: f32) -> f32 {
  let x = abs(u);
  if (x >= TAIL_FROM) {
    let improvement = tailImprovement(x);
    if (u < 0.0) { return -0.5 * x * x - LOG_SQRT_2PI + log(improvement); }
    return log(x + exp(-0.5 * x * x - LOG_SQRT_2PI) * improvement);
  }
  // Phi(x) - 1/2 = phi(x) (x + x^3/3 + x^5/(3*5) + ...), all terms positive.
  let density = exp(-0.5 * x * x - LOG_SQRT_2PI);
  var term = x;
  var sum = x;
  for (var k = 1u; k <= TERMS; k++) {
    term *= x * x / f32(2u * k + 1u);
    sum += term;
  }
  return log(density + u * (0.5 + select(-density, density, u > 0.0) * sum));
}

fn score(mean: f32, variance: f32, goal: f32) -> f32 {
  let spread = select(sqrt(variance), variance, asked(VARIANCE));
  return log(spread) + logImprovement((mean - goal) / spread);
}
