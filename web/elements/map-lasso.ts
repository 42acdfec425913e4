/** In pixels from the top left of the map. */
export type Corner = readonly [number, number];

export interface LassoGesture {
  /** What is drawn so far; empty where nothing is. */
  readonly corners: readonly Corner[];
  /** Whether the press begins a loop, which the map's own gestures then do not see. */
  down(event: PointerEvent): boolean;
  /** Whether the loop goes on. */
  move(event: PointerEvent): boolean;
  /** The finished loop; undefined where none was drawn, or one so small that it was a press. */
  up(event: PointerEvent): readonly Corner[] | undefined;
  cancel(): void;
}

/** Pixels: a hand is not still while it presses. */
const LEAST = 8;
/** Pixels between two corners. */
const STEP = 3;

/**
 * A loop drawn on the map by mouse, pen or finger.
 * @param isMeant whether a press that begins now draws
 */
export function lassoGesture(area: () => HTMLElement, isMeant: (event: PointerEvent) => boolean): LassoGesture {
  let corners: readonly Corner[] = [];
  let pointer: number | undefined;
  const place = (event: PointerEvent): Corner => {
    const box = area().getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  return {
    get corners() {
      return corners;
    },
    down(event) {
      if (event.button !== 0 || pointer !== undefined || !isMeant(event)) return false;
      event.stopPropagation();
      area().setPointerCapture(event.pointerId);
      pointer = event.pointerId;
      corners = [place(event)];
      return true;
    },
    move(event) {
      if (event.pointerId !== pointer) return false;
      const next = place(event);
      const [x, y] = corners.at(-1) ?? next;
      if (Math.hypot(next[0] - x, next[1] - y) >= STEP) corners = [...corners, next];
      return true;
    },
    up(event) {
      if (event.pointerId !== pointer) return undefined;
      const drawn = corners;
      pointer = undefined;
      corners = [];
      const extent = (axis: 0 | 1): number =>
        Math.max(...drawn.map((corner) => corner[axis])) - Math.min(...drawn.map((corner) => corner[axis]));
      return drawn.length > 2 && Math.max(extent(0), extent(1)) >= LEAST ? drawn : undefined;
    },
    cancel() {
      pointer = undefined;
      corners = [];
    },
  };
}
