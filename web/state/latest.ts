/**
 * Things are asked for one after another and come when they come: fetched, read, computed. What was asked for last stays, also where
 * something that was asked for before comes after it.
 */

export interface Turn {
  /** Whether something that was asked for later has the place. */
  isLate(): boolean;
  /** Takes the place, unless it is late. What fails takes none, and so changes nothing. */
  take(): boolean;
}

/** One place. Each call asks for it. */
export function createPlace(): () => Turn {
  let asked = 0;
  let taken = 0;
  return () => {
    const mine = ++asked;
    const isLate = (): boolean => mine < taken;
    return {
      isLate,
      take() {
        if (isLate()) return false;
        taken = mine;
        return true;
      },
    };
  };
}
