import type { SpaceRequest } from "../src/spaces/request.ts";
import type { TrainingOptions } from "../src/vgae/config.ts";
import type { EpochReport } from "../src/vgae/pretrain.ts";

/**
 * Keeps the checkpoint of a run while it trains, so that a closed tab or a sleeping laptop loses a few seconds of it. What is kept
 * of a run that came to its end is removed; the rest is offered at the next visit.
 */

/** What is known of a run that is not over. */
export interface KeptRun {
  /** Its own, so that runs of two tabs do not replace each other. */
  readonly id: string;
  readonly space: SpaceRequest;
  readonly options: TrainingOptions;
  /** Steps done, which the checkpoint holds, and steps in all. They are equal where only the end of the last epoch is missing. */
  readonly step: number;
  readonly totalSteps: number;
  /** When it was kept, in milliseconds since 1970. */
  readonly date: number;
  readonly epochs: readonly EpochReport[];
}

/** All methods reject where the store refuses. */
export interface RunStore {
  list(): Promise<readonly KeptRun[]>;
  checkpoint(id: string): Promise<Uint8Array | undefined>;
  /** Both or none of them. */
  put(run: KeptRun, checkpoint: Uint8Array): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Most of the time between two writes that writing may take. */
const SHARE = 0.03;

export interface RunKeeper {
  /** Writes, unless a write is under way or would take too large a share of the time. `encode` is called only then. */
  save(run: Omit<KeptRun, "id" | "date">, encode: () => Uint8Array): void;
  /** The run is over, or is not wanted any more: nothing of it stays, and nothing is written any more. */
  drop(): Promise<void>;
  /** Nothing is written any more; what was kept stays, to be offered. */
  leave(): Promise<void>;
}

export interface KeeperHooks {
  onKept(step: number): void;
  /** Told once, in a sentence; the run goes on, and so do the attempts. */
  onRefused(sentence: string): void;
  /** What could not be written. */
  onUnkept?(step: number, checkpoint: Uint8Array): void;
}

/** @param store undefined where the browser has none */
export function runKeeper(id: string, store: RunStore | undefined, { onKept, onRefused, onUnkept }: KeeperHooks): RunKeeper {
  let claim: Promise<Claim> | undefined = claimRun(id);
  let writing: Promise<void> | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  let told = false;
  let over = false;

  const refuse = (why: string): void => {
    if (!told) onRefused(`This run is not kept, so closing the page loses it: ${why.replace(/\.$/, "")}.`);
    told = true;
  };

  const write = async (run: Omit<KeptRun, "id" | "date">, encode: () => Uint8Array): Promise<void> => {
    const begun = performance.now();
    const bytes = encode();
    try {
      if (!store) throw new Error("this browser has no storage for pages.");
      if (!(await claim)?.isOurs) throw new Error("another tab keeps it.");
      if (over) return;
      await store.put({ ...run, id, date: Date.now() }, bytes);
      onKept(run.step);
    } catch (error) {
      refuse(error instanceof Error ? error.message : String(error));
      onUnkept?.(run.step, bytes);
    }
    const now = performance.now();
    notBefore = now + (now - begun) * (1 / SHARE - 1);
  };

  const end = async (): Promise<void> => {
    over = true;
    await writing;
  };

  return {
    save(run, encode) {
      if (over || writing || performance.now() < notBefore) return;
      writing = write(run, encode).finally(() => {
        writing = undefined;
      });
    },
    async drop() {
      await end();
      // One that was left may be another tab's by now.
      claim ??= claimRun(id);
      const { isOurs, release } = await claim;
      try {
        if (isOurs) await store?.remove(id);
      } catch {
        // What cannot be removed could not be kept.
      }
      release();
      claim = undefined;
    },
    async leave() {
      await end();
      (await claim)?.release();
      claim = undefined;
    },
  };
}

const lockOf = (id: string): string => `archscape run ${id}`;

/** Undefined in Node, and in pages without a secure origin: there every run seems free. */
const locks = (): LockManager | undefined => globalThis.navigator?.locks;

interface Claim {
  readonly isOurs: boolean;
  release(): void;
}

/** A lock that ends with the worker or tab that holds it: whose run is not locked, is gone. */
function claimRun(id: string): Promise<Claim> {
  const unguarded: Claim = { isOurs: true, release: () => undefined };
  return new Promise((resolve) => {
    const held = (lock: Lock | null): Promise<void> | undefined => {
      if (!lock) {
        resolve({ isOurs: false, release: () => undefined });
        return undefined;
      }
      return new Promise((release) => resolve({ isOurs: true, release }));
    };
    const request = locks()?.request(lockOf(id), { ifAvailable: true }, held);
    // Frames of other sites may be refused.
    if (request) request.catch(() => resolve(unguarded));
    else resolve(unguarded);
  });
}

/** Of these runs those that a living worker of any tab claims. */
export async function claimedRuns(runs: readonly KeptRun[]): Promise<readonly KeptRun[]> {
  try {
    const names = new Set((await locks()?.query())?.held?.map(({ name }) => name));
    return runs.filter(({ id }) => names.has(lockOf(id)));
  } catch {
    return [];
  }
}

/** Resolves when nobody claims the run any more. */
export async function runSetFree(id: string): Promise<void> {
  await locks()?.request(lockOf(id), { mode: "shared" }, () => undefined);
}
