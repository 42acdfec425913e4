import { InputError } from "../errors.ts";
import type { SearchSpace } from "./space.ts";

/**
 * How files say over which sample of a space they were made: an index, and so an embedding or a model's split, means nothing over another.
 * Metadata of files are texts.
 */
export function sampleMetadata({ sample }: Pick<SearchSpace, "sample">): Record<string, string> {
  return sample ? { sampleSeed: String(sample.seed), sampleCount: String(sample.count) } : {};
}

/**
 * Refuses a file that was made over another sample. One that names none (weights of the original code) passes.
 * @param what what the file holds, e.g. "a model"
 * @throws InputError
 */
export function checkSampleMetadata(
  { title, sample }: Pick<SearchSpace, "title" | "sample">,
  { sampleSeed, sampleCount }: Readonly<Record<string, string>>,
  source: string,
  what: string,
): void {
  if (!sample || sampleSeed === undefined || sampleCount === undefined) return;
  if (sampleSeed === String(sample.seed) && sampleCount === String(sample.count)) return;
  const found = { seed: sampleSeed, count: Number(sampleCount) };
  throw new InputError(
    `${source}: expected ${what} over the sample of ${sampleText(sample)} of ${title}, found one over ${sampleText(found)}.`,
  );
}

/** "600,000 cells drawn with seed 0". */
export function sampleText({ seed, count }: { readonly seed: number | string; readonly count: number }): string {
  return `${count.toLocaleString("en-US")} cells drawn with seed ${seed}`;
}
