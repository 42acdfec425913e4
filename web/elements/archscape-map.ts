import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { cssColour } from "../../src/drawing/colour-maps.ts";
import { count } from "../format.ts";
import { type Painted, when } from "../map/cartographer.ts";
import { allOf, type ColourScale, type Painting } from "../map/colouring.ts";
import { drawDensity } from "../map/density-layer.ts";
import { nearestInPlane, nearestTowards } from "../map/nearest.ts";
import { inOrder } from "../map/picture.ts";
import { type Quantity, quantityOf } from "../map/quantity.ts";
import type { Cloud, Renderer } from "../map/renderer.ts";
import { pixelsPerUnit, pointRadius, type Size, toMap, toPixels, type View, WHOLE, zoomAt } from "../map/view.ts";
import { webglWorks } from "../map/webgl.ts";
import { sourceText } from "../state/atlas.ts";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";
import { darkQuery, isDark, stillQuery, tokenColour } from "../theme.ts";
import type { ArchscapeLegend } from "./archscape-legend.ts";
import { mapStyles } from "./archscape-map.styles.ts";
import { cellGlyph, glyphStyles } from "./glyph.ts";
import { type Corner, lassoGesture } from "./map-lasso.ts";
import { mapOverlay, overlayStyles } from "./map-overlay.ts";
import { mapTools } from "./map-tools.ts";
import { densityWords, emptyMap, partialMap, projectionWords } from "./map-words.ts";

/** Pixels around the pointer in which a point counts as meant. */
const REACH = { fine: 12, coarse: 24 } as const;
const MORPH_MILLISECONDS = 700;
/** More points than this are not worth a new place in every frame. */
const MORPHED = 60_000;

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The map is what people come for: the legend leaves most of it free. */
const legendRoom = ({ width, height }: Size): ArchscapeLegend["room"] =>
  width < 340 || height < 260 ? "least" : width < 480 || height < 400 ? "little" : "full";

/**
 * The map: every architecture a point. Points are drawn by a renderer (WebGL, or a 2-D canvas where that is refused); what
 * lies over them is one SVG group that moves with the view.
 */
export class ArchscapeMap extends LitElement {
  static override properties = {
    lab: { attribute: false },
    view: { state: true },
    size: { state: true },
    stage: { state: true },
    loop: { state: true },
  };
  static override styles = [shared, glyphStyles, mapStyles, overlayStyles];

  declare lab: Lab;
  declare view: View;
  declare size: Size;
  /** `empty`: no renderer yet. */
  declare stage: "empty" | "webgl" | "canvas" | "refused";

  /** A lasso that is being drawn. */
  declare loop: readonly Corner[];

  private renderer: Renderer | undefined;
  private shown: Float32Array | undefined;
  private target: Float32Array | undefined;
  private painting: Painting | undefined;
  private quantity: Quantity | undefined;
  private scale: ColourScale | undefined;
  private paintedFor: readonly unknown[] = [];
  private outlinedFor: readonly unknown[] = [];
  private morph = 0;
  private settle: ReturnType<typeof setTimeout> | undefined;
  private listening = new AbortController();
  private resizing: ResizeObserver | undefined;
  private watching: IntersectionObserver | undefined;
  /** Whether any of it is on the screen: else it is drawn when it is there again. */
  private isSeen = true;
  private readonly lasso = lassoGesture(
    () => this.canvas(),
    ({ shiftKey }) => shiftKey || this.lab.instruments.selecting.store.value.isLassoing,
  );
  private pressed: { readonly left: number; readonly top: number } | undefined;

  constructor() {
    super();
    this.view = WHOLE;
    this.size = { width: 0, height: 0 };
    this.stage = "empty";
    this.loop = [];
    new Watch(this, () => [
      this.lab.settings,
      this.lab.atlas.store,
      this.lab.labels,
      this.lab.searching.store,
      this.lab.surroundings,
      this.lab.instruments.walking.store,
      this.lab.instruments.insights,
      this.lab.instruments.selecting.store,
      this.lab.instruments.thickness,
      this.lab.instruments.projecting.store,
      this.lab.instruments.replaying.store,
      this.lab.instruments.pointing,
      this.lab.training.store,
    ]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listening = new AbortController();
    const { signal } = this.listening;
    darkQuery().addEventListener("change", () => this.requestUpdate(), { signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.listening.abort();
    this.resizing?.disconnect();
    this.watching?.disconnect();
    cancelAnimationFrame(this.morph);
    this.renderer?.destroy();
    this.renderer = undefined;
    this.stage = "empty";
  }

  protected override firstUpdated(): void {
    const { x, y, zoom } = this.lab.settings.value;
    this.view = { x, y, zoom };
    const canvas = this.canvas();
    this.resizing = new ResizeObserver(() => {
      this.size = { width: canvas.clientWidth, height: canvas.clientHeight };
      this.renderer?.resize();
    });
    this.resizing.observe(canvas);
    this.watching = new IntersectionObserver((entries) => {
      const wasSeen = this.isSeen;
      this.isSeen = entries.at(-1)?.isIntersecting ?? true;
      if (this.isSeen && !wasSeen) this.drawPoints();
    });
    this.watching.observe(canvas);
    void this.openRenderer("webgl");
  }

  protected override willUpdate(): void {
    const { atlas, facts } = this.lab.atlas.store.value;
    const { colour, scheme, keep, x, y, zoom } = this.lab.settings.value;
    const { table } = this.lab.labels.value;
    const present = atlas.status === "ready" ? atlas.present : undefined;
    const { cells } = this.lab.instruments.selecting.store.value;
    const only = cells.length > 0 ? cells : undefined;
    const dark = isDark(this);
    // A link or the reset button moved the view.
    if (!this.settle && (x !== this.view.x || y !== this.view.y || zoom !== this.view.zoom)) this.view = { x, y, zoom };

    const recipe = [colour, table, scheme, keep, dark, facts, present, this.lab.instruments.insights.value.insight, only];
    // Nothing to colour, and nothing to colour by: both are on their way, or the map is empty.
    const idle = !facts && atlas.status !== "ready";
    if (!idle && (recipe.some((part, i) => part !== this.paintedFor[i]) || this.paintedFor.length === 0)) {
      this.paintedFor = recipe;
      const quantity = quantityOf(colour, this.lab.known());
      const { values, goal, discrete } = quantity;
      const options = {
        scheme,
        dark,
        keep,
        absent: tokenColour(this, "--point-none"),
        only,
        // Before the facts are counted there is nothing to colour by, and all points are grey.
        present: present ?? (values.length > 0 ? undefined : allOf(this.lab.space.size)),
      };
      const arrive = ({ scale, painting }: Painted): void => {
        if (this.paintedFor !== recipe) return;
        this.quantity = quantity;
        this.scale = scale;
        this.painting = painting;
        this.drawPoints();
        if (this.hasUpdated) this.requestUpdate();
      };
      const fail = (error: unknown): void => this.lab.notices.post("problem", String(error));
      when(this.lab.maps.paint({ values, goal, discrete }, options), arrive, fail);
    }
    if (atlas.status === "ready" && atlas.points !== this.target) {
      this.target = atlas.points;
      this.moveTo(atlas.points);
    } else if (atlas.status === "empty" && this.shown) {
      this.target = undefined;
      this.shown = undefined;
      this.renderer?.draw({ positions: new Float32Array(), colours: new Uint8Array() });
    }
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("view") || changed.has("size")) this.renderer?.look(this.view);
    this.drawDensity();
    const tip = this.renderRoot.querySelector<HTMLElement>(".tip");
    if (tip) {
      const [left, top] = this.pixels(this.hovered);
      const flipX = left > this.size.width - 220;
      const flipY = top < 96;
      tip.style.transform = `translate(${Math.round(left + (flipX ? -12 : 12))}px, ${Math.round(top + (flipY ? 12 : -12))}px) translate(${flipX ? "-100%" : "0"}, ${flipY ? "0" : "-100%"})`;
    }
  }

  private canvas(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>(".canvas") as HTMLElement;
  }

  private async openRenderer(kind: "webgl" | "canvas"): Promise<void> {
    const options = {
      parent: this.canvas(),
      view: this.view,
      ground: () => tokenColour(this, "--ground"),
      onView: (view: View) => this.lookAt(view),
      onError: (error: unknown) => void this.replaceRenderer(error),
    };
    try {
      const renderer =
        kind === "webgl" && webglWorks()
          ? (await import("../map/deck-renderer.ts")).deckRenderer(options)
          : (await import("../map/canvas-renderer.ts")).canvasRenderer(options);
      if (!this.isConnected) return renderer.destroy();
      this.renderer = renderer;
      this.stage = renderer.kind;
      this.drawPoints();
    } catch (error) {
      await this.replaceRenderer(error);
    }
  }

  /** WebGL failed, at the start or later (a lost context): the canvas takes over. */
  private async replaceRenderer(error: unknown): Promise<void> {
    if (this.stage === "canvas" || this.stage === "refused") {
      this.stage = "refused";
      this.lab.notices.post("problem", `The map cannot be drawn: ${error instanceof Error ? error.message : String(error)}.`);
      return;
    }
    this.renderer?.destroy();
    this.renderer = undefined;
    this.stage = "refused";
    await this.openRenderer("canvas");
  }

  /** The cell that is pointed at, here or elsewhere on the page; -1 where there is none, or it has no place on the map. */
  private get hovered(): number {
    const { cell } = this.lab.instruments.pointing.value;
    return this.isPlaced(cell) ? cell : -1;
  }

  private point(cell: number): void {
    this.lab.instruments.pointing.set({ cell });
  }

  private lookAt(view: View): void {
    this.view = view;
    this.point(-1);
    clearTimeout(this.settle);
    this.settle = setTimeout(() => {
      this.settle = undefined;
      const { x, y, zoom } = this.view;
      this.lab.settings.set({ x, y, zoom });
    }, 250);
  }

  /** The cloud glides from where it is to where it belongs; under reduced motion it is there at once. */
  private moveTo(points: Float32Array): void {
    cancelAnimationFrame(this.morph);
    const from = this.shown;
    const many = (this.painting?.order.length ?? 0) > MORPHED;
    if (!from || from.length !== points.length || many || stillQuery().matches || document.hidden || !this.isSeen) {
      this.shown = points;
      this.drawPoints();
      return;
    }
    const begun = performance.now();
    const frame = (now: number): void => {
      const share = this.isSeen ? Math.min(1, Math.max(0, (now - begun) / MORPH_MILLISECONDS)) : 1;
      const eased = share < 0.5 ? 2 * share * share : 1 - 2 * (1 - share) ** 2;
      const between = new Float32Array(points.length);
      for (let i = 0; i < points.length; i++) {
        between[i] = (from[i] as number) + eased * ((points[i] as number) - (from[i] as number));
      }
      this.shown = share < 1 ? between : points;
      this.drawPoints();
      this.requestUpdate();
      if (share < 1) this.morph = requestAnimationFrame(frame);
    };
    this.morph = requestAnimationFrame(frame);
  }

  private drawPoints(): void {
    if (!this.renderer || !this.shown || !this.painting || !this.isSeen) return;
    const { order, colours } = this.painting;
    const cloud: Cloud = { positions: inOrder(this.shown, order), colours };
    this.renderer.draw(cloud);
  }

  /** Only where it would look otherwise than it does. */
  private drawDensity(): void {
    const { levels } = this.lab.instruments.thickness.value;
    const canvas = this.renderRoot.querySelector<HTMLCanvasElement>("canvas.density");
    const recipe = [levels, this.view, this.size, isDark(this)];
    if (!canvas || !levels || recipe.every((part, i) => part === this.outlinedFor[i])) return;
    this.outlinedFor = recipe;
    drawDensity(canvas, { levels, view: this.view, size: this.size, ink: cssColour(tokenColour(this, "--ink")) });
  }

  private radius(): number {
    return pointRadius(this.view, this.size, this.painting?.order.length ?? 0);
  }

  /** Whether an architecture has its place on the map. */
  private isPlaced(index: number): boolean {
    return index >= 0 && this.shown !== undefined && Number.isFinite(this.shown[index * 2]);
  }

  private pixels(index: number): readonly [number, number] {
    const points = this.shown as Float32Array;
    return toPixels(this.view, this.size, points[index * 2] as number, points[index * 2 + 1] as number);
  }

  private under(event: PointerEvent | MouseEvent, reach: number): number {
    if (!this.shown) return -1;
    const box = this.canvas().getBoundingClientRect();
    const [x, y] = toMap(this.view, this.size, event.clientX - box.left, event.clientY - box.top);
    return nearestInPlane(this.shown, x, y, (reach + this.radius()) / pixelsPerUnit(this.view, this.size));
  }

  private onPointerMove = (event: PointerEvent): void => {
    if (this.lasso.move(event)) this.loop = this.lasso.corners;
    else if (event.buttons === 0 && event.pointerType !== "touch") this.point(this.under(event, REACH.fine));
  };

  private onPointerLeave = (): void => this.point(-1);

  /** Before the renderer, whose gestures move the map: a lasso takes the press for itself. */
  private onPointerDown = {
    capture: true,
    handleEvent: (event: PointerEvent): void => {
      this.pressed = { left: event.clientX, top: event.clientY };
      if (!this.lasso.down(event)) return;
      this.loop = this.lasso.corners;
      this.point(-1);
    },
  };

  private onPointerCancel = (): void => {
    this.lasso.cancel();
    this.loop = [];
  };

  private onPointerUp = (event: PointerEvent): void => {
    const start = this.pressed;
    this.pressed = undefined;
    const loop = this.lasso.up(event);
    this.loop = [];
    if (loop) {
      const { selecting } = this.lab.instruments;
      selecting.lasso(false);
      void selecting.enclose(loop.map(([left, top]) => toMap(this.view, this.size, left, top)));
      return;
    }
    if (!start || event.button !== 0 || Math.hypot(event.clientX - start.left, event.clientY - start.top) > 5) return;
    const index = this.under(event, event.pointerType === "touch" ? REACH.coarse : REACH.fine);
    if (index < 0) return;
    const { walking } = this.lab.instruments;
    const { cell } = this.lab.settings.value;
    if (cell >= 0 && (event.shiftKey || walking.store.value.isAiming)) {
      walking.start(cell, index);
      return;
    }
    this.lab.select(index);
    if (getComputedStyle(this.canvas()).getPropertyValue("--is-narrow") === "1") this.lab.settings.set({ panel: "cell" });
  };

  private onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow && this.shown) {
      const { cell } = this.lab.settings.value;
      const next = this.isPlaced(cell)
        ? nearestTowards(this.shown, cell, arrow[0], arrow[1])
        : nearestInPlane(this.shown, this.view.x, this.view.y, Number.POSITIVE_INFINITY);
      if (next >= 0) {
        this.lab.select(next);
        this.bringIntoView(next);
      }
    } else if (event.key === "+" || event.key === "=") this.lookAt(zoomAt(this.view, this.size, 1.5));
    else if (event.key === "-") this.lookAt(zoomAt(this.view, this.size, 1 / 1.5));
    else if (event.key === "0") this.lookAt(WHOLE);
    else if (event.key === "Escape" && this.lab.instruments.selecting.store.value.isLassoing) {
      this.lab.instruments.selecting.lasso(false);
    } else return;
    event.preventDefault();
  };

  private bringIntoView(index: number): void {
    const [left, top] = this.pixels(index);
    const { width, height } = this.size;
    if (left > 24 && top > 24 && left < width - 24 && top < height - 24) return;
    const points = this.shown as Float32Array;
    this.lookAt({ ...this.view, x: points[index * 2] as number, y: points[index * 2 + 1] as number });
  }

  protected override render(): TemplateResult {
    const { atlas } = this.lab.atlas.store.value;
    const { cell } = this.lab.settings.value;
    const { isLassoing } = this.lab.instruments.selecting.store.value;
    const zoomBy = (factor: number) => () => this.lookAt(zoomAt(this.view, this.size, factor));
    return html`
      <div
        class="canvas"
        role="application"
        tabindex="0"
        aria-label=${`Map of ${count(this.lab.space.size)} architectures${cell >= 0 ? `, number ${cell} is selected` : ""}`}
        aria-describedby="keys"
        data-renderer=${this.stage}
        data-lasso=${isLassoing ? "" : nothing}
        @keydown=${this.onKeyDown}
        @pointermove=${this.onPointerMove}
        @pointerleave=${this.onPointerLeave}
        @pointerdown=${this.onPointerDown}
        @pointerup=${this.onPointerUp}
        @pointercancel=${this.onPointerCancel}
      ></div>
      <p id="keys" class="vh">Arrow keys select the nearest architecture in their direction, plus and minus zoom, zero shows the whole map, Escape clears the selection.</p>
      <canvas class="density" aria-hidden="true" ?hidden=${!this.lab.instruments.thickness.value.levels}></canvas>
      ${this.overlay()} ${this.tip()}
      ${
        atlas.status === "ready"
          ? html`<p class="caption small quiet">
              <span class="where">${sourceText(atlas.source)}</span>
              ${partialMap(this.lab)}
              ${projectionWords(this.lab)}
              ${densityWords(this.lab)}
            </p>`
          : emptyMap(this.lab)
      }
      <archscape-legend .room=${legendRoom(this.size)} .lab=${this.lab} .quantity=${this.quantity} .scale=${this.scale} ?hidden=${atlas.status !== "ready"}></archscape-legend>
      ${mapTools(this.lab)}
      <div class="zoom" role="group" aria-label="Zoom">
        <button type="button" aria-label="Zoom in" title="Zoom in (+)" @click=${zoomBy(1.6)}>+</button>
        <button type="button" aria-label="Zoom out" title="Zoom out (−)" @click=${zoomBy(1 / 1.6)}>−</button>
        <button type="button" aria-label="Show the whole map" title="Show the whole map (0)" @click=${() => this.lookAt(WHOLE)}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" /></svg>
        </button>
      </div>
    `;
  }

  private overlay(): TemplateResult | typeof nothing {
    const { lab, shown: points, view, size, hovered, quantity, scale } = this;
    if (!points) return nothing;
    return mapOverlay({
      lab,
      loop: this.loop,
      points,
      view,
      size,
      hovered,
      quantity,
      scale,
      absent: tokenColour(this, "--point-none"),
      dark: isDark(this),
    });
  }

  private tip(): TemplateResult | typeof nothing {
    const { quantity, hovered, lab } = this;
    if (hovered < 0 || !quantity) return nothing;
    const value = quantity.values[hovered] as number;
    return html`<div class="tip small" role="tooltip">
      <span class="quiet">No. ${count(hovered)}</span>
      ${cellGlyph(lab.space, hovered)}
      <span>${quantity.key.startsWith("label:") || quantity.discrete ? html`<span class="quiet">${quantity.label}</span> ` : ""}${Number.isFinite(value) ? quantity.show(value) : quantity.values.length > 0 ? "no value in the table" : "…"}</span>
    </div>`;
  }
}
