import { split } from "../src/datasets/images.ts";
import { evaluate } from "../src/objectives/evaluate.ts";
import type { Evaluated } from "../src/objectives/evaluation.ts";
import { openBackend } from "../src/vgae/reference/backend.ts";
import type { EvaluationApi } from "./evaluation-protocol.ts";
import { outcome } from "./outcome.ts";
import { adopt, preparedSpace } from "./spaces.ts";

/** What an evaluation thread exposes. Apart from it, so that it also runs without one. */
export function evaluationService(): EvaluationApi {
  let work: ((index: number) => Promise<Evaluated>) | undefined;
  const controller = new AbortController();
  return {
    adopt,
    open: ({ space: choice, setting, images, counts }) =>
      outcome(async () => {
        const space = await preparedSpace(choice);
        const on = await openBackend("tfjs-wasm");
        const parts = split(images, counts, setting.seed);
        work = async (index) => {
          const values = await evaluate(space, index, setting, parts, on, controller.signal);
          if (values === undefined) throw new DOMException("The evaluation was cancelled.", "AbortError");
          return values;
        };
        return undefined;
      }),
    evaluate: (index) =>
      outcome(() => {
        if (!work) throw new Error("evaluate() came before open()");
        return work(index);
      }),
    async cancel() {
      controller.abort();
    },
  };
}
