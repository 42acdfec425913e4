/** What a twin computes, and what it finds undecided. */
import type { TrainingOptions } from "../config.ts";
import type { GoldenStep } from "../golden.ts";

/** What the twin needs of a golden step, or of any other. */
export type TwinStep = Pick<GoldenStep, "count" | "mode" | "operations" | "adjacency" | "noise" | "keep" | "start">;
export type TwinOptions = Pick<TrainingOptions, "dropout" | "klWeight" | "variational">;

/** One of a step's ReLUs. */
export interface Relu {
  /** Index into the layout's stages. */
  readonly stage: number;
  /** Of R. */
  readonly row: number;
  /** Of H. */
  readonly feature: number;
}

/** A ReLU whose input rounding may put on either side of zero. */
export interface Decided extends Relu {
  readonly value: number;
  /** How far rounding may move it. */
  readonly bound: number;
}
