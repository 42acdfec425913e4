/**
 * The elements that authors embed, with one line: `<script type="module" src="https://any.host/archscape/elements/archscape.js"></script>`.
 * This entry is small; all else loads when an element needs it. Without a DOM, on a server, it does nothing.
 */
import {
  ArchscapeCellElement,
  ArchscapeLabElement,
  ArchscapeMapElement,
  ArchscapeSearchElement,
  ArchscapeTrainingElement,
} from "./elements.ts";

const ELEMENTS = {
  "archscape-cell": ArchscapeCellElement,
  "archscape-lab": ArchscapeLabElement,
  "archscape-map": ArchscapeMapElement,
  "archscape-search": ArchscapeSearchElement,
  "archscape-training": ArchscapeTrainingElement,
};

if (globalThis.customElements) {
  for (const [name, element] of Object.entries(ELEMENTS)) {
    // A page that embeds two copies keeps the first.
    if (!customElements.get(name)) customElements.define(name, element);
  }
}

export type { EmbedEvents } from "./events.ts";
export { ArchscapeCellElement, ArchscapeLabElement, ArchscapeMapElement, ArchscapeSearchElement, ArchscapeTrainingElement };
