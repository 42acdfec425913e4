import { createStore, type Store } from "./store.ts";

/** The cell that the pointer or the focus is at, wherever that is: on the map, in a chart, in a list. */
export interface PointingView {
  /** -1 where it is none. */
  readonly cell: number;
}

export type PointingStore = Store<PointingView>;

export const createPointing = (): PointingStore => createStore<PointingView>({ cell: -1 });
