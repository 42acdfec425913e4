import { LATENT } from "../../src/vgae/config.ts";
import type { Failure, Outcome } from "../../workers/protocol.ts";
import { spreadOrder } from "../map/spread.ts";

/** How far a large space is embedded. */
export interface PlacingView {
  readonly done: number;
  readonly total: number;
  /** Cells a second. */
  readonly rate: number;
  readonly secondsLeft: number;
}

/** Cells that the map shows first, and of all it shows while training: a few percent of an epoch's work. */
export const FIRST_LOOK = 16_384;
/** Then it is drawn again whenever there are this many times as many. */
const GROWTH = 4;
/** Work asked of the engine at a time, in milliseconds: what stopping has to wait for. */
const BURST = 300;
const CHUNK = { first: 512, least: 256, most: 65_536 } as const;

export interface PlacingHooks {
  readonly signal: AbortSignal;
  onProgress(view: PlacingView): void;
  /** Rows so far: of the architectures `present`, at last of all in index order. Also called when it is stopped early. */
  onRows(rows: Float32Array, present: Uint32Array | undefined): void;
}

/**
 * Embeds all architectures of a space, evenly spread ones first. The size of the parts follows the speed of the device.
 * @returns why it ended early, unless it was stopped
 */
export async function placeSpace(
  size: number,
  embed: (indices: Uint32Array) => Promise<Outcome<Float32Array>>,
  { signal, onProgress, onRows }: PlacingHooks,
): Promise<Failure | undefined> {
  const inOrder = new Float32Array(size * LATENT);
  const soFar = new Float32Array(size * LATENT);
  const begun = performance.now();
  let done = 0;
  let drawn = 0;
  let chunk: number = CHUNK.first;
  const showPart = (): void => {
    drawn = done;
    onRows(soFar.slice(0, done * LATENT), spreadOrder(size, 0, done));
  };
  onProgress({ done, total: size, rate: 0, secondsLeft: Number.NaN });
  while (done < size && !signal.aborted) {
    const indices = spreadOrder(size, done, chunk);
    const asked = performance.now();
    const part = await embed(indices);
    const now = performance.now();
    if (!part.ok) {
      if (!signal.aborted) return part.error;
      break;
    }
    soFar.set(part.value, done * LATENT);
    for (let i = 0; i < indices.length; i++) {
      const to = (indices[i] as number) * LATENT;
      for (let d = 0; d < LATENT; d++) inOrder[to + d] = part.value[i * LATENT + d] as number;
    }
    done += indices.length;
    const rate = (1000 * done) / Math.max(1, now - begun);
    onProgress({ done, total: size, rate, secondsLeft: (size - done) / rate });
    const next = (chunk * BURST) / Math.max(1, now - asked);
    chunk = Math.min(CHUNK.most, 2 * chunk, Math.max(CHUNK.least, CHUNK.least * Math.round(next / CHUNK.least)));
    if (done < size && done >= FIRST_LOOK && done >= GROWTH * drawn) showPart();
  }
  if (done === size) onRows(inOrder, undefined);
  else if (done > drawn) showPart();
  return undefined;
}
