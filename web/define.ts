import { ArchscapeCell } from "./elements/archscape-cell.ts";
import { ArchscapeCharts } from "./elements/archscape-charts.ts";
import { ArchscapeEditor } from "./elements/archscape-editor.ts";
import { ArchscapeExplore } from "./elements/archscape-explore.ts";
import { ArchscapeFollow } from "./elements/archscape-follow.ts";
import { ArchscapeLab } from "./elements/archscape-lab.ts";
import { ArchscapeLegend } from "./elements/archscape-legend.ts";
import { ArchscapeMap } from "./elements/archscape-map.ts";
import { ArchscapeMapTable } from "./elements/archscape-map-table.ts";
import { ArchscapeNotices } from "./elements/archscape-notices.ts";
import { ArchscapeOffer } from "./elements/archscape-offer.ts";
import { ArchscapeRenewal } from "./elements/archscape-renewal.ts";
import { ArchscapeReplay } from "./elements/archscape-replay.ts";
import { ArchscapeSearch } from "./elements/archscape-search.ts";
import { ArchscapeSelection } from "./elements/archscape-selection.ts";
import { ArchscapeSelfTest } from "./elements/archscape-self-test.ts";
import { ArchscapeShare } from "./elements/archscape-share.ts";
import { ArchscapeSpace } from "./elements/archscape-space.ts";
import { ArchscapeStudy } from "./elements/archscape-study.ts";
import { ArchscapeTour } from "./elements/archscape-tour.ts";
import { ArchscapeTraining } from "./elements/archscape-training.ts";
import { ArchscapeTray } from "./elements/archscape-tray.ts";
import { ArchscapeWalk } from "./elements/archscape-walk.ts";

const ELEMENTS: Readonly<Record<string, CustomElementConstructor>> = {
  "archscape-cell": ArchscapeCell,
  "archscape-charts": ArchscapeCharts,
  "archscape-editor": ArchscapeEditor,
  "archscape-explore": ArchscapeExplore,
  "archscape-follow": ArchscapeFollow,
  "archscape-lab": ArchscapeLab,
  "archscape-legend": ArchscapeLegend,
  "archscape-map": ArchscapeMap,
  "archscape-map-table": ArchscapeMapTable,
  "archscape-notices": ArchscapeNotices,
  "archscape-offer": ArchscapeOffer,
  "archscape-renewal": ArchscapeRenewal,
  "archscape-replay": ArchscapeReplay,
  "archscape-search": ArchscapeSearch,
  "archscape-selection": ArchscapeSelection,
  "archscape-self-test": ArchscapeSelfTest,
  "archscape-share": ArchscapeShare,
  "archscape-space": ArchscapeSpace,
  "archscape-study": ArchscapeStudy,
  "archscape-tour": ArchscapeTour,
  "archscape-training": ArchscapeTraining,
  "archscape-tray": ArchscapeTray,
  "archscape-walk": ArchscapeWalk,
};

/** Makes the elements known, each once: a page that embeds two copies keeps the first. */
export function defineElements(): void {
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}
