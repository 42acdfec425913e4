/** What a step and an evaluation give, by name and in a fixed order: the rows of the self-test's file. */
import { namedResult, type StepResult } from "../golden.ts";
import type { Layout } from "../layout.ts";
import type { Decoded, Encoded } from "../trainer.ts";
import type { Results } from "./expected.ts";

/** Everything that `verify` compares with golden files, and what a run carries on besides: moments and statistics of mu. */
export function stepResults(result: StepResult, layout: Layout): Results {
  const named = namedResult(result, layout);
  for (const name of layout.counters) named.delete(`after/${name}`);
  const { adamM, adamV, prior } = result.next;
  const more = { "after/adam_m": adamM, "after/adam_v": adamV, "after/prior_mean": prior.mean, "after/prior_m2": prior.m2 };
  for (const [name, values] of Object.entries(more)) named.set(name, values);
  return named;
}

/** @param decoded of the known latent points */
export function evaluationResults({ mu, logvar }: Encoded, embedding: Float32Array, decoded: Decoded): Results {
  return new Map([
    ["mu", mu],
    ["logvar", logvar],
    ["embedding", embedding],
    ["operation_logits", decoded.operations],
    ["adjacency_logits", decoded.adjacency],
  ]);
}
