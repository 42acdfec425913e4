/**
 * How many steps a submit takes and how many submits may be under way, learnt from how long they took. A submit is to take about 8 ms: long
 * enough that the adapter does not wait for us, short enough that the page keeps its frames and a cancel has little to wait for.
 */
export interface Pace {
  /** Steps of the next submit. */
  readonly steps: number;
  /** Submits that may be under way: two, so that the adapter always has one; one, where that alone takes longer than 50 ms, and before it is known. */
  readonly inFlight: 1 | 2;
  /** A submit of so many steps, begun at `started`, was heard to be done at `now`, both in milliseconds; in the order of submits. */
  done(steps: number, started: number, now: number): void;
}

/** What a submit should take, in milliseconds. */
const TARGET_MS = 8;
/** A submit that takes longer is alone: whoever cancels waits for no second one. */
const ALONE_MS = 50;
export const MOST_STEPS = 64;
/** Share of the newest measurement in the average. */
const WEIGHT = 0.3;
/**
 * Firefox looks every 100 ms whether work is done: a submit of one step seems to take as long as one of fifty. A delay of about that is tried
 * out: twice the steps tell whether they or the browser take the time.
 */
const LATE_MS = { from: 80, to: 130 } as const;
/** Measurements that count together in a trial. */
const TRIAL = 2;
/** Times closer than this belong to one look of the browser. */
const SAME_MS = 0.5;

/** Submits under way. */
export interface Submits {
  /** Steps of the next one. */
  readonly steps: number;
  /** Resolves when there is room for one more. */
  room(): Promise<void>;
  /** One is under way; `done` settles when the device is through with it. */
  add(steps: number, done: Promise<unknown>): void;
}

/** @param fixed steps a submit, whatever it takes */
export function submits(fixed?: number): Submits {
  const rhythm = pace();
  const waiting: (() => void)[] = [];
  let underWay = 0;
  return {
    get steps() {
      return fixed ?? rhythm.steps;
    },
    async room() {
      while (underWay >= rhythm.inFlight) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    add(steps, done) {
      underWay++;
      const started = performance.now();
      const settle = (): void => {
        rhythm.done(steps, started, performance.now());
        underWay--;
        for (const go of waiting.splice(0)) go();
      };
      // Of a lost device some implementations reject; that it is lost is heard elsewhere.
      done.then(settle, settle);
    },
  };
}

export function pace(): Pace {
  let steps = 1;
  let msPerStep = 0;
  let lastDone = Number.NEGATIVE_INFINITY;
  let lastMs = Number.POSITIVE_INFINITY;
  /** Since when, and how many steps, where too little time went by to tell. */
  let begun: number | undefined;
  let carried = 0;
  /** Whether a time of about 100 ms is the adapter's or the browser's. */
  let verdict: "unknown" | "busy" | "late" = "unknown";
  let before: { readonly steps: number; readonly ms: number } | undefined;
  let measurements = 0;

  const fitting = (): number => Math.max(1, Math.min(MOST_STEPS, Math.floor(TARGET_MS / msPerStep)));

  /** Doubles the steps for as long as they come for free. */
  const tryOut = (total: number, ms: number): void => {
    const perSubmit = (ms * steps) / total;
    if (before && perSubmit > LATE_MS.to) {
      // Time a submit = delay + steps * time a step: two equations.
      const perStep = (perSubmit - before.ms) / (steps - before.steps);
      verdict = perStep * before.steps > before.ms / 2 ? "busy" : "late";
      steps = verdict === "busy" ? fitting() : before.steps;
      before = undefined;
      return;
    }
    if (++measurements < TRIAL) return;
    measurements = 0;
    if (steps === MOST_STEPS) {
      verdict = "late";
      before = undefined;
      return;
    }
    before = { steps, ms: perSubmit };
    steps = Math.min(MOST_STEPS, 2 * steps);
  };

  return {
    get steps() {
      return steps;
    },
    get inFlight() {
      return lastMs > ALONE_MS && verdict !== "late" ? 1 : 2;
    },
    done(count, started, now) {
      begun ??= Math.max(started, lastDone);
      carried += count;
      lastDone = now;
      if (now - begun < SAME_MS) return;
      const total = carried;
      lastMs = now - begun;
      carried = 0;
      begun = undefined;
      const measured = lastMs / total;
      msPerStep = msPerStep === 0 ? measured : (1 - WEIGHT) * msPerStep + WEIGHT * measured;
      const isLate = lastMs >= LATE_MS.from && lastMs <= LATE_MS.to;
      if (verdict === "unknown" && (isLate || (before && lastMs > LATE_MS.to))) tryOut(total, lastMs);
      else if (!isLate || verdict === "busy") {
        steps = fitting();
        before = undefined;
        if (verdict === "late") verdict = "unknown";
      }
    },
  };
}
