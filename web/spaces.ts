import type { SearchSpace, SpaceName } from "../src/spaces/space.ts";
import { count } from "./format.ts";

/** What the page says of a space; numbers come from the space itself. */
export interface SpaceText {
  readonly title: string;
  /** Its size as the choice of spaces says it. */
  readonly extent: string;
  /** What a cell is. */
  about(space: SearchSpace): string;
  /** How a cell is written, for the field that finds one. */
  readonly notation: string;
  readonly example: string;
  /** Network whose parameters and multiply-adds are counted. */
  readonly network: string;
  /** What one edit is, for the list of neighbours. */
  readonly edit: string;
  /** How labels name a cell, for those who bring a table. */
  readonly column: string;
}

export const SPACE_TEXTS: Readonly<Record<SpaceName, SpaceText>> = {
  nasbench201: {
    title: "NAS-Bench-201",
    extent: "15,625 cells",
    about: ({ nodes, size }) =>
      `A cell is a small network of ${nodes} nodes. Six of them choose one of 5 operations, which makes ${count(size)} cells; the map places each by what a model learned about their structure, without any accuracy.`,
    notation: "architecture string",
    example: "|skip_connect~0|+|…|",
    network: "CIFAR-10 network",
    edit: "One operation changed",
    column: "arch",
  },
  nasbench101: {
    title: "NAS-Bench-101",
    extent: "423,624 cells",
    about: ({ size }) =>
      `A cell is any network of 2 to 7 vertices and at most 9 edges from input to output, its inner vertices one of 3 operations: ${count(size)} cells that differ. The map places each by what a model learned about their structure, without any accuracy.`,
    notation: "module hash or ModelSpec(…)",
    example: "00005c142e6f48ac…",
    network: "CIFAR-10 network",
    edit: "One edge or operation changed",
    column: "hash",
  },
  darts: {
    title: "DARTS",
    extent: "600,000 drawn",
    about: ({ size, sample }) =>
      `A cell has four blocks; each adds the results of two operations, each of one of 8 kinds, on the two cells before or on earlier blocks. Some 3 billion cells are too many to list: these ${count(size)} were drawn with seed ${sample?.seed ?? 0}, all below 600 M multiply-adds, each used as normal and as reduction cell.`,
    notation: "genotype",
    example: "Genotype(normal=[('sep_conv_3x3', 1), …",
    network: "ImageNet network of 14 cells and 48 channels",
    edit: "One operation or input changed",
    column: "arch",
  },
};
