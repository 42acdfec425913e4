import { InputError } from "../errors.ts";
import type { SpaceName } from "../spaces/space.ts";
import type { Shape } from "./network.ts";

/** How large the network around a cell is. */
export interface NetworkSize {
  /** Of the first stage; each further stage has twice as many. */
  readonly channels: number;
  /** Cells a stage, without those that reduce. */
  readonly cells: number;
  /** Between two of them the side is halved. */
  readonly stages: number;
  readonly image: Shape;
  readonly classes: number;
}

/** In which the benchmarks trained: NAS-Bench on CIFAR-10, DARTS (14 cells, two of which reduce) on ImageNet. */
export const PUBLISHED_SIZES: Readonly<Record<SpaceName, NetworkSize>> = {
  nasbench101: { channels: 128, cells: 3, stages: 3, image: { channels: 3, side: 32 }, classes: 10 },
  nasbench201: { channels: 16, cells: 5, stages: 3, image: { channels: 3, side: 32 }, classes: 10 },
  darts: { channels: 48, cells: 4, stages: 3, image: { channels: 3, side: 224 }, classes: 1000 },
};

/** From this side on DARTS begins with three convolutions that each halve the side, as on ImageNet. */
export const LARGE_SIDE = 64;

interface Range {
  readonly least: number;
  readonly most: number;
}

export const SIZE_RANGES = {
  channels: { least: 2, most: 512 },
  cells: { least: 1, most: 20 },
  stages: { least: 1, most: 4 },
  side: { least: 4, most: 512 },
  imageChannels: { least: 1, most: 16 },
  classes: { least: 2, most: 10_000 },
} as const satisfies Record<string, Range>;

const WORDS: Readonly<Record<keyof typeof SIZE_RANGES, string>> = {
  channels: "channels of the first stage",
  cells: "cells a stage",
  stages: "stages",
  side: "pixels a side of the image",
  imageChannels: "channels of the image",
  classes: "classes",
};

/** Throws InputError where no network of this size can be built. */
export function checkSize(space: SpaceName, { channels, cells, stages, image, classes }: NetworkSize): void {
  const values = { channels, cells, stages, side: image.side, imageChannels: image.channels, classes };
  for (const [name, { least, most }] of Object.entries(SIZE_RANGES)) {
    const value = values[name as keyof typeof values];
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    const what = WORDS[name as keyof typeof values];
    throw new InputError(`Network size: expected ${least} to ${most} ${what}, a whole number, found ${value}.`);
  }
  const halvings = stages - 1 + (space === "darts" && image.side >= LARGE_SIDE ? 3 : 0);
  const unit = 2 ** halvings;
  if (image.side % unit !== 0) {
    throw new InputError(
      `Network size: this network halves the side ${halvings} times, so that the image must be a multiple of ${unit} pixels wide, found ${image.side}.`,
    );
  }
  if (space === "darts" && channels % 2 !== 0) {
    throw new InputError(`Network size: DARTS splits channels in two, so that their number must be even, found ${channels}.`);
  }
}
