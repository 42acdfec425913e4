import { html, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { DeviceReport } from "../../workers/protocol.ts";
import { PAPER } from "../published.ts";
import type { Lab } from "../state/context.ts";
import { BACKENDS } from "../state/settings.ts";
import { WHERE_WORDS } from "../state/threads.ts";
import { isActive } from "../state/training.ts";

/** The last word is enough where there is little room. */
const TITLES: Readonly<Record<DeviceReport["backend"], string>> = {
  webgpu: "WebGPU",
  "tfjs-webgpu": "TensorFlow.js on WebGPU",
  "tfjs-wasm": "TensorFlow.js, WASM",
  "tfjs-cpu": "TensorFlow.js, CPU",
};

const CHOICES: Readonly<Record<(typeof BACKENDS)[number], string>> = {
  automatic: "what is fastest here",
  webgpu: "WebGPU, our own kernels",
  "tfjs-wasm": "TensorFlow.js on WebAssembly",
};

/** What models run on, and on a press why, and what else they could. */
export function deviceBadge(lab: Lab): TemplateResult {
  const { device, job } = lab.training.store.value;
  const [tone, label, text] = ((): [string, string, string] => {
    if (device.state === "failed") return ["none", "No device", device.message];
    if (device.state !== "open") return ["waiting", "Device …", "The device is being opened."];
    const { backend, status, message } = device.report;
    return [status === "hardware" ? "good" : "slow", TITLES[backend], message];
  })();
  const adapter = device.state === "open" && device.report.backend === "webgpu" ? device.report.adapter : "";
  const [, engine, short] = /^(.+, )?(.+)$/.exec(label) ?? [];
  const active = isActive(job);
  const choose = (event: Event): void =>
    lab.settings.set({ backend: (event.target as HTMLSelectElement).value as (typeof BACKENDS)[number] });
  return html`
    <button type="button" class="device" popovertarget="device" title="What models run on here, and why" data-tone=${tone} data-status=${device.state === "open" ? device.report.status : device.state}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        ${tone === "good" ? html`<svg><circle cx="5" cy="5" r="4.5" /></svg>` : html`<svg><path d="M5 .5 9.5 9.5H.5z" /></svg>`}
      </svg>
      <span>${engine ? html`<span class="long">${engine}</span>` : ""}${short}</span>
    </button>
    <div id="device" class="pop" popover role="dialog" aria-label="Device">
      <h2>${label}</h2>
      ${adapter ? html`<p class="mono">${adapter}</p>` : ""}
      <p>${text}</p>
      ${device.state === "open" && device.where ? html`<p class="small quiet" data-where=${device.where}>Models compute ${WHERE_WORDS[device.where]}.</p>` : ""}
      <label class="field" title="By default whatever trains fastest on this machine">
        <span>Models run on</span>
        <select name="backend" ?disabled=${active} .value=${live(lab.settings.value.backend)} @change=${choose}>
          ${BACKENDS.map((name) => html`<option value=${name} ?selected=${name === lab.settings.value.backend}>${CHOICES[name]}</option>`)}
        </select>
      </label>
      <p class="small quiet">
        ${active ? "Another choice has to wait for the end of the run. " : ""}Map, search and everything else on the page work with any
        device; only pre-training gets slower.
      </p>
      <archscape-self-test .space=${lab.space.name}></archscape-self-test>
    </div>
  `;
}

export function helpContent(version: string, startTour: () => void): TemplateResult {
  return html`
    <h2>What this is</h2>
    <p>
      A map of all cells of a search space for neural networks. A graph autoencoder (arch2vec) learns to rebuild each cell from 16 numbers;
      cells with similar structure get similar numbers. The map shows these numbers in two dimensions. No accuracy is used to draw it.
    </p>
    <p>
      With a table of accuracies, a search walks the map: it asks for one cell after the other and tries to find a good one with few questions.
    </p>
    <div class="row"><button type="button" @click=${startTour}>Take the tour</button></div>
    <h3>Words</h3>
    <dl>
      <dt>Embedding</dt>
      <dd>the 16 numbers of a cell</dd>
      <dt>Validity</dt>
      <dd>share of random points that decode to a real cell</dd>
      <dt>Query</dt>
      <dd>one cell whose accuracy is looked up, as if it had been trained</dd>
      <dt>Incumbent</dt>
      <dd>the best cell of a search so far</dd>
      <dt>Protocol</dt>
      <dd>released: as the paper's code runs; corrected: without its slips</dd>
    </dl>
    <h3 id="keys" tabindex="-1">Keys</h3>
    <dl>
      <dt><kbd>?</kbd></dt>
      <dd>this page of words and keys</dd>
      <dt><kbd>Tab</kbd></dt>
      <dd>to the next control; the first leads to the map</dd>
      <dt><kbd>←</kbd> <kbd>↑</kbd> <kbd>→</kbd> <kbd>↓</kbd></dt>
      <dd>on the map: nearest cell in that direction</dd>
      <dt><kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd></dt>
      <dd>on the map: closer, farther, all of it</dd>
      <dt><kbd>Shift</kbd> press</dt>
      <dd>walk from the selected cell to this one</dd>
      <dt><kbd>Shift</kbd> drag</dt>
      <dd>select what lies within a loop</dd>
      <dt><kbd>Enter</kbd></dt>
      <dd>presses the button or opens the step that has the focus</dd>
      <dt><kbd>Esc</kbd></dt>
      <dd>closes a dialog, a message or the tour; then clears the selection</dd>
    </dl>
    <p><a href="./bench.html">How fast is this device?</a> Measures training here beside other engines.</p>
    <p class="small quiet">
      Archscape ${version}. Nothing leaves this machine, and after a first visit the lab works
      without a network. Method:
      <a href=${PAPER.link} target="_blank" rel="noreferrer">${PAPER.short}</a>.
    </p>
  `;
}
