import { add, type Cost, NOTHING, weights } from "../spaces/cost.ts";

/**
 * A trainable network as a list of layers, each of which reads earlier ones: the one description from which a network is counted, run,
 * trained, and written as PyTorch code, ONNX or a TensorFlow.js model. Images are square.
 */
export interface Network {
  /** In an order in which every layer comes after what it reads; the first is the image, the last the class scores (logits). */
  readonly layers: readonly Layer[];
  readonly classes: number;
}

/** A layer is named by its position. */
export type LayerId = number;

/** What a layer puts out for an image: `channels` maps of `side` x `side`. Vectors have side 1. */
export interface Shape {
  readonly channels: number;
  readonly side: number;
}

export type Layer = Shape &
  (
    | { readonly kind: "image" }
    | ({ readonly kind: "convolution"; readonly name: string; readonly from: LayerId } & Window & {
          readonly dilation: number;
          /** Channels of a group see only each other; as many groups as channels is a depthwise convolution. No bias. */
          readonly groups: number;
        })
    /** Scale and shift after normalisation, unless `affine` is false. Epsilon 1e-5. */
    | { readonly kind: "batch-norm"; readonly name: string; readonly from: LayerId; readonly affine: boolean }
    | { readonly kind: "relu"; readonly from: LayerId }
    /** Padding counts for nothing: neither as a maximum nor in an average. */
    | ({ readonly kind: "max-pool" | "average-pool"; readonly from: LayerId } & Window)
    | { readonly kind: "add"; readonly of: readonly LayerId[] }
    | { readonly kind: "concatenate"; readonly of: readonly LayerId[] }
    /** The first channels of what it reads. */
    | { readonly kind: "truncate"; readonly from: LayerId }
    /** Without the first row and column, and with a row and a column of zeros at the end instead. */
    | { readonly kind: "shift"; readonly from: LayerId }
    /** Zeros, whatever it reads. */
    | { readonly kind: "zero"; readonly from: LayerId }
    /** The mean over the map. */
    | { readonly kind: "mean"; readonly from: LayerId }
    /** With a bias. */
    | { readonly kind: "linear"; readonly name: string; readonly from: LayerId }
  );

/** A square window that slides over a map. Pixels. */
export interface Window {
  readonly size: number;
  readonly stride: number;
  /** On each side. */
  readonly padding: number;
}

export type LayerOf<Kind extends Layer["kind"]> = Extract<Layer, { readonly kind: Kind }>;

/** What a layer reads. */
export function reads(layer: Layer): readonly LayerId[] {
  if (layer.kind === "image") return [];
  return "of" in layer ? layer.of : [layer.from];
}

export interface ConvolutionOptions {
  readonly channels: number;
  readonly size: number;
  /** Default 1. */
  readonly stride?: number;
  /** Default: what keeps the side at stride 1. */
  readonly padding?: number;
  /** Default 1. */
  readonly dilation?: number;
  /** Default 1. */
  readonly groups?: number;
}

export interface NetworkBuilder {
  readonly image: LayerId;
  shape(layer: LayerId): Shape;
  convolution(name: string, from: LayerId, options: ConvolutionOptions): LayerId;
  batchNorm(name: string, from: LayerId, affine?: boolean): LayerId;
  relu(from: LayerId): LayerId;
  pool(kind: "max-pool" | "average-pool", from: LayerId, window: Window): LayerId;
  /** Of one layer: that layer. */
  add(of: readonly LayerId[]): LayerId;
  /** Of one layer: that layer. */
  concatenate(of: readonly LayerId[]): LayerId;
  /** To as many channels as there are: the layer itself. */
  truncate(from: LayerId, channels: number): LayerId;
  shift(from: LayerId): LayerId;
  zero(from: LayerId, stride?: number): LayerId;
  mean(from: LayerId): LayerId;
  linear(name: string, from: LayerId, outputs: number): LayerId;
  /** The network up to its last layer, which has a channel a class. */
  finish(): Network;
}

/** Starts a network on images of this shape. Layers that do not fit each other are a defect of the caller and throw. */
export function networkBuilder(image: Shape): NetworkBuilder {
  const layers: Layer[] = [{ kind: "image", ...image }];
  const put = (layer: Layer): LayerId => layers.push(layer) - 1;
  const shape = (id: LayerId): Shape => {
    const layer = layers[id];
    if (!layer) throw new Error(`No layer ${id} in a network of ${layers.length}`);
    return { channels: layer.channels, side: layer.side };
  };
  const sameSide = (of: readonly LayerId[]): number => {
    const sides = new Set(of.map((id) => shape(id).side));
    if (sides.size !== 1) throw new Error(`Layers of one side are expected, found sides of ${[...sides].join(", ")}`);
    return shape(of[0] as LayerId).side;
  };
  return {
    image: 0,
    shape,
    convolution(name, from, { channels, size, stride = 1, dilation = 1, groups = 1, padding = (dilation * (size - 1)) / 2 }) {
      const side = slid(shape(from).side, { size: dilation * (size - 1) + 1, stride, padding });
      return put({ kind: "convolution", name, from, channels, side, size, stride, padding, dilation, groups });
    },
    batchNorm: (name, from, affine = true) => put({ kind: "batch-norm", name, from, affine, ...shape(from) }),
    relu: (from) => put({ kind: "relu", from, ...shape(from) }),
    pool: (kind, from, window) =>
      put({ kind, from, ...window, channels: shape(from).channels, side: slid(shape(from).side, window) }),
    add(of) {
      if (of.length === 1) return of[0] as LayerId;
      const widths = new Set(of.map((id) => shape(id).channels));
      if (widths.size !== 1) throw new Error(`Layers of one width are added, found ${[...widths].join(", ")} channels`);
      return put({ kind: "add", of, channels: shape(of[0] as LayerId).channels, side: sameSide(of) });
    },
    concatenate(of) {
      if (of.length === 1) return of[0] as LayerId;
      const channels = of.reduce((sum, id) => sum + shape(id).channels, 0);
      return put({ kind: "concatenate", of, channels, side: sameSide(of) });
    },
    truncate: (from, channels) =>
      channels === shape(from).channels ? from : put({ kind: "truncate", from, channels, side: shape(from).side }),
    shift: (from) => put({ kind: "shift", from, ...shape(from) }),
    zero: (from, stride = 1) =>
      put({ kind: "zero", from, channels: shape(from).channels, side: Math.ceil(shape(from).side / stride) }),
    mean: (from) => put({ kind: "mean", from, channels: shape(from).channels, side: 1 }),
    linear: (name, from, outputs) => put({ kind: "linear", name, from, channels: outputs, side: 1 }),
    finish: () => ({ layers, classes: shape(layers.length - 1).channels }),
  };
}

function slid(side: number, { size, stride, padding }: Window): number {
  return Math.floor((side + 2 * padding - size) / stride) + 1;
}

/**
 * Trainable parameters, and multiply-adds of one image: convolutions and classifiers (their bias included) count, batch norm,
 * pooling and additions do not, as in the figures of NAS-Bench-201.
 */
export function networkCost({ layers }: Network): Cost {
  return layers.reduce((sum, layer) => add(sum, layerCost(layers, layer)), NOTHING);
}

function layerCost(layers: readonly Layer[], layer: Layer): Cost {
  switch (layer.kind) {
    case "convolution":
      return weights(widthOf(layers, layer.from), layer.channels, layer.size, layer.side, layer.groups);
    case "batch-norm":
      return { params: layer.affine ? 2 * layer.channels : 0, macs: 0 };
    case "linear": {
      const count = (widthOf(layers, layer.from) + 1) * layer.channels;
      return { params: count, macs: count };
    }
    default:
      return NOTHING;
  }
}

const widthOf = (layers: readonly Layer[], id: LayerId): number => (layers[id] as Layer).channels;
