import type { Cloud, Renderer, RendererOptions } from "./renderer.ts";
import { pointRadius, type Size, toPixels, zoomAt } from "./view.ts";

/** The map on a 2-D canvas, for browsers that refuse WebGL: slower while it moves, the same picture when it rests. */
export function canvasRenderer({ parent, view, onView }: RendererOptions): Renderer {
  const canvas = parent.ownerDocument.createElement("canvas");
  canvas.style.width = "100%";
  canvas.style.height = "100%";
  canvas.style.touchAction = "none";
  parent.append(canvas);
  const context = canvas.getContext("2d");
  let current = view;
  let cloud: Cloud | undefined;
  let frame = 0;

  const size = (): Size => ({ width: parent.clientWidth, height: parent.clientHeight });

  const paint = (): void => {
    frame = 0;
    if (!context || !cloud) return;
    const { width, height } = size();
    const density = devicePixelRatio;
    canvas.width = width * density;
    canvas.height = height * density;
    context.scale(density, density);
    const radius = pointRadius(current, { width, height });
    const { positions, colours } = cloud;
    for (let i = 0; i < colours.length / 4; i++) {
      const [left, top] = toPixels(current, { width, height }, positions[i * 2] as number, positions[i * 2 + 1] as number);
      if (left < -radius || top < -radius || left > width + radius || top > height + radius) continue;
      const [red, green, blue, alpha] = colours.subarray(i * 4, i * 4 + 4);
      context.fillStyle = `rgb(${red} ${green} ${blue} / ${(alpha ?? 255) / 255})`;
      context.beginPath();
      context.arc(left, top, radius, 0, 2 * Math.PI);
      context.fill();
    }
  };
  const redraw = (): void => {
    frame ||= requestAnimationFrame(paint);
  };

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
  canvas.addEventListener(
    "pointerup",
    () => {
      held = undefined;
    },
    { signal },
  );
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
      current = next;
      redraw();
    },
    resize: redraw,
    destroy() {
      stop.abort();
      cancelAnimationFrame(frame);
      canvas.remove();
    },
  };
}
