import { InputError } from "../../errors.ts";
import type { DngoOptions } from "../../search/strategies/dngo.ts";

/** Sizes of everything that many searches keep on the GPU. */
export interface SurrogatePlan {
  readonly options: DngoOptions;
  /** Numbers of a point. */
  readonly inputs: number;
  /** vec4f of a point. */
  readonly row: number;
  readonly candidates: number;
  /** Observations a search has room for. */
  readonly capacity: number;
  /** Searches there is room for. */
  readonly places: number;
  /** Candidates a thread judges at once. */
  readonly chunk: number;
  /** Workgroups over the candidates. */
  readonly tiles: number;
  /** Rows that the sweeps have room for: an even number. */
  readonly slots: number;
  /** Candidates, rounded up to a multiple of 32. */
  readonly stride: number;
  /** vec4f of a search's singular values, directions and variances. */
  readonly basis: number;
  /** Bytes of every buffer, by the name its kernels know it by. */
  readonly bytes: Readonly<Record<BufferName, number>>;
}

export type BufferName =
  | "slots"
  | "points"
  | "observed"
  | "inputs"
  | "labels"
  | "facts"
  | "seen"
  | "epochs"
  | "network"
  | "moments"
  | "turning"
  | "turnedLabels"
  | "sweeps"
  | "model"
  | "basis"
  | "scores"
  | "leaders"
  | "shortlist"
  | "listed"
  | "picked";

/** Threads of the kernel over all candidates. */
const THREADS = 64;
const MOST_HIDDEN = 256;
const MOST_PICKS = 64;
const MOST_PLACES = 1024;
/** Bytes that all places take together at most. */
const ROOM = 512 * 2 ** 20;

export interface SurrogateSizes {
  readonly inputs: number;
  readonly candidates: number;
  readonly capacity: number;
  /** Searches to be run: no more places than these. */
  readonly searches: number;
  readonly chunk: number;
}

/** @throws InputError for options that the kernels have no room for */
export function surrogatePlan(
  options: DngoOptions,
  { inputs, candidates, capacity, searches, chunk }: SurrogateSizes,
  limits: Pick<GPUSupportedLimits, "maxStorageBufferBindingSize" | "maxComputeWorkgroupStorageSize">,
): SurrogatePlan {
  const { hidden, batchSize, batch } = options;
  const refuse = (option: keyof DngoOptions, expected: string): never => {
    throw new InputError(
      `Option ${option} of strategy bo: the search backend webgpu expects ${expected}, found ${String(options[option])}; the backend js takes others.`,
    );
  };
  if (hidden % 4 !== 0 || hidden > MOST_HIDDEN) refuse("hidden", `a multiple of 4 up to ${MOST_HIDDEN}`);
  if (batch > MOST_PICKS) refuse("batch", `at most ${MOST_PICKS}`);
  const row = Math.ceil(inputs / 4);
  const room = limits.maxComputeWorkgroupStorageSize;
  const mostRows =
    Array.from({ length: hidden }, (_, i) => i + 1).findLast((rows) => trainingRoom(rows, row, hidden) <= room) ?? 0;
  if (batchSize > mostRows) refuse("batchSize", `at most ${mostRows} where hidden is ${hidden}`);

  const slots = capacity + (capacity % 2);
  const stride = Math.ceil(candidates / 32) * 32;
  const units = hidden / 4;
  const basis = slots + hidden * units + hidden;
  const tiles = Math.ceil(candidates / (THREADS * chunk));
  /** vec4f and words a place. */
  const quads = {
    inputs: capacity * row,
    facts: 2 * row + 2,
    network: hidden * (row + 1),
    moments: 2 * hidden * (row + 1),
    turning: 2 * units * slots,
    model: hidden * (row + 3),
    basis,
  };
  const words = {
    slots: 2,
    observed: 2 * capacity,
    labels: capacity,
    seen: stride / 32,
    epochs: 1,
    turnedLabels: 2 * slots,
    sweeps: 2,
    scores: stride,
    leaders: tiles,
    shortlist: stride,
    listed: 1,
    picked: batch,
  };
  const aPlace = Object.fromEntries([
    ...Object.entries(quads).map(([name, count]) => [name, 16 * count]),
    ...Object.entries(words).map(([name, count]) => [name, 4 * count]),
  ]) as Record<Exclude<BufferName, "points">, number>;
  const largest = Math.max(...Object.values(aPlace));
  const all = Object.values(aPlace).reduce((a, b) => a + b, 0);
  const points = 16 * candidates * row;
  const binding = limits.maxStorageBufferBindingSize;
  const places = Math.min(searches, MOST_PLACES, Math.floor(binding / largest), Math.floor(ROOM / all));
  if (places < 1 || points > binding) {
    throw new InputError(
      `${candidates} candidates of ${inputs} numbers with ${capacity} evaluations a search do not fit the adapter's limit of ${binding} bytes a buffer; use the search backend js.`,
    );
  }
  const bytes = {
    points,
    ...Object.fromEntries(Object.entries(aPlace).map(([name, size]) => [name, size * places])),
  } as Record<BufferName, number>;
  return { options, inputs, row, candidates, capacity, places, chunk, tiles, slots, stride, basis, bytes };
}

/** Bytes of workgroup memory that shaders/dngo-train.wgsl takes. */
function trainingRoom(batchSize: number, row: number, hidden: number): number {
  const groups = Math.ceil(batchSize / 4);
  return 4 * hidden + 16 * groups * (2 * 4 * row + 2 + hidden + 4);
}

/** Constants that stand before every text: only what loops and arrays need, for compiling takes long. */
export function constants({ options, inputs, row, chunk }: SurrogatePlan): string {
  const numbers = { INPUTS: inputs, ROW: row, HIDDEN: options.hidden, BATCH: options.batchSize, CHUNK: chunk };
  return Object.entries(numbers)
    .map(([name, value]) => `const ${name} = ${value}u;\n`)
    .join("");
}
