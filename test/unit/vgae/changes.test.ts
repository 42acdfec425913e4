import * as tf from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, it } from "vitest";
import { darts } from "../../../src/spaces/index.ts";
import { packingOf, packSpace } from "../../../src/spaces/packing.ts";
import { openBackend } from "../../../src/vgae/backend.ts";
import { changedAt, goneOn, inForce } from "../../../src/vgae/changes.ts";
import { readCheckpoint } from "../../../src/vgae/checkpoint.ts";
import { trainingOptions } from "../../../src/vgae/config.ts";
import type { PretrainEvent } from "../../../src/vgae/pretrain.ts";
import { losses } from "../../../src/vgae/reference/model.ts";
import { uploadGraphs } from "../../../src/vgae/reference/tensors.ts";
import { type Session, session } from "../../../src/vgae/session.ts";

const begun = trainingOptions({ learningRate: 1e-3, klWeight: 1, dropout: 0.3 });

describe("the history of a run", () => {
  it("names what was changed at which step, and what comes to the same as before is no change", () => {
    const once = changedAt(begun, [], 10, { learningRate: 1e-4, dropout: 0.3 });
    expect(once).toEqual([{ step: 10, learningRate: 1e-4 }]);
    const twice = changedAt(begun, once, 20, { klWeight: 0 });
    expect(inForce(begun, twice)).toMatchObject({ learningRate: 1e-4, klWeight: 0, dropout: 0.3 });
    expect(changedAt(begun, once, 10, { learningRate: 1e-3 })).toEqual([]);
  });

  it("has steps that are computed again with what is in force now", () => {
    const changes = [
      { step: 10, learningRate: 1e-4 },
      { step: 20, klWeight: 0 },
    ];
    expect(changedAt(begun, changes, 5)).toEqual([{ step: 5, learningRate: 1e-4, klWeight: 0 }]);
    expect(changedAt(begun, changes, 15)).toEqual([changes[0], { step: 15, klWeight: 0 }]);
  });

  it("of a run that goes on gets what is asked for otherwise than it was", () => {
    const changes = [{ step: 10, learningRate: 1e-4 }];
    const same = goneOn({ options: begun, changes }, 30, { epochs: 20, learningRate: 1e-4 });
    expect(same).toEqual({ options: { ...begun, epochs: 20 }, changes });
    const other = goneOn({ options: begun, changes }, 30, { learningRate: 1e-3 });
    expect(other).toEqual({ options: begun, changes: [...changes, { step: 30, learningRate: 1e-3 }] });
  });
});

const space = darts({ seed: 3, count: 1200 });
const sessions: Session[] = [];
afterEach(() => {
  for (const engine of sessions.splice(0)) engine.close();
});

function engine(): Session {
  const made = session(() => openBackend({ backend: "tfjs-wasm" }));
  sessions.push(made);
  return made;
}

describe("a run that is changed while it is paused", () => {
  it("goes on with the new values, shows the map between its steps, and its checkpoint tells so", async () => {
    const one = engine();
    const events: PretrainEvent[] = [];
    const request = { space, options: { epochs: 2 }, epochSamples: 10, embedEachEpoch: true, embedAtSteps: [2, 5] };
    const run = one.pretrain(request, (event) => {
      events.push(event);
      if (event.type === "look" && event.step === 5) {
        one.job?.pause();
        expect(() => one.job?.tune({ dropout: 1 })).toThrow(
          "Training option dropout: expected a number from 0, below 1, found 1.",
        );
        one.job?.tune({ learningRate: 1e-4, klWeight: 0 });
      } else if (event.type === "state" && event.state === "paused") one.job?.resume();
      else if (event.type === "progress" && event.step >= 12) one.job?.cancel();
    });
    const { checkpoint } = await run;
    const looks = events.flatMap((event) => (event.type === "look" ? [event] : []));
    expect(looks.map(({ step }) => step).slice(0, 2)).toEqual([2, 5]);
    expect(looks[0]?.embedding).toHaveLength(1200 * 16);
    expect(looks[0]?.embedding).not.toEqual(looks[1]?.embedding);
    const changes = [{ step: 5, learningRate: 1e-4, klWeight: 0 }];
    expect(events).toContainEqual({ type: "changed", changes });
    const kl = events.flatMap((event) => (event.type === "progress" ? event.metrics : [])).map((step) => step.kl > 0);
    expect(kl.slice(0, 7)).toEqual([true, true, true, true, true, false, false]);

    const read = readCheckpoint(space, checkpoint);
    expect(read).toMatchObject({ changes, options: { learningRate: 1e-3, klWeight: 1 } });
    // Another checkpoint with the file's history, and one of a run that was never changed.
    await one.load(space, checkpoint);
    expect(readCheckpoint(space, await one.snapshot()).changes).toEqual(changes);
    const calm = await one.pretrain({ space, options: { epochs: 1 }, epochSamples: 10 }, () => undefined);
    expect(readCheckpoint(space, calm.checkpoint).metadata["changes"]).toBeUndefined();
  });
});

describe("a cell that is followed through the model", () => {
  it("adds up to the loss of a batch, and keeps its noise from step to step", async () => {
    const one = engine();
    const options = trainingOptions({ epochs: 1, klWeight: 0.5, batchSize: 3 });
    const small = darts({ seed: 3, count: 40 });
    await one.pretrain({ space: small, options, epochSamples: 10 }, () => undefined);
    const indices = [4, 9, 30];
    const paths = await Promise.all(indices.map((index) => one.follow(index, 7)));
    const [first] = paths;
    expect(first).toMatchObject({ index: 4, step: 12, graph: small.graph(4) });
    expect((await one.follow(4, 7)).sampled).toEqual(first?.sampled);
    expect((await one.follow(4, 8)).sampled).not.toEqual(first?.sampled);
    const plain = await one.follow(4, 0);
    expect(plain.sampled).toEqual(plain.mean);
    await expect(one.follow(40, 0)).rejects.toThrow("Expected the index of a cell, from 0 to 39, found 40.");

    const joined = (of: (path: (typeof paths)[number]) => Float32Array, shape: number[]): tf.Tensor =>
      tf.tensor(
        paths.flatMap((path) => [...of(path)]),
        [indices.length, small.nodes, ...shape],
      );
    const logit = (share: number): number => Math.log(share / (1 - share));
    const graphs = uploadGraphs(packingOf(small), small.operations.length, packSpace(small), indices);
    const logits = {
      operations: joined((path) => path.operations.map(logit), [small.operations.length]),
      // On the diagonal, which does not count, a probability may be 1.
      adjacency: joined((path) => path.edges.map((share) => logit(Math.min(share, 1 - 1e-7))), [small.nodes]),
    };
    const encoding = {
      mu: joined((path) => path.mean, [16]),
      logvar: joined((path) => path.deviation.map(Math.log), [16]),
      running: {},
    };
    const expected = losses(logits, encoding, graphs, options.klWeight);
    for (const term of ["operations", "adjacency", "kl", "total"] as const) {
      const mean = paths.reduce((sum, { loss }) => sum + loss[term], 0) / paths.length;
      expect(mean).toBeCloseTo((await expected[term].data())[0] as number, 4);
    }
  });
});
