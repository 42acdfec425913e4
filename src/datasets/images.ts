import { InputError } from "../errors.ts";
import { readSafeTensors } from "../formats/safetensors.ts";
import { generator } from "../random/generator.ts";

/** Labelled square images as they are in a file. */
export interface ImageData {
  /** For people and files, e.g. "Handwritten digits". */
  readonly title: string;
  readonly count: number;
  /** Pixels. */
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
  /** 0..255: images x rows x columns x channels. */
  readonly pixels: Uint8Array;
  /** 0..classes-1. */
  readonly labels: Uint8Array;
}

/** Images as networks read them: standardised by mean and deviation of the training part, images x rows x columns x channels. */
export interface ImageSet {
  readonly count: number;
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
  readonly pixels: Float32Array;
  readonly labels: Uint8Array;
}

/** What a network is trained on, what it is chosen by, and what it is judged by once, at the end. */
export interface Split {
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly test: ImageSet;
}

/** The file that comes with Archscape, or one like it. Throws InputError for what it does not hold. */
export function readImages(bytes: Uint8Array, source: string): ImageData {
  const { metadata, tensors } = readSafeTensors(bytes, source);
  const images = tensors.get("images");
  const labels = tensors.get("labels");
  if (images?.dtype !== "U8" || labels?.dtype !== "U8") {
    throw new InputError(`Cannot read ${source}: expected tensors images and labels of bytes (U8).`);
  }
  const [count = 0, side = 0, columns = 0, channels = 0] = images.shape;
  if (images.shape.length !== 4 || side !== columns || labels.shape.join() !== String(count)) {
    throw new InputError(
      `Cannot read ${source}: expected images of n x side x side x channels and n labels, found ${images.shape.join(" x ")} and ${labels.shape.join(" x ")}.`,
    );
  }
  const classes = labels.data.reduce((most, label) => Math.max(most, label), 0) + 1;
  return { title: metadata["title"] ?? source, count, side, channels, classes, pixels: images.data, labels: labels.data };
}

export interface SplitCounts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/**
 * Draws the three parts, which share no image. The same seed draws the same parts.
 * @throws InputError where there are not so many images
 */
export function split(data: ImageData, counts: SplitCounts, seed: number): Split {
  const wanted = counts.train + counts.validation + counts.test;
  if (wanted > data.count) {
    throw new InputError(`${data.title}: expected at most ${data.count} images in all parts, found ${wanted}.`);
  }
  const order = generator(seed, "batches", 1).shuffle(Uint32Array.from({ length: data.count }, (_, i) => i));
  const rows = order.subarray(0, counts.train);
  const size = data.side * data.side;
  const sums = Array.from({ length: data.channels }, () => ({ sum: 0, squares: 0 }));
  for (const row of rows) {
    for (let i = 0; i < size * data.channels; i++) {
      const value = (data.pixels[row * size * data.channels + i] as number) / 255;
      const channel = sums[i % data.channels] as { sum: number; squares: number };
      channel.sum += value;
      channel.squares += value * value;
    }
  }
  const scales = sums.map(({ sum, squares }) => {
    const mean = sum / (rows.length * size);
    return { mean, deviation: Math.sqrt(Math.max(1e-12, squares / (rows.length * size) - mean * mean)) };
  });
  const part = (start: number, count: number): ImageSet => {
    const taken = order.subarray(start, start + count);
    const pixels = new Float32Array(count * size * data.channels);
    for (const [position, row] of taken.entries()) {
      for (let i = 0; i < size * data.channels; i++) {
        const { mean, deviation } = scales[i % data.channels] as { mean: number; deviation: number };
        const value = (data.pixels[row * size * data.channels + i] as number) / 255;
        pixels[position * size * data.channels + i] = (value - mean) / deviation;
      }
    }
    const { side, channels, classes } = data;
    return { count, side, channels, classes, pixels, labels: Uint8Array.from(taken, (row) => data.labels[row] as number) };
  };
  return {
    train: part(0, counts.train),
    validation: part(counts.train, counts.validation),
    test: part(counts.train + counts.validation, counts.test),
  };
}
