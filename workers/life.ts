/**
 * Hearing of a worker's end. One that throws tells it by an `error` event; one that is ended from outside (by the browser, for want of
 * memory, or by `terminate`) tells nobody. So every worker holds a lock for as long as it lives, and the page waits for that lock.
 */

interface Life {
  readonly archscapeLife: string;
}

const isLife = (data: unknown): data is Life => typeof data === "object" && data !== null && "archscapeLife" in data;

/** Undefined in Node, and in pages without a secure origin. */
const locks = (): LockManager | undefined => globalThis.navigator?.locks;

/** In the worker: takes the lock and tells the page its name. */
export function announceLife(): void {
  const name = `archscape worker ${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
  const life: Life = { archscapeLife: name };
  locks()
    ?.request(name, () => {
      postMessage(life);
      return new Promise<void>(() => undefined);
    })
    // Frames of other sites may be refused; the error event remains.
    .catch(() => undefined);
}

/** On the page: resolves with the reason once the worker cannot work any more, and makes sure that nothing of it goes on. */
export function endOf(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    const end = (reason: string): void => {
      worker.terminate();
      resolve(reason);
    };
    worker.addEventListener("error", ({ message }) => end(message || "no reason given"));
    worker.addEventListener("messageerror", () => end("a message of it could not be read"));
    worker.addEventListener("message", ({ data }) => {
      if (!isLife(data)) return;
      locks()
        ?.request(data.archscapeLife, { mode: "shared" }, () => end("the browser ended it"))
        .catch(() => undefined);
    });
  });
}
