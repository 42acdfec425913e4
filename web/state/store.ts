import type { ReactiveController, ReactiveControllerHost } from "lit";

/** A value that changes and tells who listens. State lives in stores; elements draw them. */
export interface Store<T extends object> {
  readonly value: T;
  set(patch: Partial<T>): void;
  /** Calls `listener` after every change; returns the function that stops it. */
  subscribe(listener: () => void): () => void;
}

export function createStore<T extends object>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get value() {
      return value;
    },
    set(patch) {
      const keys = Object.keys(patch) as (keyof T)[];
      if (keys.every((key) => Object.is(patch[key], value[key]))) return;
      value = { ...value, ...patch };
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Lets the page draw and answer before it goes on. */
export const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Anything that can be watched. */
export type Watchable = Pick<Store<object>, "subscribe">;

/**
 * Redraws its element, or does what else it is told, when one of the watched stores changes. Stores are picked at each update, because
 * they arrive as a property after construction.
 */
export class Watch implements ReactiveController {
  private stops: (() => void)[] = [];
  private watched: readonly Watchable[] = [];
  private readonly host: ReactiveControllerHost;
  private readonly pick: () => readonly Watchable[];
  private readonly act: () => void;

  constructor(host: ReactiveControllerHost, pick: () => readonly Watchable[], act = (): void => host.requestUpdate()) {
    this.host = host;
    this.pick = pick;
    this.act = act;
    host.addController(this);
  }

  hostUpdate(): void {
    const next = this.pick();
    if (next.length === this.watched.length && next.every((store, i) => store === this.watched[i])) return;
    this.release();
    this.watched = next;
    this.stops = next.map((store) => store.subscribe(this.act));
  }

  hostConnected(): void {
    this.host.requestUpdate();
  }

  hostDisconnected(): void {
    this.release();
  }

  private release(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
    this.watched = [];
  }
}
