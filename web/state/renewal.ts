import { createStore, type Store } from "./store.ts";

/**
 * Whether the site has a newer lab than the page that is open. The page's service worker (`offline.ts`) is one file that changes with every other:
 * a new one is asked whether it holds the files of this page, and where it does not, the page is of an older version.
 */
export interface RenewalStore {
  readonly store: Store<{ readonly isReady: boolean }>;
  /** Says no more of this version. */
  decline(): void;
}

/** What a service worker is asked, with a port for its answer: true where it holds all of these addresses. */
export interface VersionQuestion {
  readonly archscapeFiles: readonly string[];
}

/** @param files addresses that are other ones in another version of the page */
export function watchRenewal(registration: ServiceWorkerRegistration, files: readonly string[]): RenewalStore {
  const store = createStore({ isReady: false });
  let followed: ServiceWorker | undefined;
  const compare = async (worker: ServiceWorker): Promise<void> => {
    if (!(await holds(worker, files)) && worker === followed) store.set({ isReady: true });
  };
  /** A worker that is being installed has its files once it is done, or is given up. */
  const follow = (worker: ServiceWorker): void => {
    if (worker === followed) return;
    followed = worker;
    if (worker.state !== "installing") return void compare(worker);
    worker.addEventListener("statechange", () => void (worker.state === "installed" && compare(worker)));
  };
  // Browsers look for a new one when a page is opened, but a page may stay open for weeks.
  const look = async (): Promise<void> => {
    if (document.hidden) return;
    try {
      await registration.update();
    } catch {
      // Without a network nothing is new.
      return;
    }
    // The active one is that of an earlier visit, and older than the page rather than newer.
    const latest = registration.installing ?? registration.waiting;
    if (latest) follow(latest);
  };
  void look();
  document.addEventListener("visibilitychange", look);
  addEventListener("online", look);
  return { store, decline: () => store.set({ isReady: false }) };
}

function holds(worker: ServiceWorker, files: readonly string[]): Promise<boolean> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<boolean>) => {
      resolve(data);
      port1.close();
    };
    const question: VersionQuestion = { archscapeFiles: files };
    worker.postMessage(question, [port2]);
  });
}
