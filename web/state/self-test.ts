import { SELF_TEST } from "../../src/self-test.ts";
import type { SpaceName } from "../../src/spaces/space.ts";
import { keyOf } from "../../src/vgae/self-test/known.ts";
import type { Report } from "../../src/vgae/self-test/report.ts";
import type { SelfTestMessage, SelfTestQuestion } from "../../workers/self-test-protocol.ts";
import { createStore, type Store } from "./store.ts";

export type SelfTestState =
  | { readonly state: "idle" }
  | { readonly state: "running"; readonly done: number; readonly total: number; readonly next: string }
  | { readonly state: "done"; readonly report: Report }
  /** It could not be run, why in a sentence. */
  | { readonly state: "not-run"; readonly message: string };

export interface SelfTestStore {
  readonly store: Store<{ readonly test: SelfTestState }>;
  /** Runs the kernels of a space on known numbers, in a worker and on a device of their own. Replaces a test under way. */
  start(space: SpaceName): Promise<void>;
  /** At once. */
  cancel(): void;
}

export function createSelfTest(): SelfTestStore {
  const store = createStore<{ test: SelfTestState }>({ test: { state: "idle" } });
  let worker: Worker | undefined;
  let latest = 0;
  const end = (test: SelfTestState): void => {
    worker?.terminate();
    worker = undefined;
    latest++;
    store.set({ test });
  };
  return {
    store,
    async start(space) {
      end({ state: "running", done: 0, total: 1, next: "the numbers to compare with" });
      const mine = latest;
      const fail = (message: string): void => {
        if (mine === latest) end({ state: "not-run", message });
      };
      try {
        const response = await fetch(SELF_TEST);
        if (!response.ok) throw new Error(`The self-test's file came back with status ${response.status}.`);
        const expected = new Uint8Array(await response.arrayBuffer());
        if (mine !== latest) return;
        worker = new Worker(new URL("../../workers/self-test.worker.ts", import.meta.url), { type: "module", name: "self-test" });
        worker.addEventListener("error", ({ message }) =>
          fail(`The worker of the self-test stopped: ${message || "no reason given"}.`),
        );
        worker.addEventListener("message", ({ data }: MessageEvent<SelfTestMessage>) => {
          if (mine !== latest) return;
          if (data.type === "progress") store.set({ test: { ...data, state: "running" } });
          else if (data.type === "report") end({ state: "done", report: data.report });
          else fail(data.message);
        });
        const question: SelfTestQuestion = { expected, models: [keyOf({ space, encoder: "gin" })] };
        worker.postMessage(question, [expected.buffer]);
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error));
      }
    },
    cancel: () => end({ state: "idle" }),
  };
}

/** A browser's name and version and its system, from the text that it introduces itself with. */
export function browserName(userAgent: string): string {
  const names: readonly (readonly [string, RegExp])[] = [
    ["Firefox", /Firefox\/(\d+(?:\.\d+)?)/],
    ["Edge", /Edg\/(\d+(?:\.\d+)?)/],
    ["Opera", /OPR\/(\d+(?:\.\d+)?)/],
    ["Chrome", /Chrome\/(\d+(?:\.\d+)?)/],
    ["Safari", /Version\/(\d+(?:\.\d+)?).*Safari/],
  ];
  const systems = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "CrOS", "Linux"];
  const [name, pattern] = names.find(([, candidate]) => candidate.test(userAgent)) ?? ["an unknown browser", /()/];
  const system = systems.find((candidate) => userAgent.includes(candidate));
  return [name, pattern.exec(userAgent)?.[1], system && `on ${system}`].filter(Boolean).join(" ");
}
