import { DeviceError } from "../errors.ts";

/** Work on a device that may go away at any moment: what was asked of it then may never settle. */

/** The device went away. */
export class DeviceLost extends DeviceError {
  /** As the browser or driver puts it. */
  readonly reason: string;

  constructor(reason: string) {
    super(`The GPU was lost: ${reason}`);
    this.reason = reason;
  }
}

/** How long a failure may come before the news of a lost device that caused it, in milliseconds. */
const GRACE_MS = 500;

interface Watched {
  reason: string | undefined;
  readonly waiting: Set<(error: DeviceLost) => void>;
}

const watched = new WeakMap<Promise<string>, Watched>();

function watch(lost: Promise<string>): Watched {
  const known = watched.get(lost);
  if (known) return known;
  const made: Watched = { reason: undefined, waiting: new Set() };
  watched.set(lost, made);
  void lost.then((reason) => {
    made.reason = reason;
    for (const reject of [...made.waiting]) reject(new DeviceLost(reason));
  });
  return made;
}

/**
 * The result of work, or DeviceLost as soon as its device is gone. (Not a race with `lost` itself, which lives as long as the device
 * and would hold the result of every race.)
 * @param lost resolves with the reason when the device is gone
 */
export function unlessLost<T>(lost: Promise<string>, work: Promise<T>): Promise<T> {
  const { reason, waiting } = watch(lost);
  return new Promise<T>((resolve, reject) => {
    waiting.add(reject);
    work.then(resolve, reject).finally(() => waiting.delete(reject));
    if (reason !== undefined) reject(new DeviceLost(reason));
  });
}

/** The loss that explains an error, if one does: what fails on a dying device may be heard of before the loss itself. */
export function lossBehind(lost: Promise<string>, error: unknown): Promise<DeviceLost | undefined> {
  if (error instanceof DeviceLost) return Promise.resolve(error);
  if (error instanceof DeviceError) return Promise.resolve(undefined);
  const { reason, waiting } = watch(lost);
  if (reason !== undefined) return Promise.resolve(new DeviceLost(reason));
  return new Promise((resolve) => {
    const settle = (loss: DeviceLost | undefined): void => {
      clearTimeout(patience);
      waiting.delete(settle);
      resolve(loss);
    };
    const patience = setTimeout(settle, GRACE_MS, undefined);
    waiting.add(settle);
  });
}
