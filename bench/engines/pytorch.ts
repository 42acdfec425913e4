/** PyTorch in a process of its own (`bench/pytorch/train.py`), driven line by line so that it takes turns with the others. Node only. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type Tensor, writeSafeTensors } from "../../src/formats/safetensors.ts";
import type { EngineKind } from "../engine.ts";
import type { Workload } from "../workload.ts";

export interface PytorchPlace {
  /** Folder of this repository. */
  readonly root: string;
  readonly device: "cpu" | "cuda";
  readonly threads: number;
}

/** The interpreters that may have torch: the one on the path, then the system's own. `ARCHSCAPE_PYTHON` names another. */
const INTERPRETERS = ["python3", "/usr/bin/python3"];

/** Importing torch for the first time may take long on a busy machine. */
const IMPORT_MS = 180_000;

/** An interpreter that can import torch; undefined where there is none. */
export function pythonWithTorch(): string | undefined {
  const named = process.env["ARCHSCAPE_PYTHON"];
  return (named ? [named] : INTERPRETERS).find(
    (python) => spawnSync(python, ["-c", "import torch"], { stdio: "ignore", timeout: IMPORT_MS }).status === 0,
  );
}

/** Whether that interpreter's torch can use a graphics card. */
export function hasCuda(python: string): boolean {
  const question = "import sys, torch; sys.exit(0 if torch.cuda.is_available() else 1)";
  return spawnSync(python, ["-c", question], { stdio: "ignore", timeout: IMPORT_MS }).status === 0;
}

function workloadFile({ shape, layout, options, state, batches }: Workload): Uint8Array {
  const tensors = new Map<string, Tensor>();
  const add = (name: string, data: Float32Array, sizes: readonly number[]): void => {
    tensors.set(name, { dtype: "F32", shape: sizes, data });
  };
  for (const { name, offset, size, shape: sizes } of layout.parameters) {
    add(`weights/${name}`, state.parameters.slice(offset, offset + size), sizes);
  }
  const { nodes, operations, latent } = shape;
  for (const [i, batch] of batches.entries()) {
    add(`batches/${i}/operations`, batch.operations, [options.batchSize, nodes, operations]);
    add(`batches/${i}/adjacency`, batch.adjacency, [options.batchSize, nodes, nodes]);
    add(`batches/${i}/noise`, batch.noise, [options.batchSize, nodes, latent]);
    add(`batches/${i}/keep`, batch.keep, [options.batchSize, nodes, latent]);
  }
  const metadata = { shape: JSON.stringify(shape), options: JSON.stringify(options), batches: String(batches.length) };
  return writeSafeTensors({ metadata, tensors });
}

/** Answers of the process, one line each, in order. Rejects when it ends first. */
function answersOf(output: Readable): () => Promise<Record<string, unknown>> {
  const lines = createInterface({ input: output })[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("PyTorch: the process ended before it answered.");
    return JSON.parse(value as string) as Record<string, unknown>;
  };
}

export function pytorch(python: string, { root, device, threads }: PytorchPlace): EngineKind {
  return {
    name: "pytorch",
    title: device === "cuda" ? "PyTorch, CUDA, eager" : `PyTorch, CPU, ${threads === 1 ? "one thread" : `${threads} threads`}`,
    webgpu: false,
    async open(workload) {
      const folder = mkdtempSync(join(tmpdir(), "archscape-bench-"));
      const file = join(folder, "workload.safetensors");
      writeFileSync(file, workloadFile(workload));
      const args = [join(root, "bench", "pytorch", "train.py"), file, "--device", device, "--threads", String(threads)];
      const child = spawn(python, args, { stdio: ["pipe", "pipe", "inherit"] });
      const answer = answersOf(child.stdout);
      const { version, device: name } = await answer();
      rmSync(folder, { recursive: true });
      let asked = 0;
      let last = Number.NaN;
      return {
        version: String(version),
        detail: `eager, on ${String(name)}, ${threads === 1 ? "one thread" : `${threads} threads`}`,
        async step(count) {
          child.stdin.write(`${count}\n`);
          asked++;
        },
        async finish() {
          for (; asked > 0; asked--) last = Number((await answer())["loss"]);
          return last;
        },
        close() {
          child.stdin.end();
        },
      };
    },
  };
}
