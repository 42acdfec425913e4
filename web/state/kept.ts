import { requestOf } from "../../src/spaces/request.ts";
import { indexedDbRuns } from "../../workers/indexed-db.ts";
import { claimedRuns, type KeptRun, type RunStore, runSetFree } from "../../workers/run-keeper.ts";
import type { SpacesStore } from "./context.ts";
import type { NoticeBoard } from "./notices.ts";
import { isSameSpace } from "./settings.ts";
import { createStore, type Store } from "./store.ts";

export interface KeptView {
  /** The newest run that is not over and that no tab has under way. */
  readonly offer: KeptRun | undefined;
}

export interface KeptStore {
  readonly store: Store<KeptView>;
  /** Looks for what can be offered. A storage that refuses holds nothing. */
  look(): Promise<void>;
  /** Puts the space of the offer on the screen and goes on with it. */
  resume(): Promise<void>;
  /** Removes it, and offers the one before. */
  discard(): Promise<void>;
}

/** More unfinished runs than these are nobody's work any more: a few megabytes each. */
const MOST = 8;

/** What earlier visits left unfinished, of whichever space. */
export function createKept(spaces: SpacesStore, notices: NoticeBoard, runs: RunStore | undefined = indexedDbRuns()): KeptStore {
  const store = createStore<KeptView>({ offer: undefined });
  const awaited = new Set<string>();

  const look = async (): Promise<void> => {
    try {
      const all = [...((await runs?.list()) ?? [])].sort((a, b) => b.date - a.date);
      const claimed = await claimedRuns(all);
      const free = all.filter((run) => !claimed.includes(run));
      store.set({ offer: free[0] });
      for (const { id } of free.slice(MOST)) void runs?.remove(id).catch(() => undefined);
      for (const { id } of claimed) {
        if (awaited.has(id)) continue;
        awaited.add(id);
        // Another tab has it, or this one until it was reloaded just now: offered as soon as nobody has.
        runSetFree(id)
          .then(() => awaited.delete(id))
          .then(look, () => undefined);
      }
    } catch {
      store.set({ offer: undefined });
    }
  };

  /** Whether nobody took the offer up meanwhile; says so where somebody did. */
  const isFree = async (run: KeptRun, done: string): Promise<boolean> => {
    if ((await claimedRuns([run])).length === 0) return true;
    notices.post("problem", `The run was not ${done}: another tab goes on with it.`);
    await look();
    return false;
  };

  return {
    store,
    look,
    async resume() {
      const run = store.value.offer;
      if (!run || !(await isFree(run, "resumed"))) return;
      const checkpoint = await runs?.checkpoint(run.id).catch(() => undefined);
      if (!checkpoint) {
        notices.post("problem", "The run was not resumed: it is not kept any more.");
        return look();
      }
      const isShown = (): boolean => {
        const { lab } = spaces.store.value;
        return lab !== undefined && isSameSpace(requestOf(lab.space), run.space);
      };
      if (!isShown()) await spaces.open(run.space);
      const { lab } = spaces.store.value;
      // Refused, or cancelled while the space was prepared.
      if (!lab || !isShown()) return;
      store.set({ offer: undefined });
      await lab.resumeTraining(run, checkpoint);
      // What could not go on is offered again; what needed no more steps is over.
      if (run.step >= run.totalSteps && lab.training.store.value.model) await runs?.remove(run.id).catch(() => undefined);
      await look();
    },
    async discard() {
      const { offer } = store.value;
      if (!offer || !(await isFree(offer, "discarded"))) return;
      try {
        await runs?.remove(offer.id);
      } catch (error) {
        notices.post("problem", `The run could not be discarded: ${error instanceof Error ? error.message : String(error)}`);
      }
      await look();
    },
  };
}
