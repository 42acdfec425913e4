import * as v from "valibot";
import { SCHEMES } from "../../src/drawing/colour-maps.ts";
import { STRATEGIES, type StrategyName } from "../../src/search/strategies.ts";
import type { Points } from "../../src/search/strategy.ts";
import { DISCRETE_ENCODING_TITLES, DISCRETE_ENCODINGS } from "../../src/spaces/discrete/encode.ts";
import type { SpaceRequest } from "../../src/spaces/request.ts";
import type { SpaceName } from "../../src/spaces/space.ts";
import type { BackendChoice } from "../../src/vgae/backend.ts";
import { DEFAULT_TRAINING, PROTOCOLS } from "../../src/vgae/config.ts";

/**
 * Everything a link carries: one flat object, each field with its schema and its default. The address holds only what
 * differs from the default, as `#seed=3&colour=macs`. A field that is unknown or does not fit is reported and left out.
 */
const whole = (low: number, high: number) =>
  v.pipe(v.string(), v.regex(/^\d+$/, "expected a whole number"), v.transform(Number), v.minValue(low), v.maxValue(high));
const real = (low: number, high: number) =>
  v.pipe(v.string(), v.nonEmpty("expected a number"), v.transform(Number), v.finite(), v.minValue(low), v.maxValue(high));
const oneOf = <const T extends readonly string[]>(options: T) => v.picklist(options, `expected one of ${options.join(", ")}`);
const flag = v.pipe(
  oneOf(["yes", "no"]),
  v.transform((text) => text === "yes"),
);
const name = v.pipe(v.string(), v.maxLength(100));
const cell = v.pipe(
  v.string(),
  v.regex(/^\d*$/, "expected an index"),
  v.transform((text) => (text === "" ? -1 : Number(text))),
);

export const PANELS = ["space", "pretrain", "explore", "search", "cell", "charts"] as const;
export type Panel = (typeof PANELS)[number];

/** What a link may leave out of the page. The map stays. */
export const HIDEABLE = ["header", ...PANELS] as const;
export type Hideable = (typeof HIDEABLE)[number];

/** A list of words, in the order of the options and each once. */
const someOf = <const T extends readonly string[]>(options: T) =>
  v.pipe(
    v.string(),
    v.transform((text) => text.split(",").flatMap((word) => (word.trim() === "" ? [] : [word.trim()]))),
    v.check((words) => words.every((word) => options.includes(word)), `expected some of ${options.join(", ")}`),
    v.transform((words) => options.filter((option) => words.includes(option)).join(",")),
  );

/** Dialogs that a link opens. */
export const DIALOGS = ["none", "study", "follow"] as const;

export const SPACES = ["nasbench201", "nasbench101", "darts"] as const satisfies readonly SpaceName[];
/** More cells than this a page does not draw smoothly. */
export const MOST_DRAWN = 1_000_000;

/** Where models run. */
export const BACKENDS = ["automatic", "webgpu", "tfjs-wasm"] as const satisfies readonly BackendChoice[];

/** What a search is over: the map's embedding, an encoding, or the space itself. */
export const SEARCHED = ["embedding", ...DISCRETE_ENCODINGS, "none"] as const satisfies readonly Points[];
export const SEARCHED_WORDS: Readonly<Record<Points, string>> = {
  embedding: "the embedding on the map",
  ...DISCRETE_ENCODING_TITLES,
  none: "the space itself, without an embedding",
};

/** Two principal components, or a layout in which the nearest stay near. */
export const PROJECTIONS = ["pca", "umap"] as const;

/** A walk between two cells: straight through the embedding, or over nearest neighbours. */
export const PATHS = ["line", "neighbours"] as const;

const FIELDS = {
  panel: { schema: oneOf(PANELS), initial: "space" as Panel },
  /** Panels that are not shown: "search,charts". */
  hide: { schema: someOf(HIDEABLE), initial: "" },
  dialog: { schema: oneOf(DIALOGS), initial: "none" as (typeof DIALOGS)[number] },
  space: { schema: oneOf(SPACES), initial: "nasbench201" as SpaceName },
  /** Cells of DARTS to draw, and with which seed. */
  drawn: { schema: whole(1, MOST_DRAWN), initial: 600_000 },
  drawSeed: { schema: whole(0, 2 ** 32 - 1), initial: 0 },
  model: { schema: oneOf(["released", "corrected"]), initial: "released" as "released" | "corrected" },

  backend: { schema: oneOf(BACKENDS), initial: "automatic" as (typeof BACKENDS)[number] },
  protocol: { schema: oneOf(PROTOCOLS as readonly ["released", "corrected"]), initial: DEFAULT_TRAINING.protocol },
  epochs: { schema: whole(1, 10_000), initial: DEFAULT_TRAINING.epochs },
  seed: { schema: whole(0, 2 ** 32 - 1), initial: DEFAULT_TRAINING.seed },
  batch: { schema: whole(1, 32), initial: DEFAULT_TRAINING.batchSize },
  rate: { schema: real(1e-9, 1), initial: DEFAULT_TRAINING.learningRate },
  kl: { schema: real(0, 1e6), initial: DEFAULT_TRAINING.klWeight },
  dropout: { schema: real(0, 0.999), initial: DEFAULT_TRAINING.dropout },
  clip: { schema: real(1e-6, 1e6), initial: DEFAULT_TRAINING.clipNorm },
  live: { schema: flag, initial: true },

  labels: { schema: oneOf(["none", "demo"]), initial: "none" as "none" | "demo" },
  colour: { schema: name, initial: "params" },
  scheme: { schema: oneOf(SCHEMES as readonly ["viridis", "cividis"]), initial: "viridis" as "viridis" | "cividis" },
  keep: { schema: real(0.001, 1), initial: 1 },
  /** How 16 dimensions become two. */
  projection: { schema: oneOf(PROJECTIONS), initial: "pca" as (typeof PROJECTIONS)[number] },
  umapSeed: { schema: whole(0, 2 ** 32 - 1), initial: 1 },
  /** Outlines of where cells lie thick. */
  density: { schema: flag, initial: false },
  cell: { schema: cell, initial: -1 },
  x: { schema: real(-100, 100), initial: 0 },
  y: { schema: real(-100, 100), initial: 0 },
  zoom: { schema: real(-4, 16), initial: 0 },

  /** Ends of the walk on the map, and how it goes. */
  from: { schema: cell, initial: -1 },
  to: { schema: cell, initial: -1 },
  path: { schema: oneOf(PATHS), initial: "line" as (typeof PATHS)[number] },

  strategy: { schema: oneOf(STRATEGIES), initial: "bo" as StrategyName },
  /** Options of the strategy that are not as by default: "population=50,sample=5". */
  options: { schema: v.pipe(v.string(), v.maxLength(500)), initial: "" },
  points: { schema: oneOf(SEARCHED), initial: "embedding" as Points },
  searchProtocol: { schema: oneOf(["released", "corrected"]), initial: "corrected" as "released" | "corrected" },
  metric: { schema: name, initial: "" },
  report: { schema: name, initial: "" },
  cost: { schema: name, initial: "" },
  budget: { schema: oneOf(["queries", "seconds"]), initial: "queries" as "queries" | "seconds" },
  queries: { schema: whole(1, MOST_DRAWN), initial: 100 },
  seconds: { schema: real(1e-3, 1e12), initial: 12_000 },
  seeds: { schema: name, initial: "1-5" },
};

type Fields = typeof FIELDS;
export type Settings = { readonly [K in keyof Fields]: Fields[K]["initial"] };
export type SettingName = keyof Settings;

export const DEFAULT_SETTINGS = Object.fromEntries(
  Object.entries(FIELDS).map(([key, field]) => [key, field.initial]),
) as unknown as Settings;

/** What is not shown. */
export const hiddenIn = ({ hide }: Pick<Settings, "hide">): ReadonlySet<string> => new Set(hide.split(","));

/** The space that the settings name. */
export const requestIn = ({ space, drawn, drawSeed }: Settings): SpaceRequest =>
  space === "darts" ? { name: space, seed: drawSeed, count: drawn } : { name: space };

export const isSameSpace = (a: SpaceRequest, b: SpaceRequest): boolean =>
  a.name === b.name && a.seed === b.seed && a.count === b.count;

/** What belongs to one space: its map, selection, colours and labels. Kept while another space is looked at. */
const OF_SPACE = [
  "space",
  "drawn",
  "drawSeed",
  "model",
  "labels",
  "colour",
  "keep",
  "cell",
  "x",
  "y",
  "zoom",
  "from",
  "to",
  "path",
  "metric",
  "report",
  "cost",
] as const satisfies readonly SettingName[];

export const settingsOfSpace = (settings: Settings): Partial<Settings> =>
  Object.fromEntries(OF_SPACE.map((name) => [name, settings[name]]));

export interface ReadSettings {
  readonly settings: Settings;
  /** One sentence for each field that was left out. */
  readonly complaints: readonly string[];
}

/** Reads the part of an address after `#`. Never fails: what cannot be read keeps its default and is named in `complaints`. */
export function readSettings(hash: string): ReadSettings {
  const settings: Record<string, unknown> = { ...DEFAULT_SETTINGS };
  const complaints: string[] = [];
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (!Object.hasOwn(FIELDS, key)) {
      complaints.push(`The link has a field "${key}" that this version does not know.`);
      continue;
    }
    const read = v.safeParse(FIELDS[key as SettingName].schema, text);
    if (read.success) settings[key] = read.output;
    else
      complaints.push(
        `The link says ${key} = "${text}": ${read.issues[0].message}; it stays at ${write(DEFAULT_SETTINGS[key as SettingName])}.`,
      );
  }
  return { settings: settings as unknown as Settings, complaints };
}

/** The part of an address after `#`, empty where everything is as by default. */
export function writeSettings(settings: Settings): string {
  const fields = new URLSearchParams();
  for (const key of Object.keys(FIELDS) as SettingName[]) {
    if (settings[key] !== DEFAULT_SETTINGS[key]) fields.set(key, write(settings[key]));
  }
  return fields.toString();
}

function write(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (value === -1) return "";
  // Places on the map need few digits; whole numbers (seeds) need all.
  return typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(6))) : String(value);
}
