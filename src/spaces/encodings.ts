import type { SearchSpace, SpaceName } from "./space.ts";

/** The part of a space that a model needs: its number of nodes and the one-hot order of its operations. */
export type Encoding = Pick<SearchSpace, "nodes" | "operations">;

/** Nodes and one-hot orders of the original encodings. */
export const ENCODINGS: Readonly<Record<SpaceName, Encoding>> = {
  nasbench101: {
    nodes: 7,
    operations: ["input", "conv1x1-bn-relu", "conv3x3-bn-relu", "maxpool3x3", "output"],
  },
  nasbench201: {
    nodes: 8,
    operations: ["input", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3", "skip_connect", "none", "output"],
  },
  darts: {
    nodes: 11,
    operations: [
      "c_k-2",
      "c_k-1",
      "none",
      "max_pool_3x3",
      "avg_pool_3x3",
      "skip_connect",
      "sep_conv_3x3",
      "sep_conv_5x5",
      "dil_conv_3x3",
      "dil_conv_5x5",
      "output",
    ],
  },
};
