/** The benchmark in a browser: a worker measures, the page shows. The command (scripts/bench-browser.mjs) reads the result off the page's events. */
import { html, nothing, render, type TemplateResult } from "lit";
import { rooflineChart, stepChart } from "../chart.ts";
import { type Block, report } from "../report.ts";
import type { BenchmarkResult } from "../result.ts";
import type { RunMode } from "../run.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

const MODES: readonly RunMode[] = ["full", "profile", "quick"];

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The benchmark page has no ${type.name} "${id}".`);
  return found;
}

/** Plot puts a style element into its figure, which the page's policy refuses; what it says, bench.css does not need. */
function drawing(result: BenchmarkResult, name: "steps" | "roofline"): Element | undefined {
  const style = { accent: "var(--accent)", width: Math.min(720, Math.max(340, document.documentElement.clientWidth - 32)) };
  const figure = name === "steps" ? stepChart(result, style) : rooflineChart(result, style);
  for (const rules of figure?.querySelectorAll("style") ?? []) rules.remove();
  return figure;
}

function blockView(block: Block, result: BenchmarkResult): TemplateResult | typeof nothing {
  switch (block.type) {
    case "heading":
      return html`<h2>${block.text}</h2>`;
    case "text":
      return html`<p>${block.text}</p>`;
    case "list":
      return html`<ul>${block.items.map((item) => html`<li>${item}</li>`)}</ul>`;
    case "picture":
      return html`<figure tabindex="0" aria-label=${block.text}>${drawing(result, block.name) ?? nothing}</figure>`;
    case "table":
      return html`<div class="table" tabindex="0" role="region" aria-label=${block.head[0] ?? ""}>
        <table>
          <thead><tr>${block.head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
          <tbody>${block.rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
        </table>
      </div>`;
  }
}

function show(result: BenchmarkResult): void {
  render(
    report(result).map((block) => blockView(block, result)),
    element("report", HTMLDivElement),
  );
  const json = new Blob([`${JSON.stringify(result, null, 2)}\n`], { type: "application/json" });
  render(
    html`<a href=${URL.createObjectURL(json)} download="archscape-benchmark.json">Save the result (JSON)</a>`,
    element("download", HTMLParagraphElement),
  );
}

function measure(request: ToWorker, buttons: readonly HTMLButtonElement[]): void {
  const progress = element("progress", HTMLParagraphElement);
  for (const button of buttons) button.disabled = true;
  const worker = new Worker(new URL("./bench.worker.ts", import.meta.url), { type: "module" });
  const hear = (message: FromWorker): void => {
    progress.textContent = message.type === "result" ? "Done." : message.text;
    progress.dataset["state"] = message.type;
    if (message.type === "result") show(message.result);
    if (message.type !== "progress") {
      worker.terminate();
      for (const button of buttons) button.disabled = false;
    }
    // For programs that drive the page (scripts/bench-browser.mjs).
    document.dispatchEvent(new CustomEvent("archscape-bench", { detail: message }));
  };
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => hear(data);
  worker.onerror = ({ message }) => hear({ type: "problem", text: `The benchmark's worker failed: ${message}` });
  worker.postMessage(request);
}

/** Wires the buttons of `web/bench.html`. `bench.html?only=archscape,jax-js` names engines; all where there are none. */
export function startBenchmarkPage(): void {
  const only = (new URLSearchParams(location.search).get("only") ?? "").split(",").filter(Boolean);
  const buttons = MODES.map((mode) => element(mode, HTMLButtonElement));
  for (const [i, mode] of MODES.entries()) {
    const [button] = buttons.slice(i);
    if (button) button.onclick = () => measure({ mode, only }, buttons);
  }
}
