/** Stochastic gradient descent with Nesterov momentum, weight decay on all weights, and a learning rate that falls to 0 along half a cosine. */
export interface TrainingSchedule {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** 0..1. */
  readonly momentum: number;
  readonly weightDecay: number;
}

/** As NAS-Bench-201 trains (Dong and Yang, ICLR 2020, table 1), but for the number of epochs and the batch. */
export const DEFAULT_SCHEDULE: TrainingSchedule = {
  epochs: 3,
  batchSize: 100,
  learningRate: 0.1,
  momentum: 0.9,
  weightDecay: 5e-4,
};
