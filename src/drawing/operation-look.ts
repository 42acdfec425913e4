/**
 * Operations wear the Okabe-Ito palette (distinguishable under every common colour blindness) and a letter, because colour never stands
 * alone; an operation has the same colour in every space, a separable convolution that of the plain one, because they never meet.
 */
export interface OperationLook {
  readonly label: string;
  /** One or two characters for the narrow strip of a cell. */
  readonly letter: string;
  readonly fill: string;
  /** Text on the fill, contrast at least 4.5:1. */
  readonly text: string;
}

const DARK = "#101112";

const LOOKS: Readonly<Record<string, OperationLook>> = {
  nor_conv_3x3: { label: "conv 3×3", letter: "3", fill: "#0072b2", text: "#ffffff" },
  nor_conv_1x1: { label: "conv 1×1", letter: "1", fill: "#56b4e9", text: DARK },
  avg_pool_3x3: { label: "avg pool 3×3", letter: "P", fill: "#009e73", text: DARK },
  skip_connect: { label: "skip", letter: "S", fill: "#e69f00", text: DARK },
  none: { label: "none", letter: "–", fill: "#a9a9a4", text: DARK },

  "conv3x3-bn-relu": { label: "conv 3×3", letter: "3", fill: "#0072b2", text: "#ffffff" },
  "conv1x1-bn-relu": { label: "conv 1×1", letter: "1", fill: "#56b4e9", text: DARK },
  maxpool3x3: { label: "max pool 3×3", letter: "M", fill: "#cc79a7", text: DARK },

  max_pool_3x3: { label: "max pool 3×3", letter: "M", fill: "#cc79a7", text: DARK },
  sep_conv_3x3: { label: "sep conv 3×3", letter: "s3", fill: "#0072b2", text: "#ffffff" },
  sep_conv_5x5: { label: "sep conv 5×5", letter: "s5", fill: "#56b4e9", text: DARK },
  dil_conv_3x3: { label: "dil conv 3×3", letter: "d3", fill: "#d55e00", text: DARK },
  dil_conv_5x5: { label: "dil conv 5×5", letter: "d5", fill: "#f0e442", text: DARK },
};

/** Looks an operation up by its name; one that is not known is shown by name in neutral grey. */
export function operationLook(name: string): OperationLook {
  return LOOKS[name] ?? { label: name, letter: name.slice(0, 1).toUpperCase(), fill: "#d7d7d2", text: DARK };
}
