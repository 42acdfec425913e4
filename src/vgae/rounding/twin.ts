/**
 * A training step in double precision, for checks of engines that compute in single precision: its gradients, and which of its ReLU
 * inputs lie so near to zero that rounding decides whether they pass. There two correct engines may differ, and with them all gradients
 * before that ReLU; `outcomes.ts` takes it into account. Letters: R rows (all nodes of all graphs), N nodes a graph, H hidden features.
 */
import type { ModelShape } from "../config.ts";
import { type Layout, parameterLayout } from "../layout.ts";
import { type Encoded, encodeTwin } from "./encoder.ts";
import { outputGradients } from "./head.ts";
import { neighbourhoods, weighted } from "./neighbourhood.ts";
import type { Decided, Relu, TwinOptions, TwinStep } from "./problem.ts";

export interface Twin {
  readonly decided: readonly Decided[];
  /**
   * Gradients before clipping, packed like the parameters.
   * @param turned these ReLUs do the other than their inputs say
   */
  gradients(turned?: readonly Relu[]): Float64Array;
}

export function twinOf(shape: ModelShape, options: TwinOptions, step: TwinStep): Twin {
  const layout = parameterLayout(shape);
  const weights = viewsOf(step.start.parameters, layout.parameters);
  const running = viewsOf(step.start.running, layout.running);
  const graphs = neighbourhoods(shape, step);
  const encoded = encodeTwin(shape, layout, { weights, running, graphs }, step);
  const outputs = outputGradients(shape, options, step, weights, encoded.output);
  return {
    decided: encoded.decided,
    gradients(turned = []) {
      const into = new Float64Array(layout.parameterFloats);
      const of = viewsOf(into, layout.parameters);
      for (const [name, values] of outputs.gradients) of(name).set(values);
      const passes = encoded.stages.map(({ passes: usual }) => usual.slice());
      for (const { stage, row, feature } of turned) {
        const own = passes[stage] as Uint8Array;
        own[row * shape.hidden + feature] = 1 - (own[row * shape.hidden + feature] as number);
      }
      carryBack(shape, layout, { weights, graphs, encoded, passes, train: step.mode === "train" }, outputs.hidden, of);
      return into;
    },
  };
}

/** Views of packed tensors by name. */
function viewsOf<A extends Float32Array | Float64Array>(packed: A, tensors: Layout["parameters"]): (name: string) => A {
  const views = new Map(tensors.map(({ name, offset, size }) => [name, packed.subarray(offset, offset + size) as A]));
  return (name) => {
    const view = views.get(name);
    if (!view) throw new Error(`There is no tensor ${name}.`);
    return view;
  };
}

interface Backward {
  readonly weights: (name: string) => Float32Array;
  readonly graphs: ReturnType<typeof neighbourhoods>;
  readonly encoded: Encoded;
  /** Of each stage, R x H: 1 where the ReLU passes. */
  readonly passes: readonly Uint8Array[];
  readonly train: boolean;
}

/** From the gradient of the last stage's output (R x H) to those of all weights of the encoder, written into `of`. */
function carryBack(
  shape: ModelShape,
  layout: Layout,
  { weights, graphs, encoded, passes, train }: Backward,
  outputGradient: Float64Array,
  of: (name: string) => Float64Array,
): void {
  const { hidden } = shape;
  let back = outputGradient;
  for (let s = layout.stages.length - 1; s >= 0; s--) {
    const { inputs, linear, norm, layer, aggregates } = layout.stages[s] as Layout["stages"][number];
    const { input, source, normalized, inverseStd } = encoded.stages[s] as Encoded["stages"][number];
    const rows = back.length / hidden;
    const scale = weights(`${norm}.weight`);
    const [scaleGradient, shiftGradient] = [of(`${norm}.weight`), of(`${norm}.bias`)];
    const pass = passes[s] as Uint8Array;
    const gradient = back.map((value, i) => (pass[i] === 1 ? value : 0));
    for (let at = 0; at < gradient.length; at++) {
      const j = at % hidden;
      const value = gradient[at] as number;
      scaleGradient[j] = (scaleGradient[j] as number) + value * (normalized[at] as number);
      shiftGradient[j] = (shiftGradient[j] as number) + value;
    }
    const bias = of(`${linear}.bias`);
    for (let at = 0; at < gradient.length; at++) {
      const j = at % hidden;
      const along = (shiftGradient[j] as number) + (normalized[at] as number) * (scaleGradient[j] as number);
      const centred = (gradient[at] as number) - (train ? along / rows : 0);
      gradient[at] = centred * (scale[j] as number) * (inverseStd[j] as number);
      // Before batch statistics a bias has no effect: exactly zero.
      if (!train) bias[j] = (bias[j] as number) + (gradient[at] as number);
    }
    const weight = weights(`${linear}.weight`);
    const weightGradient = of(`${linear}.weight`);
    const before = new Float64Array(rows * inputs);
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < hidden; j++) {
        const value = gradient[row * hidden + j] as number;
        if (value === 0) continue;
        for (let k = 0; k < inputs; k++) {
          const at = row * inputs + k;
          weightGradient[j * inputs + k] = (weightGradient[j * inputs + k] as number) + value * (input[at] as number);
          before[at] = (before[at] as number) + value * (weight[j * inputs + k] as number);
        }
      }
    }
    if (aggregates && shape.encoder === "gin") {
      let sum = 0;
      for (let i = 0; i < before.length; i++) sum += (before[i] as number) * (source[i] as number);
      of("eps")[layer] = sum;
    }
    back = aggregates ? weighted(before, inputs, graphs.weights(layer, weights)) : before;
  }
}
