import { html, type TemplateResult } from "lit";
import { SPACE_TEXTS } from "../spaces.ts";
import type { Lab } from "../state/context.ts";
import { MOST_AROUND } from "../state/selecting.ts";

/** Where a walk from the selected cell may go: a cell by index or notation, or a press on the map. */
export function walkForm(lab: Lab, cell: number): TemplateResult {
  const { walking } = lab.instruments;
  const { isAiming } = walking.store.value;
  const isMapped = lab.atlas.store.value.atlas.status === "ready";
  const onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const to = await lab.indexOf(String(new FormData(event.target as HTMLFormElement).get("to") ?? ""));
    if (to !== undefined && to !== cell) walking.start(cell, to);
  };
  return html`<section class="stack" data-walk>
    <h3>Walk to another cell</h3>
    <form class="notation" @submit=${(event: SubmitEvent) => void onSubmit(event)}>
      <input name="to" type="text" required title="Where the walk ends" aria-label=${`Walk to the cell with this index or ${SPACE_TEXTS[lab.space.name].notation}`} placeholder="index or string" autocomplete="off" spellcheck="false" />
      <button type="submit" title="Shows the cells between the two on the map and as a strip" ?disabled=${!isMapped}>Walk</button>
    </form>
    <div class="row">
      <button type="button" title="The next press on the map says where the walk ends" aria-pressed=${isAiming} ?disabled=${!isMapped} @click=${() => walking.aim(!isAiming)}>
        ${isAiming ? "Press the cell to walk to …" : "Choose it on the map"}
      </button>
      <span class="small quiet">or press it with Shift held</span>
    </div>
  </section>`;
}

/** Selects the cells around one: what the lasso does, for those who draw none. */
export function nearestForm(lab: Lab, cell: number): TemplateResult {
  const isMapped = lab.atlas.store.value.atlas.status === "ready";
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const howMany = Number(new FormData(event.target as HTMLFormElement).get("howMany"));
    void lab.instruments.selecting.surround(cell, howMany);
  };
  return html`<section class="stack" data-nearest>
    <h3>Select the nearest cells</h3>
    <form class="notation" @submit=${onSubmit}>
      <input name="howMany" type="number" title=${`This cell and those nearest to it, up to ${MOST_AROUND} in all`} required min="2" max=${MOST_AROUND} value="50" aria-label="How many cells, this one included" />
      <button type="submit" title="Lists them with their numbers, colours only them on the map, and puts them into files" ?disabled=${!isMapped}>Select</button>
    </form>
  </section>`;
}
