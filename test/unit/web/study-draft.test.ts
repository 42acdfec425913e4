import { describe, expect, it } from "vitest";
import { readStudy } from "../../../src/study/definition.ts";
import { draftText, type StudyDraft } from "../../../src/study/draft.ts";
import type { Atlas } from "../../../web/state/atlas.ts";
import {
  embeddingNamed,
  fileStem,
  firstDraft,
  likelyPoints,
  mapProblem,
  withCost,
  withEmbedding,
  withEntry,
  withoutEntry,
  withReport,
} from "../../../web/state/study-draft.ts";

const map = (source: Extract<Atlas, { status: "ready" }>["source"], present?: Uint32Array): Atlas => ({
  status: "ready",
  source,
  rows: new Float32Array(0),
  present,
  plane: new Float32Array(0),
  explained: 1,
  points: new Float32Array(0),
  umapSeed: undefined,
});
const released = { kind: "shipped", protocol: "released" } as const;
const shipped = map(released);
const trained = map({ kind: "training", protocol: "released", seed: 1, reached: "epoch 3" });
const first = (atlas: Atlas = shipped): StudyDraft =>
  firstDraft({
    space: { name: "nasbench201" },
    title: "NAS-Bench-201",
    table: "fashion201.csv",
    atlas,
    settings: { metric: "valid_accuracy", report: "test_accuracy", cost: "seconds" },
  });
const namesOf = (draft: StudyDraft): string[] => readStudy(draftText(draft), "draft").entries.map(({ name }) => name);

describe("the draft of a study", () => {
  it("begins with strategies that the command takes, on the map's embedding where there is one", () => {
    expect(namesOf(first())).toEqual(["random", "evolution", "latent-bo"]);
    expect(namesOf(first({ status: "empty" }))).toEqual(["random", "evolution"]);
    expect(first()).toMatchObject({ pretrained: "released", report: "test_accuracy", cost: "seconds" });
    expect(first(trained)).toMatchObject({ embedding: "nasbench201.embedding.safetensors" });
  });

  it("gives every strategy a name of its own", () => {
    const twice = withEntry(withEntry(first(), { strategy: "random", points: "none" }), { strategy: "random", points: "none" });
    expect(namesOf(twice)).toEqual(["random", "evolution", "latent-bo", "random, none", "random 2"]);
  });

  it("compares with the first strategy once its baseline is gone", () => {
    const draft = { ...first(), baseline: "evolution" };
    expect(withoutEntry(draft, 0).baseline).toBe("evolution");
    expect(withoutEntry(draft, 1).baseline).toBeUndefined();
    expect(namesOf(withoutEntry(draft, 1))).toEqual(["random", "latent-bo"]);
  });

  it("leaves alone what the form does not show", () => {
    const opened: StudyDraft = { ...first(), stages: [10, 20], report: ["test_accuracy", "train_loss"] };
    const changed = withCost(withReport(opened, "valid_accuracy"), "");
    expect(changed).toMatchObject({ stages: [10, 20], report: ["valid_accuracy", "train_loss"] });
    expect(changed.cost).toBeUndefined();
    expect(withReport(opened, "").report).toBeUndefined();
  });

  it("lets a strategy search what suits it", () => {
    expect(likelyPoints("evolution", first())).toBe("none");
    expect(likelyPoints("gp", first())).toBe("embedding");
    expect(likelyPoints("gp", first({ status: "empty" }))).toBe("path");
  });

  it("does not run on another map than the one it names, until it is told to", () => {
    expect(mapProblem(first(), shipped)).toBeUndefined();
    expect(mapProblem(first(), trained)).toContain("searches the shipped released model, and the map shows your training");
    expect(mapProblem(withEmbedding(first(), embeddingNamed(trained, "nasbench201")), trained)).toBeUndefined();
    expect(mapProblem(first(trained), shipped)).toContain(
      "searches nasbench201.embedding.safetensors, and the map shows shipped",
    );
    expect(mapProblem(first(), { status: "empty" })).toContain("the map has none");
    expect(mapProblem(first(), map(released, new Uint32Array(1)))).toContain("only a part");
  });

  it("is saved under a name that every file system takes", () => {
    expect(fileStem({ name: "Rivals on NAS-Bench-201, CIFAR-10 (clean)" })).toBe("rivals-on-nas-bench-201-cifar-10-clean");
    expect(fileStem({ name: "???" })).toBe("study");
  });
});
