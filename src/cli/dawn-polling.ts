/**
 * Dawn for Node looks whether the device has answered once in every turn of the event loop, for as long as something is awaited: one processor core
 * does nothing else, and a software adapter, which computes on those cores, has one less. A look every millisecond is enough.
 */
const LOOK_EVERY_MS = 1;

type Schedule = (callback: (...args: unknown[]) => void, ...args: unknown[]) => unknown;

/** Dawn's own callback: a native function without a name. Bound functions, which are native too, have one. */
const isDawns = (callback: unknown): boolean =>
  typeof callback === "function" &&
  callback.name === "" &&
  /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(callback));

/** `setImmediate` for a process that uses Dawn: what Dawn schedules comes a little later, all else as ever. */
export function relaxed(immediate: Schedule, later: (callback: () => void, milliseconds: number) => unknown): Schedule {
  return (callback, ...args) => (isDawns(callback) ? later(callback, LOOK_EVERY_MS) : immediate(callback, ...args));
}

/** Relaxes the `setImmediate` of this process; Dawn looks it up at every call. */
export function relaxPolling(): void {
  const { setImmediate: immediate } = globalThis;
  globalThis.setImmediate = Object.defineProperties(
    relaxed(immediate as Schedule, setTimeout),
    // `util.promisify` finds its own version here.
    Object.getOwnPropertyDescriptors(immediate),
  ) as typeof setImmediate;
}
