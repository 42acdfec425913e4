/** What the self-test expects, computed by the TensorFlow.js reference: for the file that ships, and for tests. */
import { unpack } from "../../src/spaces/packing.ts";
import { PADDING } from "../../src/spaces/space.ts";
import { parameterLayout } from "../../src/vgae/layout.ts";
import type { ReferenceBackend } from "../../src/vgae/reference/backend.ts";
import { keepMask, normalNoise } from "../../src/vgae/reference/noise.ts";
import { referenceStep, type StepBatch } from "../../src/vgae/reference/step.ts";
import { referenceTrainer } from "../../src/vgae/reference/trainer.ts";
import type { TwinStep } from "../../src/vgae/rounding/problem.ts";
import { twinOf } from "../../src/vgae/rounding/twin.ts";
import { batchAt, batchIndices } from "../../src/vgae/schedule.ts";
import { type ExpectedModel, type Results, rowsOf } from "../../src/vgae/self-test/expected.ts";
import { type Known, type KnownModel, knownModel, STEPS } from "../../src/vgae/self-test/known.ts";
import { evaluationResults, stepResults } from "../../src/vgae/self-test/results.ts";

/** Every result of a step of a known model. */
export async function expectedStep(backend: ReferenceBackend, known: Known, step: number): Promise<Results> {
  const result = await referenceStep(backend, known.shape, known.start(step), batchOf(known, step), known.options);
  return stepResults(result, parameterLayout(known.shape));
}

export async function expectedEvaluation(backend: ReferenceBackend, known: Known): Promise<Results> {
  const trainer = await referenceTrainer(backend, known.shape, known.set, known.options);
  try {
    trainer.restore(known.start(0));
    const { packed } = known.set;
    return evaluationResults(await trainer.encode(packed), await trainer.embed(packed), await trainer.decode(known.points));
  } finally {
    trainer.destroy();
  }
}

export async function expect(backend: ReferenceBackend, model: KnownModel): Promise<ExpectedModel> {
  const known = knownModel(model);
  const steps = new Map<number, Float32Array>();
  for (const step of STEPS) steps.set(step, rowsOf(await expectedStep(backend, known, step)));
  return { ...model, steps, evaluation: rowsOf(await expectedEvaluation(backend, known)) };
}

function batchOf({ shape, packing, set, options }: Known, step: number): StepBatch {
  const { nodes, operations: kinds, latent } = shape;
  const { count, mode, index } = batchAt(step, set.count, options);
  const operations = new Float32Array(count * nodes * kinds);
  const adjacency = new Float32Array(count * nodes * nodes);
  for (const [position, graph] of batchIndices(step, set.count, options).entries()) {
    const unpacked = unpack(packing, set.packed, graph);
    adjacency.set(unpacked.adjacency, position * nodes * nodes);
    for (const [node, operation] of unpacked.operations.entries()) {
      if (operation !== PADDING) operations[(position * nodes + node) * kinds + operation] = 1;
    }
  }
  const elements = count * nodes * latent;
  const random =
    mode === "train"
      ? { noise: normalNoise(options.seed, step, elements), keep: keepMask(options.seed, step, elements, options.dropout) }
      : {};
  return { mode, count, operations, adjacency, startsEpoch: index === 0, ...random };
}

/**
 * ReLU inputs of the model's steps so near to zero that rounding decides whether they pass: there two correct engines differ, and sums over
 * a tensor do not tell why.
 */
export function undecided(model: KnownModel): number {
  const known = knownModel(model);
  const of = (step: number): TwinStep => ({ ...batchOf(known, step), start: known.start(step) });
  return STEPS.reduce((sum, step) => sum + twinOf(known.shape, known.options, of(step)).decided.length, 0);
}
