/** The benchmark in a browser: a worker measures, the page shows. The command (scripts/bench-browser.mjs) reads the result off the page's events. */
import { stepChart } from "../chart.ts";
import { section } from "../report.ts";
import type { BenchmarkResult } from "../result.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The benchmark page has no ${type.name} "${id}".`);
  return found;
}

function show(result: BenchmarkResult): void {
  const chart = new DOMParser().parseFromString(stepChart(result, ""), "image/svg+xml").documentElement;
  element("chart", HTMLElement).replaceChildren(document.importNode(chart, true));
  element("report", HTMLPreElement).textContent = section(result, "archscape-benchmark.svg");
  const download = document.createElement("a");
  download.textContent = "Download the result (JSON)";
  download.download = "archscape-benchmark.json";
  download.href = URL.createObjectURL(new Blob([`${JSON.stringify(result, null, 2)}\n`], { type: "application/json" }));
  element("download", HTMLSpanElement).replaceChildren(download);
}

function measure(request: ToWorker, buttons: readonly HTMLButtonElement[]): void {
  const progress = element("progress", HTMLParagraphElement);
  for (const button of buttons) button.disabled = true;
  const worker = new Worker(new URL("./bench.worker.ts", import.meta.url), { type: "module" });
  const end = (text: string): void => {
    progress.textContent = text;
    worker.terminate();
    for (const button of buttons) button.disabled = false;
  };
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data.type === "progress") {
      progress.textContent = data.text;
    } else if (data.type === "result") {
      show(data.result);
      end("Done.");
    } else {
      end(data.text);
    }
    // For programs that drive the page (scripts/bench-browser.mjs).
    document.dispatchEvent(new CustomEvent("archscape-bench", { detail: data }));
  };
  worker.onerror = ({ message }) => {
    const text = `The benchmark's worker failed: ${message}`;
    end(text);
    document.dispatchEvent(new CustomEvent("archscape-bench", { detail: { type: "problem", text } satisfies FromWorker }));
  };
  worker.postMessage(request);
}

/** Wires the buttons of `web/bench.html`. `bench.html?only=archscape,jax-js` names engines; all where there are none. */
export function startBenchmarkPage(): void {
  const only = (new URLSearchParams(location.search).get("only") ?? "").split(",").filter(Boolean);
  const buttons = [element("start", HTMLButtonElement), element("quick", HTMLButtonElement)];
  for (const [i, button] of buttons.entries()) button.onclick = () => measure({ quick: i === 1, only }, buttons);
}
