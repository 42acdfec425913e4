import type { Hideable } from "./state/settings.ts";

/** The parts of the page by name, where a link may leave them out. */
export const PANEL_TITLES: Readonly<Record<Hideable, string>> = {
  header: "Title and help",
  space: "Space",
  pretrain: "Pre-train",
  explore: "Explore",
  search: "Search",
  cell: "Selected cell",
  charts: "Charts",
};
