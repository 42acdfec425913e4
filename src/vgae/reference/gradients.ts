/**
 * The derivatives that TensorFlow.js's autodiff needs for the model's forward pass. The library keeps its own in
 * `dist/register_all_gradients.js`, a module that bundlers can load and Node cannot (ES syntax in a CommonJS package), so the
 * dozen rules in use stand here: the same in a page, a worker and Node. A rule that is already registered is left alone.
 */
import * as tf from "@tensorflow/tfjs-core";

type Rule = tf.GradConfig;

/** Swaps the last two axes: a matrix, or a batch of them, transposed. */
export function turned(x: tf.Tensor): tf.Tensor {
  return tf.transpose(x, x.rank === 3 ? [0, 2, 1] : [1, 0]);
}

/** Sums a gradient over the axes along which `shape` was broadcast. */
function unbroadcast(gradient: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, shape);
}

type Unary = (dy: tf.Tensor, saved: tf.Tensor) => tf.Tensor;

const ofInput = (kernelName: string, rule: Unary): Rule => ({
  kernelName,
  inputsToSave: ["x"],
  gradFunc: (dy, [x]) => ({ x: () => rule(dy as tf.Tensor, x as tf.Tensor) }),
});

const ofOutput = (kernelName: string, rule: Unary): Rule => ({
  kernelName,
  outputsToSave: [true],
  gradFunc: (dy, [y]) => ({ x: () => rule(dy as tf.Tensor, y as tf.Tensor) }),
});

type Binary = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const ofBoth = (kernelName: string, left: Binary, right: Binary): Rule => ({
  kernelName,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    return {
      a: () => unbroadcast(left(dy as tf.Tensor, a, b), a.shape),
      b: () => unbroadcast(right(dy as tf.Tensor, a, b), b.shape),
    };
  },
});

const RULES: readonly Rule[] = [
  ofBoth(
    tf.Add,
    (dy) => dy,
    (dy) => dy,
  ),
  ofBoth(
    tf.Sub,
    (dy) => dy,
    (dy) => tf.neg(dy),
  ),
  ofBoth(
    tf.Multiply,
    (dy, _, b) => tf.mul(dy, b),
    (dy, a) => tf.mul(dy, a),
  ),
  ofInput(tf.Relu, (dy, x) => tf.mul(dy, tf.step(x))),
  ofInput(tf.Square, (dy, x) => tf.mul(dy, tf.mul(x, 2))),
  ofInput(tf.Softplus, (dy, x) => tf.mul(dy, tf.sigmoid(x))),
  ofInput(tf.Reshape, (dy, x) => tf.reshape(dy, x.shape)),
  ofOutput(tf.Exp, (dy, y) => tf.mul(dy, y)),
  ofOutput(tf.Rsqrt, (dy, y) => tf.mul(dy, tf.mul(tf.mul(y, tf.square(y)), -0.5))),
  {
    kernelName: tf.Sum,
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attrs) => {
      const { shape } = x as tf.Tensor;
      const kept = [...shape];
      for (const axis of tf.util.parseAxisParam(attrs["axis"] as number[], shape)) kept[axis] = 1;
      return { x: () => tf.mul(tf.reshape(dy as tf.Tensor, kept), tf.ones(shape)) };
    },
  },
  {
    kernelName: tf.Slice,
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attrs) => {
      const { shape } = x as tf.Tensor;
      const [begin, size] = [attrs["begin"], attrs["size"]].map((value) => [value].flat() as number[]) as [number[], number[]];
      const [begins, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [number[], number[]];
      const around = shape.map((length, i): [number, number] => {
        const first = begins[i] as number;
        return [first, length - first - (sizes[i] as number)];
      });
      return { x: () => tf.pad(dy as tf.Tensor, around) };
    },
  },
  {
    kernelName: tf.Transpose,
    inputsToSave: [],
    gradFunc: (dy, _, attrs) => ({
      x: () => tf.transpose(dy as tf.Tensor, tf.backend_util.getUndoAxesPermutation(attrs["perm"] as number[])),
    }),
  },
  {
    // Transposed by an op of its own, here as in the model: WebAssembly multiplies fast only what is not transposed on the fly.
    kernelName: tf.BatchMatMul,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved, attrs) => {
      if (attrs["transposeA"] || attrs["transposeB"])
        throw new Error("Reference model: expected matMul without transposition flags.");
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      return { a: () => tf.matMul(dy as tf.Tensor, turned(b)), b: () => tf.matMul(turned(a), dy as tf.Tensor) };
    },
  },
];

/** Makes the model differentiable; safe to call more than once. */
export function registerGradients(): void {
  for (const rule of RULES) if (!tf.getGradient(rule.kernelName)) tf.registerGradient(rule);
}
