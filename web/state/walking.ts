import { InputError } from "../../src/errors.ts";
import type { Membership, SearchSpace } from "../../src/spaces/space.ts";
import { LATENT } from "../../src/vgae/config.ts";
import type { Cartographer } from "../map/cartographer.ts";
import { straightLine } from "../map/walks.ts";
import type { Atlas, AtlasStore } from "./atlas.ts";
import type { PATHS, Settings } from "./settings.ts";
import { createStore, type Store, type Watchable } from "./store.ts";
import { isActive, type TrainingStore } from "./training.ts";

export type Path = (typeof PATHS)[number];

/** One point of a walk. */
export interface Stop {
  /** The architecture there; undefined where what was decoded is none of the space. */
  readonly cell: number | undefined;
  /** Why it is none. */
  readonly reason: string | undefined;
  /** The architecture on the map that lies nearest; the same one, where the walk goes from cell to cell. */
  readonly near: number;
  /** Edits since the last stop that is a cell. */
  readonly edits: number | undefined;
}

export interface Walk {
  readonly from: number;
  readonly to: number;
  readonly path: Path;
  /**
   * What a stop is: a point of the straight line as the model decodes it, the cell nearest to it where there is no model, or a step from
   * cell to cell.
   */
  readonly how: "decoded" | "nearest" | "stepped";
  readonly stops: readonly Stop[];
  /** Among how many nearest each step chose, from cell to cell. */
  readonly reach: number | undefined;
}

export interface WalkingView {
  readonly walk: Walk | undefined;
  readonly isLooking: boolean;
  /** The next press on the map chooses where the walk ends. */
  readonly isAiming: boolean;
}

export interface WalkingStore {
  readonly store: Store<WalkingView>;
  /** Walks between two cells, as `path` or as before. */
  start(from: number, to: number, path?: Path): void;
  aim(isAiming: boolean): void;
  end(): void;
  /** Follows nothing any more. */
  stop(): void;
}

export interface WalkingParts {
  readonly space: SearchSpace;
  readonly settings: Store<Settings>;
  readonly atlas: AtlasStore;
  readonly maps: Cartographer;
  readonly training: Pick<TrainingStore, "store" | "latents" | "decode">;
  readonly isShown: () => boolean;
  readonly screen: Watchable;
  readonly complain: (error: unknown) => void;
}

/** Points of a straight line, both ends included. */
export const LINE_STOPS = 11;
/** Latents belong to the rows on the map when their means differ by no more, as float32 and float16 may make them. */
const SAME = 0.02;

type Ready = Extract<Atlas, { status: "ready" }>;

/** Follows the two ends of the settings, the map, and the model. */
export function createWalking({ space, settings, atlas, maps, training, ...parts }: WalkingParts): WalkingStore {
  const store = createStore<WalkingView>({ walk: undefined, isLooking: false, isAiming: false });
  let seen: readonly unknown[] = [];
  let request = 0;

  const follow = (): void => {
    if (!parts.isShown()) return;
    const { from, to, path } = settings.value;
    const { atlas: chart } = atlas.store.value;
    const { model, job } = training.store.value;
    const rows = chart.status === "ready" ? chart.rows : undefined;
    const now = [from, to, path, rows, isActive(job) ? undefined : model];
    if (now.every((part, i) => part === seen[i])) return;
    seen = now;
    const mine = ++request;
    const exists = (cell: number): boolean => cell >= 0 && cell < space.size;
    const [a, b] =
      chart.status === "ready" && exists(from) && exists(to) && from !== to ? [rowIn(chart, from), rowIn(chart, to)] : [];
    if (!a || !b) {
      store.set({ walk: undefined, isLooking: false });
      return;
    }
    store.set({ isLooking: true });
    walk(from, to, path, a, b).then(
      (found) => {
        if (mine === request) store.set({ walk: found, isLooking: false });
      },
      (error: unknown) => {
        if (mine !== request) return;
        store.set({ walk: undefined, isLooking: false });
        parts.complain(error);
      },
    );
  };

  const walk = async (from: number, to: number, path: Path, a: Float32Array, b: Float32Array): Promise<Walk> => {
    if (path === "neighbours") {
      const { cells, reach } = await maps.walk(from, to);
      return { from, to, path, how: "stepped", reach, stops: stopsOf(space, cells) };
    }
    const near = [...(await maps.nearest(straightLine(a, b, LINE_STOPS), 1))];
    near[0] = from;
    near[near.length - 1] = to;
    const decoded = await decodedLine(from, to, a, b);
    const how = decoded ? "decoded" : "nearest";
    return { from, to, path, how, reach: undefined, stops: stopsOf(space, near, decoded) };
  };

  /** What the model makes of the line, where it is the model that made the map. */
  const decodedLine = async (
    from: number,
    to: number,
    a: Float32Array,
    b: Float32Array,
  ): Promise<readonly Membership[] | undefined> => {
    const { model, job } = training.store.value;
    if (model === undefined || isActive(job)) return undefined;
    const latents = await training.latents(Uint32Array.of(from, to));
    if (!latents.ok) return undefined;
    const half = latents.value.length / 2;
    const [first, last] = [latents.value.subarray(0, half), latents.value.subarray(half)];
    if (!isMeanOf(a, first) || !isMeanOf(b, last)) return undefined;
    const decoded = await training.decode(straightLine(first, last, LINE_STOPS));
    return decoded.ok ? decoded.value : undefined;
  };

  const stops = [settings, atlas.store, training.store, parts.screen].map((watched) => watched.subscribe(follow));
  follow();
  return {
    store,
    start(from, to, path = settings.value.path) {
      store.set({ isAiming: false });
      const { atlas: chart } = atlas.store.value;
      const missing = chart.status === "ready" ? [from, to].find((cell) => !rowIn(chart, cell)) : undefined;
      if (missing !== undefined) {
        parts.complain(new InputError(`A walk is between cells on the map, and cell ${missing} has no place yet.`));
        return;
      }
      settings.set({ from, to, path });
    },
    aim: (isAiming) => store.set({ isAiming }),
    end: () => settings.set({ from: -1, to: -1 }),
    stop() {
      for (const stop of stops) stop();
    },
  };
}

/** The row of a cell in the embedding on the map, where it has one. */
function rowIn({ rows, present }: Ready, cell: number): Float32Array | undefined {
  const row = present ? present.indexOf(cell) : cell;
  return row < 0 ? undefined : rows.subarray(row * LATENT, (row + 1) * LATENT);
}

/** Whether a row of the embedding is the mean of these latents over the nodes. */
function isMeanOf(row: Float32Array, latents: Float32Array): boolean {
  const nodes = latents.length / LATENT;
  return row.every((value, d) => {
    let sum = 0;
    for (let node = 0; node < nodes; node++) sum += latents[node * LATENT + d] as number;
    return Math.abs(sum / nodes - value) <= SAME * (1 + Math.abs(value));
  });
}

/** @param decoded one each, where the stops were decoded */
function stopsOf(space: SearchSpace, near: readonly number[], decoded?: readonly Membership[]): Stop[] {
  let before: number | undefined;
  return near.map((listed, i) => {
    const member = decoded?.[i] ?? { index: listed };
    if ("reason" in member) return { cell: undefined, reason: member.reason, near: listed, edits: undefined };
    const edits = before === undefined ? undefined : space.editDistance(before, member.index);
    before = member.index;
    return { cell: member.index, reason: undefined, near: listed, edits };
  });
}
