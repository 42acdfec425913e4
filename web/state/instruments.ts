import { createInsights, type InsightParts, type InsightsStore } from "./insights.ts";
import { createPointing, type PointingStore } from "./pointing.ts";
import { createProjecting, type ProjectingStore } from "./projecting.ts";
import { createReplaying, type ReplayingStore } from "./replaying.ts";
import { createSelecting, type SelectingParts, type SelectingStore } from "./selecting.ts";
import { createThickness, type ThicknessStore } from "./thickness.ts";
import { createWalking, type WalkingParts, type WalkingStore } from "./walking.ts";

/** What looks closer at a map. */
export interface Instruments {
  readonly walking: WalkingStore;
  readonly selecting: SelectingStore;
  readonly insights: InsightsStore;
  readonly replaying: ReplayingStore;
  readonly thickness: ThicknessStore;
  readonly projecting: ProjectingStore;
  readonly pointing: PointingStore;
  /** They follow nothing any more. */
  stop(): void;
}

export type InstrumentParts = WalkingParts & SelectingParts & Omit<InsightParts, "replaying">;

export function createInstruments(parts: InstrumentParts): Instruments {
  const walking = createWalking(parts);
  const replaying = createReplaying(parts.searching);
  const insights = createInsights({ ...parts, replaying });
  const thickness = createThickness(parts);
  const projecting = createProjecting(parts);
  return {
    walking,
    selecting: createSelecting(parts),
    insights,
    replaying,
    thickness,
    projecting,
    pointing: createPointing(),
    stop() {
      for (const instrument of [walking, insights, replaying, thickness, projecting]) instrument.stop();
    },
  };
}
