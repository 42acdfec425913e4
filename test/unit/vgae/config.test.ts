import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { expectSameModel, type TrainingOptions, trainingOptions } from "../../../src/vgae/config.ts";

const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  return "";
};

describe("the options of a training", () => {
  it("are arch2vec's by default: a variational autoencoder of GIN layers", () => {
    expect(trainingOptions()).toMatchObject({ encoder: "gin", variational: true, klWeight: 1 });
  });

  it("of a plain autoencoder weigh the KL term with 0, and refuse another weight", () => {
    expect(trainingOptions({ variational: false })).toMatchObject({ variational: false, klWeight: 0 });
    expect(refusal(() => trainingOptions({ variational: false, klWeight: 0.5 }))).toBe(
      "Training option klWeight: expected 0 where variational is false: a plain autoencoder has no KL term, found 0.5.",
    );
    const settled = trainingOptions({ variational: false });
    expect(trainingOptions(settled)).toEqual(settled);
  });

  it("name an encoder there is", () => {
    expect(refusal(() => trainingOptions({ encoder: "gat" as TrainingOptions["encoder"] }))).toBe(
      "Training option encoder: expected one of gin, gcn, found gat.",
    );
    expect(refusal(() => trainingOptions({ variational: "no" as unknown as boolean }))).toContain("expected true or false");
  });

  it("go on with the model that was begun, and no other", () => {
    const gae = trainingOptions({ encoder: "gcn", variational: false });
    expect(refusal(() => expectSameModel(gae, { epochs: 20, learningRate: 1e-4 }))).toBe("");
    expect(refusal(() => expectSameModel(gae, { encoder: "gcn", variational: false }))).toBe("");
    expect(refusal(() => expectSameModel(gae, { encoder: "gin" }))).toBe(
      "Training option encoder: expected gcn, as the checkpoint to go on from was trained, found gin.",
    );
    expect(refusal(() => expectSameModel(trainingOptions(), { variational: false }))).toBe(
      "Training option variational: expected true, as the checkpoint to go on from was trained, found false.",
    );
  });
});
