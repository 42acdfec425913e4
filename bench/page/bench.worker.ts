/** Measures in a worker, where pages that use the engine compute too. */
import { archscape } from "../engines/archscape.ts";
import { jaxJs } from "../engines/jax.ts";
import { tfjsWasm, tfjsWebgpu } from "../engines/tfjs.ts";
import { runBenchmark } from "../run.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

const post = (message: FromWorker): void => postMessage(message);

/** "Chromium 156" and the like; the whole user agent where a browser does not say. */
function browser(): string {
  const { brands } = (navigator as { userAgentData?: { brands: { brand: string; version: string }[] } }).userAgentData ?? {};
  const known = brands?.filter(({ brand }) => !/not.?a.?brand/i.test(brand)).at(-1);
  return known ? `${known.brand} ${known.version}` : navigator.userAgent;
}

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  const kinds = [archscape, tfjsWebgpu, jaxJs, tfjsWasm].filter(({ name }) => data.only.length === 0 || data.only.includes(name));
  try {
    const result = await runBenchmark({
      kinds,
      mode: data.mode,
      runtime: browser(),
      processors: navigator.hardwareConcurrency,
      say: (text) => post({ type: "progress", text }),
    });
    post({ type: "result", result });
  } catch (error) {
    post({ type: "problem", text: error instanceof Error ? error.message : String(error) });
  }
};
