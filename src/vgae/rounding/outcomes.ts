/**
 * Golden steps in which rounding decides: where a ReLU input lies within float32's rounding of zero, whether it passes is open, and with
 * it every gradient that goes through it; losses and activations hardly change. A step is then held against the outcome that the engine
 * took: the golden gradients, plus what the float64 twin says that turning those ReLUs changes. Every tensor still has to meet its
 * tolerance, so anything else that is wrong remains wrong.
 */
import type { TrainingOptions } from "../config.ts";
import {
  type Comparison,
  compare,
  compareStep,
  type Golden,
  type GoldenStep,
  isWithin,
  namedResult,
  type StepResult,
} from "../golden.ts";
import { type Layout, parameterLayout } from "../layout.ts";
import type { TrainingState } from "../state.ts";
import type { Decided } from "./problem.ts";
import { type Twin, twinOf } from "./twin.ts";

export interface Judged {
  /** Every expected tensor of the step, in the order of the file. */
  readonly tensors: readonly Comparison[];
  /** ReLU inputs decided by rounding that the engine took otherwise than the file; empty where the file's own numbers were met, or could not be. */
  readonly decided: readonly Decided[];
}

/** A golden step against what an engine computed from its start, whichever way rounding decided. */
export function judgeStep({ shape, options }: Pick<Golden, "shape" | "options">, step: GoldenStep, ours: StepResult): Judged {
  const layout = parameterLayout(shape);
  const plain: Judged = { tensors: compareStep(step, ours, layout), decided: [] };
  if (plain.tensors.every(isWithin)) return plain;
  const twin = twinOf(shape, options, step);
  const golden = packedGradients(step.expected, layout);
  const [theirs, own] = outcomesOf(twin, [golden, ours.gradients]) as [Decided[], Decided[]];
  const decided = twin.decided.filter((relu) => theirs.includes(relu) !== own.includes(relu));
  if (decided.length === 0) return plain;
  const [from, to] = [twin.gradients(theirs), twin.gradients(own)];
  const gradients = golden.map((value, i) => value + (to[i] as number) - (from[i] as number));
  const before = updated(step.start, golden, options);
  const weights = updated(step.start, gradients, options).map((value, i) => value - (before[i] as number));
  const expected = new Map(step.expected);
  expected.set("grad_norm", Float32Array.of(normOf(gradients)));
  for (const { name, offset, size } of layout.parameters) {
    expected.set(`grad/${name}`, Float32Array.from(gradients.subarray(offset, offset + size)));
    const after = step.expected.get(`after/${name}`);
    if (after)
      expected.set(
        `after/${name}`,
        after.map((value, i) => value + (weights[offset + i] as number)),
      );
  }
  const tensors = compare(expected, namedResult(ours, layout));
  return tensors.every(isWithin) ? { tensors, decided } : plain;
}

/**
 * Which of a step's undecided ReLUs did the other than in float64, told from the gradients that came of it, for each of `targets`: one
 * after the other is turned for as long as that brings the twin's gradients nearer.
 */
function outcomesOf({ decided, gradients }: Twin, targets: readonly ArrayLike<number>[]): Decided[][] {
  const usual = gradients();
  const effects = decided.map((relu) => {
    const effect = gradients([relu]).map((value, i) => value - (usual[i] as number));
    return { relu, effect, square: dot(effect, effect) };
  });
  return targets.map((target) => {
    const turned: Decided[] = [];
    const residual = usual.map((value, i) => (target[i] as number) - value);
    for (;;) {
      let best: ((typeof effects)[number] & { readonly gain: number }) | undefined;
      for (const each of effects) {
        if (turned.includes(each.relu)) continue;
        // |r|^2 - |r - d|^2
        const gain = 2 * dot(residual, each.effect) - each.square;
        if (gain > (best?.gain ?? 0)) best = { ...each, gain };
      }
      if (!best) return turned;
      turned.push(best.relu);
      for (let i = 0; i < residual.length; i++) residual[i] = (residual[i] as number) - (best.effect[i] as number);
    }
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

const normOf = (values: Float64Array): number => Math.sqrt(dot(values, values));

function packedGradients(expected: ReadonlyMap<string, Float32Array>, { parameters, parameterFloats }: Layout): Float64Array {
  const packed = new Float64Array(parameterFloats);
  for (const { name, offset } of parameters) packed.set(expected.get(`grad/${name}`) ?? [], offset);
  return packed;
}

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/** Parameters after a clipped step of Adam, in double precision (Kingma and Ba, 2015, algorithm 1). */
export function updated(
  { parameters, adamM, adamV, step }: TrainingState,
  gradients: Float64Array,
  { learningRate, clipNorm }: Pick<TrainingOptions, "learningRate" | "clipNorm">,
): Float64Array {
  const clip = Math.min(1, clipNorm / (normOf(gradients) + 1e-6));
  const [first, second] = [1 - BETA1 ** (step + 1), 1 - BETA2 ** (step + 1)];
  return gradients.map((gradient, i) => {
    const m = BETA1 * (adamM[i] as number) + (1 - BETA1) * clip * gradient;
    const v = BETA2 * (adamV[i] as number) + (1 - BETA2) * (clip * gradient) ** 2;
    return (parameters[i] as number) - (learningRate * (m / first)) / (Math.sqrt(v / second) + EPSILON);
  });
}
