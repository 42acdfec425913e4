import { transfer } from "comlink";
import { InputError } from "../../src/errors.ts";
import type { SpaceRequest } from "../../src/spaces/request.ts";
import type { SpaceTables } from "../../src/spaces/tables.ts";
import type { Outcome } from "../../workers/protocol.ts";
import { openThread } from "../state/threads.ts";
import { connect } from "../state/workers.ts";
import type { Cartographer } from "./cartographer.ts";
import type { MapApi } from "./map-protocol.ts";

/** In a worker of its own, which takes over the tables of the space. */
export function remoteCartographer(request: SpaceRequest, tables: SpaceTables): Cartographer {
  const own = () => new Worker(new URL("./map.worker.ts", import.meta.url), { type: "module", name: "map" });
  const client = connect<MapApi>(() => openThread("map", own), "map");
  const begin = () => {
    const opened = Promise.all([client.ask((api) => api.adopt(tables)), client.ask((api) => api.open(request))]);
    return { opened, by: client.ended };
  };
  let ready = begin();
  const ask = async <T>(call: Parameters<typeof client.ask<T>>[0]): Promise<T> => {
    if (ready.by !== client.ended) ready = begin();
    for (const step of await ready.opened) valueIn<unknown>(step);
    return valueIn(await client.ask(call));
  };
  return {
    facts: (onProgress) => withProgress(onProgress, (port) => ask((api) => api.facts(transfer(port, [port])))),
    place: (placing) => ask((api) => api.place(placing)),
    paint: ({ values, goal, discrete }, options) => ask((api) => api.paint({ values: alone(values), goal, discrete }, options)),
    surroundings: (index, howMany) => ask((api) => api.surroundings(index, howMany)),
    nearest: (points, howMany) => ask((api) => api.nearest(points, howMany)),
    walk: (from, to) => ask((api) => api.walk(from, to)),
    within: (points, loop) => ask((api) => api.within(points, loop)),
    density: (points) => ask((api) => api.density(points)),
    edits: (from, onProgress) => withProgress(onProgress, (port) => ask((api) => api.edits(from, transfer(port, [port])))),
    find: (text) => ask((api) => api.find(text)),
    close: client.close,
  };
}

function withProgress<T>(onProgress: (share: number) => void, call: (port: MessagePort) => Promise<T>): Promise<T> {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<number>) => onProgress(data);
  return call(port2).finally(() => port1.close());
}

/** A part of a larger memory would be posted with all of it. */
function alone(values: ArrayLike<number>): ArrayLike<number> {
  const view = values instanceof Uint8Array || values instanceof Float64Array ? values : undefined;
  return view && view.byteLength < view.buffer.byteLength ? view.slice() : values;
}

function valueIn<T>(result: Outcome<T>): T {
  if (result.ok) return result.value;
  throw result.error.kind === "input" ? new InputError(result.error.message) : new Error(result.error.message);
}
