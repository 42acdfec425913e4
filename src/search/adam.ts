/**
 * Adam (Kingma and Ba, 2015) over one flat block of parameters, with PyTorch's defaults: betas 0.9 and 0.999, eps 1e-8
 * added to the corrected root.
 */
export interface Adam {
  /** One update of `parameters` along `gradients`; both of the length the optimiser was made for. */
  step(parameters: Float64Array, gradients: Float64Array): void;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

export function adam(length: number, learningRate: number): Adam {
  const mean = new Float64Array(length);
  const square = new Float64Array(length);
  let correction1 = 1;
  let correction2 = 1;
  return {
    step(parameters, gradients) {
      correction1 *= BETA1;
      correction2 *= BETA2;
      const rate = learningRate / (1 - correction1);
      const scale = 1 / Math.sqrt(1 - correction2);
      for (let i = 0; i < length; i++) {
        const gradient = gradients[i] as number;
        const m = BETA1 * (mean[i] as number) + (1 - BETA1) * gradient;
        const v = BETA2 * (square[i] as number) + (1 - BETA2) * gradient * gradient;
        mean[i] = m;
        square[i] = v;
        parameters[i] = (parameters[i] as number) - (rate * m) / (Math.sqrt(v) * scale + EPSILON);
      }
    },
  };
}
