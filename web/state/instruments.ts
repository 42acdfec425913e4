import { createInsights, type InsightParts, type InsightsStore } from "./insights.ts";
import { createReplaying, type ReplayingStore } from "./replaying.ts";
import { createWalking, type WalkingParts, type WalkingStore } from "./walking.ts";

/** What looks closer at a map. */
export interface Instruments {
  readonly walking: WalkingStore;
  readonly insights: InsightsStore;
  readonly replaying: ReplayingStore;
  /** They follow nothing any more. */
  stop(): void;
}

export type InstrumentParts = WalkingParts & Omit<InsightParts, "replaying">;

export function createInstruments(parts: InstrumentParts): Instruments {
  const walking = createWalking(parts);
  const replaying = createReplaying(parts.searching);
  const insights = createInsights({ ...parts, replaying });
  return {
    walking,
    insights,
    replaying,
    stop() {
      for (const instrument of [walking, insights, replaying]) instrument.stop();
    },
  };
}
