import { type Raster, rasterise } from "./raster.ts";
import type { Cloud, Renderer, RendererOptions } from "./renderer.ts";
import { pointOpacity, pointRadius, type Size, toPixels, zoomAt } from "./view.ts";

/** A frame that takes longer than this, in milliseconds, is drawn with fewer points while the view moves. */
const FRAME = 24;
/** How long a view rests before all points are drawn again. */
const REST = 120;

/** The map on a 2-D canvas, for browsers without WebGL or with one that computes on the CPU. */
export function canvasRenderer({ parent, view, ground, onView }: RendererOptions): Renderer {
  const canvas = parent.ownerDocument.createElement("canvas");
  canvas.style.width = "100%";
  canvas.style.height = "100%";
  canvas.style.touchAction = "none";
  parent.append(canvas);
  const context = canvas.getContext("2d", { alpha: false });
  let current = view;
  let cloud: Cloud = { positions: new Float32Array(), colours: new Uint8Array() };
  let raster: Raster | undefined;
  let frame = 0;
  /** Milliseconds that a thousand points take, from the last frame. */
  let pace = 0;
  let moving = false;
  let rest: ReturnType<typeof setTimeout> | undefined;

  const size = (): Size => ({ width: parent.clientWidth, height: parent.clientHeight });

  const paint = (): void => {
    frame = 0;
    if (!context) return;
    const { width, height } = size();
    const density = devicePixelRatio;
    const pixels = { width: Math.round(width * density), height: Math.round(height * density) };
    if (canvas.width !== pixels.width || canvas.height !== pixels.height) {
      canvas.width = pixels.width;
      canvas.height = pixels.height;
    }
    const points = cloud.colours.length / 4;
    const stride = moving ? Math.max(1, Math.ceil((pace * points) / 1000 / FRAME)) : 1;
    const begun = performance.now();
    raster = rasterise(
      cloud,
      {
        view: current,
        size: pixels,
        radius: pointRadius(current, { width, height }, points) * density,
        opacity: pointOpacity(current, points),
        ground: ground(),
        stride,
      },
      raster,
    );
    context.putImageData(raster.image, -raster.margin, -raster.margin);
    if (points > 0) pace = (1000 * (performance.now() - begun)) / (points / stride);
    if (stride > 1) {
      clearTimeout(rest);
      rest = setTimeout(() => {
        moving = false;
        redraw();
      }, REST);
    }
  };
  const redraw = (): void => {
    frame ||= requestAnimationFrame(paint);
  };

  // The canvas is opaque: it shows the ground as soon as it is there.
  redraw();

  const stop = new AbortController();
  const { signal } = stop;
  let held: { readonly left: number; readonly top: number } | undefined;
  const inside = (event: MouseEvent): { left: number; top: number } => {
    const box = canvas.getBoundingClientRect();
    return { left: event.clientX - box.left, top: event.clientY - box.top };
  };
  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const { left, top } = inside(event);
    onView(zoomAt(current, size(), 2 ** (-event.deltaY / 240), left, top));
  };
  canvas.addEventListener("wheel", onWheel, { signal, passive: false });
  canvas.addEventListener(
    "pointerdown",
    (event) => {
      held = inside(event);
      canvas.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  for (const end of ["pointerup", "pointercancel"] as const) {
    canvas.addEventListener(
      end,
      () => {
        held = undefined;
      },
      { signal },
    );
  }
  canvas.addEventListener(
    "pointermove",
    (event) => {
      if (!held) return;
      const here = inside(event);
      const [x0, y0] = toPixels(current, size(), 0, 0);
      const [x1, y1] = toPixels(current, size(), 1, 1);
      const dx = (here.left - held.left) / (x1 - x0);
      const dy = (here.top - held.top) / (y1 - y0);
      held = here;
      onView({ ...current, x: current.x - dx, y: current.y - dy });
    },
    { signal },
  );

  return {
    kind: "canvas",
    draw(next) {
      cloud = next;
      redraw();
    },
    look(next) {
      moving = true;
      current = next;
      redraw();
    },
    resize: redraw,
    destroy() {
      stop.abort();
      clearTimeout(rest);
      cancelAnimationFrame(frame);
      canvas.remove();
    },
  };
}
