import { Deck, type Layer, type LayerDataSource, OrthographicView, type OrthographicViewState } from "@deck.gl/core";
import { ScatterplotLayer } from "@deck.gl/layers";
import type { Cloud, Renderer, RendererOptions } from "./renderer.ts";
import { pixelsPerUnit, pointOpacity, pointRadius, type Size, ZOOM_RANGE } from "./view.ts";

/** One value a point for each accessor of the layer, as deck.gl takes them without iterating over objects. */
interface BinaryData {
  readonly length: number;
  readonly attributes: Readonly<
    Record<string, { readonly value: Float32Array | Uint8Array; readonly size: number; readonly normalized?: boolean }>
  >;
}

/**
 * The map in WebGL through deck.gl, which brings zoom, pan and touch gestures. Imported lazily. Picking is not used: the
 * nearest of 423,624 points is found faster on the CPU than a pixel comes back from the GPU.
 */
export function deckRenderer({ parent, view, onView, onError }: RendererOptions): Renderer {
  let current = view;
  let cloud: Cloud | undefined;
  let data: BinaryData | undefined;

  const size = (): Size => ({ width: parent.clientWidth, height: parent.clientHeight });
  const absolute = (relative: number): number => Math.log2(pixelsPerUnit({ zoom: relative }, size()));

  const viewState = (): OrthographicViewState => ({
    target: [current.x, current.y],
    zoom: absolute(current.zoom),
    minZoom: absolute(ZOOM_RANGE.least),
    maxZoom: absolute(ZOOM_RANGE.most),
  });

  const layers = (): Layer[] => {
    if (!data) return [];
    return [
      new ScatterplotLayer({
        id: "cells",
        data: data as LayerDataSource<unknown>,
        radiusUnits: "pixels",
        getRadius: 1,
        radiusScale: pointRadius(current, size(), data.length),
        opacity: pointOpacity(current, data.length),
        antialiasing: true,
      }),
    ];
  };

  const deck = new Deck({
    parent: parent as HTMLDivElement,
    views: new OrthographicView({
      id: "map",
      flipY: false,
      controller: {
        dragRotate: false,
        keyboard: false,
        doubleClickZoom: true,
        inertia: 200,
        scrollZoom: { speed: 0.008, smooth: false },
      },
    }),
    viewState: viewState(),
    layers: [],
    getCursor: ({ isDragging }) => (isDragging ? "grabbing" : "default"),
    onViewStateChange: ({ viewState: next }) => {
      const { target, zoom } = next as { target: number[]; zoom: number | [number, number] };
      const level = typeof zoom === "number" ? zoom : zoom[0];
      onView({ x: target[0] ?? 0, y: target[1] ?? 0, zoom: level - absolute(0) });
    },
    onError,
  });

  const redraw = (): void => deck.setProps({ viewState: viewState(), layers: layers() });

  return {
    kind: "webgl",
    draw(next) {
      cloud = next;
      data = {
        length: cloud.colours.length / 4,
        attributes: {
          getPosition: { value: cloud.positions, size: 2 },
          getFillColor: { value: cloud.colours, size: 4, normalized: true },
        },
      };
      redraw();
    },
    look(next) {
      current = next;
      redraw();
    },
    resize: redraw,
    destroy: () => deck.finalize(),
  };
}
