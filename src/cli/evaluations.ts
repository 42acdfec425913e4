/** Many architectures evaluated: in this thread, or spread over several. */
import { Worker } from "node:worker_threads";
import { version_core } from "@tensorflow/tfjs-core";
import type { EvaluationApi, EvaluationJob } from "../../workers/evaluation-protocol.ts";
import { evaluationService } from "../../workers/evaluation-service.ts";
import type { Outcome } from "../../workers/protocol.ts";
import { InputError } from "../errors.ts";
import type { Evaluated } from "../objectives/evaluation.ts";
import { requestOf, searchSpace, tablesOf } from "../spaces/index.ts";
import { openPool, type PooledService } from "./pool.ts";

/** What the networks run on. */
export const ADAPTER = `TensorFlow.js ${version_core} on WebAssembly`;

/**
 * Evaluates architectures in their order on so many threads; results come in the order in which they end. After the signal none begins, and
 * those under way are dropped.
 * @throws InputError for what cannot be evaluated
 */
export async function evaluateAll(
  job: EvaluationJob,
  indices: readonly number[],
  threads: number,
  signal: AbortSignal,
  onResult: (index: number, values: Evaluated, seconds: number) => void,
): Promise<void> {
  const waiting = [...indices];
  const { services, close } = openPool<EvaluationApi>(
    Math.min(threads, waiting.length),
    evaluationService,
    () => new Worker(new URL("./evaluations.worker.ts", import.meta.url)),
  );
  const request = requestOf(searchSpace(job.space));
  const cancel = (): void => {
    for (const service of services) void service.cancel();
  };
  signal.addEventListener("abort", cancel);
  const value = <T>(result: Outcome<T>): T => {
    if (result.ok) return result.value;
    waiting.length = 0;
    throw result.error.kind === "input" ? new InputError(result.error.message) : new Error(result.error.message);
  };
  const work = async (service: PooledService<EvaluationApi>): Promise<void> => {
    if (services.length > 1 && request.name !== "nasbench201") value(await service.adopt(tablesOf(request)));
    value(await service.open(job));
    for (;;) {
      const index = signal.aborted ? undefined : waiting.shift();
      if (index === undefined) return;
      const begin = performance.now();
      const result = await service.evaluate(index);
      if (!result.ok && result.error.kind === "cancelled") return;
      onResult(index, value(result), (performance.now() - begin) / 1000);
    }
  };
  try {
    await Promise.all(services.map(work));
  } finally {
    signal.removeEventListener("abort", cancel);
    await close();
  }
}
