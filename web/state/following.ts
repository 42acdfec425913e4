import type { CellPath } from "../../src/vgae/follow.ts";
import type { Outcome } from "../../workers/protocol.ts";
import { createStore, type Store } from "./store.ts";
import { isActive, type TrainingStore } from "./training.ts";

/** What happens to a cell, in the order in which it happens. */
export const STAGES = ["encode", "sample", "decode", "loss"] as const;
export type Stage = (typeof STAGES)[number];

export interface FollowingView {
  readonly isShown: boolean;
  readonly stage: Stage;
  /** The cell as the model has it now; undefined until there is a model. */
  readonly path: CellPath | undefined;
  /** The same cell before the last training step that was asked for here. */
  readonly before: CellPath | undefined;
  /** Number of the noise; 0: none, the mean is decoded. */
  readonly draw: number;
  /** What is being waited for, in a sentence. */
  readonly waiting: string | undefined;
  /** Why there is nothing to show, in a sentence. */
  readonly problem: string | undefined;
}

export interface FollowingStore {
  readonly store: Store<FollowingView>;
  show(): void;
  hide(): void;
  go(stage: Stage): void;
  /** Other noise: another point of the same distribution. */
  drawAgain(): void;
  /** No noise. */
  takeMean(): void;
  /** One optimiser step, from the start of a run where none is paused; shows the cell before and after. */
  trainOneStep(): void;
}

export interface Followed {
  readonly training: TrainingStore;
  /** The cell to follow. */
  cell(): number;
  /** Whether there are weights that can be loaded, and the way to do so. */
  readonly hasWeights: () => boolean;
  loadWeights(): Promise<void>;
  /** Begins a run that makes one step and pauses. */
  startByStep(): void;
}

const INITIAL: FollowingView = {
  isShown: false,
  stage: "encode",
  path: undefined,
  before: undefined,
  draw: 0,
  waiting: undefined,
  problem: undefined,
};

/** While training runs, the cell is asked for at most this often. */
const REST_MILLISECONDS = 300;

/** One cell followed through the model, stage by stage, while it trains or stands still. */
export function createFollowing({ training, cell, hasWeights, loadWeights, startByStep }: Followed): FollowingStore {
  const store = createStore<FollowingView>(INITIAL);
  let asking = false;
  /** What the path on the screen was asked with. */
  let shown = "";
  let notBefore = 0;

  const wanted = (): string => {
    const { step, model, job } = training.store.value;
    return [cell(), store.value.draw, step, model, job].join();
  };
  /** Whether training draws a point now, or takes the mean, as the released protocol does after its first epoch. */
  const draws = (): boolean => {
    const { job, options, step, totalSteps } = training.store.value;
    if (options?.protocol === "corrected") return true;
    return isActive(job) && options !== undefined && step < totalSteps / options.epochs;
  };
  const hasModel = (): boolean => {
    const { job, step, model } = training.store.value;
    return model !== undefined || (isActive(job) && step > 0);
  };

  const take = (answer: Outcome<CellPath>): void => {
    if (!answer.ok) {
      store.set({ problem: answer.error.message });
      return;
    }
    const { before } = store.value;
    const path = answer.value;
    // Another cell, other noise, or another model: there is nothing to compare.
    const isSame =
      before?.index === path.index && before.step < path.step && before.noise.every((value, i) => value === path.noise[i]);
    store.set({ path, before: isSame ? before : undefined, problem: undefined });
  };

  const refresh = async (): Promise<void> => {
    if (asking || !store.value.isShown) return;
    asking = true;
    while (store.value.isShown && shown !== wanted()) {
      if (!hasModel()) {
        store.set({ path: undefined, problem: "There is no model yet: start training below." });
        break;
      }
      const rest = notBefore - performance.now();
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
      shown = wanted();
      take(await training.follow(cell(), store.value.draw));
      notBefore = performance.now() + (training.store.value.job === "running" ? REST_MILLISECONDS : 0);
    }
    asking = false;
  };

  training.store.subscribe(() => void refresh());

  return {
    store,
    show() {
      shown = "";
      store.set({ isShown: true, stage: "encode", before: undefined, draw: draws() ? 1 : 0 });
      if (hasModel() || isActive(training.store.value.job) || !hasWeights()) return void refresh();
      store.set({ waiting: "The weights of the map on the screen are being loaded." });
      void loadWeights().then(() => {
        store.set({ waiting: undefined });
        void refresh();
      });
    },
    hide: () => store.set({ isShown: false }),
    go: (stage) => store.set({ stage }),
    drawAgain() {
      store.set({ draw: store.value.draw + 1 });
      void refresh();
    },
    takeMean() {
      store.set({ draw: 0 });
      void refresh();
    },
    trainOneStep() {
      const { job } = training.store.value;
      if (job === "paused") {
        store.set({ before: store.value.path });
        training.stepOnce();
      } else if (job === "running") training.pause();
      else if (!isActive(job)) {
        store.set({ before: undefined, path: undefined, problem: undefined, draw: 1 });
        startByStep();
      }
    },
  };
}
