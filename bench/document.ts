/** docs/benchmarks.md, made of all kept runs. */
import { type Block, report } from "./report.ts";
import type { BenchmarkResult } from "./result.ts";

const INTRODUCTION = `# Benchmarks

Engines that train the same model on the same adapter, in one run. Made by \`npm run bench\`, which also writes this file: do not edit it. The numbers
are in the JSON files beside the pictures, and the lab measures on your own machine: its page \`bench.html\`.

- Each engine starts from the same weights and sees the same graphs, noise and dropout masks in its first five steps; one whose losses are
  not those of the first engine is not timed.
- Engines then take turns, block by block; a block ends when its last loss is known on the host. The first blocks do not count.
- Numbers are medians with, in brackets, the order statistics that hold the true median in at least 95 % of cases (of fewer than six
  values: all of them). Where a task takes long, there is one value and no interval.
- Archscape chooses graphs and draws noise and masks on the device in every step. The others find theirs on the device: that costs them nothing.
- *First step* is the time from opening an engine until its first loss is known. Drivers and browsers may have kept compiled kernels from earlier runs.
- *JavaScript* is how long the thread is busy, from the call that starts steps until its last call of WebGPU before WebGPU first answers, over the
  steps that were issued in that time. On software adapters \`queue.submit\` computes some of it, or waits. *Without submit*
  leaves that call out, with every dispatch shrunk to one workgroup and ours in submits of 64 steps, the most that it makes on a fast adapter: what JavaScript
  and the recording of commands cost a step. *Host* is the whole time of such a shrunk step, with driver and the wait at the end.
- On a software adapter the processor does the arithmetic too, and everything else that runs on the machine shows in the numbers.
- Ceilings are what the adapter reaches with nothing else to do. MFLOP and KiB of a kernel are computed from the sizes: two operations a
  multiply-add of its matrix products and nothing else, and every value that it must read or write once. Its bound is the longest of its
  arithmetic at the speed of the product, its memory at that of the copy in the cache, and a dispatch.`;

function markdown(block: Block, picture: (name: string) => string): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  switch (block.type) {
    case "heading":
      return `## ${block.text}`;
    case "text":
      return block.text;
    case "list":
      return block.items.map((item) => `- ${item}`).join("\n");
    case "picture":
      return `![${block.text}](${picture(block.name)})`;
    case "table":
      return [row(block.head), row(block.head.map(() => "---")), ...block.rows.map(row)].join("\n");
  }
}

/** The whole document. Runs are sections, in the order given; their pictures are `benchmarks/NAME-PICTURE.svg`. */
export function benchmarksDocument(runs: readonly { readonly name: string; readonly result: BenchmarkResult }[]): string {
  const sections = runs.flatMap(({ name, result }) =>
    report(result).map((block) => markdown(block, (picture) => `benchmarks/${name}-${picture}.svg`)),
  );
  return `${[INTRODUCTION, ...sections].join("\n\n")}\n`;
}
