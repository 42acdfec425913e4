import dark from "../styles/dark.css?inline";
import light from "../styles/light.css?inline";

const frame = `
:host {
  display: flex;
  flex-direction: column;
  min-width: 0;
  box-sizing: border-box;
}
:host([hidden]) {
  display: none;
}
.frame {
  position: relative;
  flex: 1 1 auto;
  display: grid;
  grid-template: minmax(0, 1fr) auto / minmax(0, 1fr);
  min-height: 0;
  font: var(--size-body) / 1.45 var(--sans);
  color: var(--ink);
  background: var(--paper);
  color-scheme: light;
}
.frame.dark {
  color-scheme: dark;
}
.view {
  grid-area: 1 / 1;
  display: grid;
  grid-template: minmax(0, 1fr) / minmax(0, 1fr);
  min-width: 0;
  min-height: 0;
}
:host(:not([inside])) .view {
  container-type: inline-size;
}
.view > :is(archscape-map-view, archscape-lab-view) {
  height: 100%;
}
.view:empty {
  min-height: 120px;
}
.poster {
  grid-area: 1 / 1;
  z-index: 1;
  display: grid;
  place-content: center;
  overflow: hidden;
  background: var(--ground);
  color: var(--quiet);
  text-align: center;
}
.poster[hidden] {
  display: none;
}
.poster img {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
  object-fit: cover;
}
.problem {
  grid-row: 2;
  z-index: 2;
  margin: 0;
  padding: 8px 12px;
  border-left: 4px solid var(--accent);
  font-size: var(--size-small);
}
.problem:empty {
  display: none;
}
.caption {
  color: var(--quiet);
  font: var(--size-small) / 16px var(--sans);
}
.caption ::slotted(*) {
  margin: 8px 0 0;
}
:host(archscape-map:not([inside])) {
  aspect-ratio: 3 / 2;
}
:host(:not(archscape-lab, [inside])) .frame {
  --ordinal: 0px;
}
:host(archscape-lab) {
  height: 720px;
}
:host(archscape-lab) .frame {
  contain: layout paint;
}
:host([inside]) .frame {
  background: none;
}
:host([inside]) :is(.caption, .poster) {
  display: none;
}
`;

let made: CSSStyleSheet[] | undefined;

/** Tokens for the frame instead of the page, which belongs to somebody else; then the frame itself. */
export function sheets(): CSSStyleSheet[] {
  made ??= [
    light.replaceAll(":root", ":is(.frame, .caption)"),
    dark.replaceAll(":root", ":is(.frame, .caption).dark"),
    frame,
  ].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  return made;
}
