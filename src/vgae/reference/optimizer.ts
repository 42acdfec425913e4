/** Gradient clipping and Adam as PyTorch computes them, over named tensors. */
import * as tf from "@tensorflow/tfjs-core";
import type { TrainingOptions } from "../config.ts";
import { mapNamed, type Named, named, type StateTensors } from "./tensors.ts";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Euclidean norm over all tensors together, a scalar. (Not addN: on WebGPU it binds every summand at once, beyond the limit.) */
export function globalNorm(gradients: Named): tf.Tensor {
  return tf.sqrt(tf.sum(tf.stack(Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient))))));
}

/** Scales gradients by min(1, bound / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_ does. */
export function clip(gradients: Named, norm: tf.Tensor, bound: number): Named {
  const factor = tf.minimum(1, tf.div(bound, tf.add(norm, 1e-6)));
  return mapNamed(gradients, (gradient) => tf.mul(gradient, factor));
}

/** One update (Kingma and Ba, 2015, algorithm 1): new weights and moments. `state.step` counts the updates before it. */
export function adam(
  state: Pick<StateTensors, "parameters" | "adamM" | "adamV" | "step">,
  gradients: Named,
  options: Pick<TrainingOptions, "learningRate">,
): Pick<StateTensors, "parameters" | "adamM" | "adamV"> {
  const update = state.step + 1;
  const stepSize = options.learningRate / (1 - BETA1 ** update);
  const correction = 1 / Math.sqrt(1 - BETA2 ** update);
  const adamM = mapNamed(state.adamM, (m, name) => tf.add(tf.mul(m, BETA1), tf.mul(named(gradients, name), 1 - BETA1)));
  const adamV = mapNamed(state.adamV, (v, name) =>
    tf.add(tf.mul(v, BETA2), tf.mul(tf.square(named(gradients, name)), 1 - BETA2)),
  );
  const parameters = mapNamed(state.parameters, (weight, name) => {
    const scale = tf.add(tf.mul(tf.sqrt(named(adamV, name)), correction), EPSILON);
    return tf.sub(weight, tf.mul(tf.div(named(adamM, name), scale), stepSize));
  });
  return { parameters, adamM, adamV };
}
