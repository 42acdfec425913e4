import { InputError } from "../errors.ts";
import { type TrainingOptions, trainingOptions } from "./config.ts";

/** What may be changed while a run is under way. */
export const TUNABLE = ["learningRate", "klWeight", "dropout"] as const;
export type Tunable = Pick<TrainingOptions, (typeof TUNABLE)[number]>;

/**
 * From this step on (the first is 0) a run had these values; what is not named stayed as it was. A run with changes is not what its seed and
 * options alone would give: they are part of its identity, and stand in its checkpoints.
 */
export interface TrainingChange extends Partial<Tunable> {
  readonly step: number;
}

const tunablesOf = (options: Partial<Tunable>): Partial<Tunable> =>
  Object.fromEntries(TUNABLE.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));

/** Options after all changes. */
export function inForce(begun: TrainingOptions, changes: readonly TrainingChange[]): TrainingOptions {
  return Object.assign({ ...begun }, ...changes.map(tunablesOf));
}

/**
 * The history of a run that has other values from a step on. What was changed at that step or later is merged into one change, for those
 * steps are computed with the new values; what comes to the same as before is no change.
 */
export function changedAt(
  begun: TrainingOptions,
  changes: readonly TrainingChange[],
  step: number,
  wanted: Partial<Tunable> = {},
): readonly TrainingChange[] {
  const earlier = changes.filter((change) => change.step < step);
  const before = inForce(begun, earlier);
  const now = { ...inForce(begun, changes), ...tunablesOf(wanted) };
  const others = TUNABLE.filter((name) => now[name] !== before[name]);
  return others.length === 0 ? earlier : [...earlier, { step, ...Object.fromEntries(others.map((name) => [name, now[name]])) }];
}

export interface Begun {
  /** As the run began, but for how far it is to go. */
  readonly options: TrainingOptions;
  readonly changes: readonly TrainingChange[];
}

/** A run that goes on from a step: what is asked for otherwise than it was in force is a change there. */
export function goneOn({ options, changes }: Begun, step: number, given: Partial<TrainingOptions>): Begun {
  const asked = trainingOptions({ ...inForce(options, changes), ...given });
  return { options: { ...asked, ...(tunablesOf(options) as Tunable) }, changes: changedAt(options, changes, step, asked) };
}

/** A history as files have it. */
export const writeChanges = (changes: readonly TrainingChange[]): string => JSON.stringify(changes);

/** @throws InputError where the text is none, or a value could not be trained with */
export function readChanges(text: string, begun: TrainingOptions, source: string): readonly TrainingChange[] {
  try {
    const changes = JSON.parse(text) as readonly TrainingChange[];
    if (!changes.every(({ step }, i) => Number.isInteger(step) && step >= 0 && step > (changes[i - 1]?.step ?? -1)))
      throw new Error();
    for (const change of changes) trainingOptions({ ...begun, ...tunablesOf(change) });
    return changes.map((change) => ({ step: change.step, ...tunablesOf(change) }));
  } catch {
    throw new InputError(
      `${source}: expected changes of training as a list of steps with ${TUNABLE.join(", ")}, found ${text.slice(0, 100)}.`,
    );
  }
}
