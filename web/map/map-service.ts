import { transfer } from "comlink";
import type { SpaceChoice } from "../../src/spaces/registry.ts";
import { outcome } from "../../workers/outcome.ts";
import type { Outcome } from "../../workers/protocol.ts";
import { adopt, preparedSpace } from "../../workers/spaces.ts";
import { type Cartographer, cartographer } from "./cartographer.ts";
import { keptFacts } from "./kept-facts.ts";
import type { MapApi } from "./map-protocol.ts";

/** What the map's worker exposes. Apart from it, so that it also runs without a worker. */
export function mapService(): MapApi {
  let opened: { readonly space: SpaceChoice; readonly maps: Cartographer } | undefined;
  const current = () => {
    if (!opened) throw new Error("No space was opened.");
    return opened;
  };
  return {
    adopt,
    open: (space) =>
      outcome(async () => {
        opened = { space, maps: cartographer(await preparedSpace(space)) };
        return undefined;
      }),
    async facts(progress) {
      const result = await outcome(async () => {
        const { space, maps } = current();
        return keptFacts(space, () => maps.facts((share) => progress.postMessage(share)));
      });
      progress.close();
      if (!result.ok) return result;
      const { params, macs, vertices, edges, occurrences } = result.value;
      return sent(result, params, macs, vertices, edges, occurrences);
    },
    async place(placing) {
      const result = await outcome(() => current().maps.place(placing));
      return result.ok ? sent(result, result.value.points) : result;
    },
    async paint(wanted, options) {
      const result = await outcome(() => current().maps.paint(wanted, options));
      return result.ok ? sent(result, result.value.painting.order, result.value.painting.colours) : result;
    },
    surroundings: (index, howMany) => outcome(() => current().maps.surroundings(index, howMany)),
    nearest: (points, howMany) => outcome(() => current().maps.nearest(points, howMany)),
    walk: (from, to) => outcome(() => current().maps.walk(from, to)),
    within: (points, loop) => outcome(() => current().maps.within(points, loop)),
    density: (points) => outcome(() => current().maps.density(points)),
    async edits(from, progress) {
      const result = await outcome(() => current().maps.edits(from, (share) => progress.postMessage(share)));
      progress.close();
      return result.ok ? sent(result, result.value) : result;
    },
    find: (text) => outcome(() => current().maps.find(text)),
  };
}

/** Moves the bytes of large arrays to the page instead of copying them. */
function sent<T>(result: Outcome<T>, ...arrays: readonly (ArrayBufferView | undefined)[]): Outcome<T> {
  return transfer(result, [...new Set(arrays.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : [])))]);
}
