import { createWalking, type WalkingParts, type WalkingStore } from "./walking.ts";

/** What looks closer at a map: walks through it, and more. */
export interface Instruments {
  readonly walking: WalkingStore;
}

export type InstrumentParts = WalkingParts;

export function createInstruments(parts: InstrumentParts): Instruments & { stop(): void } {
  const walking = createWalking(parts);
  return { walking, stop: walking.stop };
}
