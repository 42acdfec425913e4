/** What elements load when they are needed: the lab behind them, and the parts of it that they show. */
import type { LitElement } from "lit";
import type { ArchscapeLab } from "../elements/archscape-lab.ts";
import { setLabAddress } from "../state/address.ts";
import type { Lab } from "../state/context.ts";
import { DEFAULT_SETTINGS, readSettings, type SettingName, type Settings } from "../state/settings.ts";
import { shippedModels } from "../state/shipped.ts";
import type { Store } from "../state/store.ts";
import { allowWays } from "../state/threads.ts";
import type { Emit } from "./events.ts";
import { withOwn } from "./overlay.ts";
import { type Member, restWhenUnseen, sharedLab } from "./shared-labs.ts";
import { tell } from "./telling.ts";
import { foreignWays } from "./ways.ts";

export type Kind = "lab" | "map" | "cell" | "training" | "search";
export type Command = "run" | "pause" | "step" | "cancel" | "reset";

export interface Wanted {
  readonly kind: Kind;
  readonly parent: HTMLElement;
  /** The lab that the element is a part of, where it stands in one. */
  readonly given: Lab | undefined;
  /** Attributes, by the names of settings. */
  readonly settings: Readonly<Record<string, string>>;
  /** Further settings of a whole lab, as links have them. */
  readonly link: string | undefined;
  readonly labels: string | undefined;
  readonly group: string;
  /** Where the build lies. */
  readonly base: string;
  readonly workerUrl: string | undefined;
  /** Aborted when the element leaves the page. */
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** An element's content. */
export interface Mounted {
  /** Attributes that changed; an empty one goes back to the default. */
  set(settings: Readonly<Record<string, string>>): void;
  useLabels(labels: string | undefined): void;
  /** Whether the element is on the screen. */
  see(isSeen: boolean): void;
  command(name: Command): Promise<void>;
  close(): void;
}

type View = LitElement & { lab: Lab };

/** Settings that each element of a kind has for itself. */
const OWN: Readonly<Record<Exclude<Kind, "lab">, readonly SettingName[]>> = {
  map: ["colour", "scheme", "keep", "density", "x", "y", "zoom"],
  cell: [],
  training: ["panel"],
  search: ["panel"],
};
/** The step that such an element is. */
const PANEL: Partial<Record<Kind, Partial<Settings>>> = { training: { panel: "pretrain" }, search: { panel: "search" } };
/** What stands below the element's own content. */
const BELOW: Readonly<Record<Exclude<Kind, "lab">, readonly string[]>> = {
  map: ["archscape-tray"],
  cell: [],
  training: ["archscape-charts", "archscape-follow"],
  search: ["archscape-charts", "archscape-study"],
};

/** Makes the parts of an element known. Those of a lab are the elements themselves, which find that they stand in one. */
const define: Readonly<Record<Kind, () => Promise<void>>> = {
  async map() {
    const [
      { ArchscapeMap },
      { ArchscapeLegend },
      { ArchscapeTray },
      { ArchscapeWalk },
      { ArchscapeSelection },
      { ArchscapeReplay },
    ] = await Promise.all([
      import("../elements/archscape-map.ts"),
      import("../elements/archscape-legend.ts"),
      import("../elements/archscape-tray.ts"),
      import("../elements/archscape-walk.ts"),
      import("../elements/archscape-selection.ts"),
      import("../elements/archscape-replay.ts"),
    ]);
    once("archscape-legend", ArchscapeLegend);
    once("archscape-walk", ArchscapeWalk);
    once("archscape-selection", ArchscapeSelection);
    once("archscape-replay", ArchscapeReplay);
    once("archscape-tray", ArchscapeTray);
    once("archscape-map-view", ArchscapeMap);
  },
  async cell() {
    const [{ ArchscapeCell }, { ArchscapeEditor }] = await Promise.all([
      import("../elements/archscape-cell.ts"),
      import("../elements/archscape-editor.ts"),
    ]);
    once("archscape-editor", ArchscapeEditor);
    once("archscape-cell-view", ArchscapeCell);
  },
  async training() {
    const [{ ArchscapeTraining }, { ArchscapeCharts }, { ArchscapeFollow }] = await Promise.all([
      import("../elements/archscape-training.ts"),
      import("../elements/archscape-charts.ts"),
      import("../elements/archscape-follow.ts"),
    ]);
    once("archscape-charts", ArchscapeCharts);
    once("archscape-follow", ArchscapeFollow);
    once("archscape-training-view", ArchscapeTraining);
  },
  async search() {
    const [{ ArchscapeSearch }, { ArchscapeCharts }, { ArchscapeStudy }, { ArchscapeNotices }] = await Promise.all([
      import("../elements/archscape-search.ts"),
      import("../elements/archscape-charts.ts"),
      import("../elements/archscape-study.ts"),
      import("../elements/archscape-notices.ts"),
    ]);
    once("archscape-charts", ArchscapeCharts);
    once("archscape-notices", ArchscapeNotices);
    once("archscape-study", ArchscapeStudy);
    once("archscape-search-view", ArchscapeSearch);
  },
  async lab() {
    const [{ ArchscapeLab }, { defineElements }] = await Promise.all([
      import("../elements/archscape-lab.ts"),
      import("../define.ts"),
      ...(["map", "cell", "training", "search"] as const).map((kind) => define[kind]()),
    ]);
    defineElements();
    once("archscape-lab-view", ArchscapeLab);
  },
};

function once(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}

let isSettled = false;

/** What holds for all elements of a page. */
function settle({ base, workerUrl }: Wanted): void {
  if (isSettled) return;
  isSettled = true;
  allowWays(foreignWays(`${base}archscape.worker.js`, workerUrl), base);
  setLabAddress(new URL("..", base).href);
}

/** Puts the content of an element into `parent`. Rejects with a sentence where that cannot be. */
export async function mount(wanted: Wanted): Promise<Mounted> {
  const { kind, parent, given, signal } = wanted;
  settle(wanted);
  await define[kind]();
  signal.throwIfAborted();
  if (kind === "lab") return mountLab(wanted);
  if (!given) return mountPart(wanted, kind);
  const view = viewOf(`archscape-${kind}-view`, given);
  parent.append(view);
  return { set() {}, useLabels() {}, see() {}, async command() {}, close: () => view.remove() };
}

function viewOf(name: string, lab: Lab): View {
  const view = document.createElement(name) as View;
  view.lab = lab;
  return view;
}

/** Attributes as settings; complains of what does not fit. */
function read(texts: Readonly<Record<string, string>>, emit: Emit): Partial<Settings> {
  const { settings, complaints } = readSettings(new URLSearchParams(texts).toString());
  for (const complaint of complaints) emit("archscape-error", { message: complaint.replace("The link", "The element") });
  const given = Object.keys(texts) as SettingName[];
  return Object.fromEntries(given.map((name) => [name, texts[name] === "" ? DEFAULT_SETTINGS[name] : settings[name]]));
}

async function mountPart(wanted: Wanted, kind: Exclude<Kind, "lab">): Promise<Mounted> {
  const { parent, settings: texts, emit, signal } = wanted;
  const given = read(texts, emit);
  const shared = sharedLab({ ...DEFAULT_SETTINGS, ...given }, wanted.group);
  const member: Member = { isSeen: false, hasControls: kind === "training" || kind === "search", emit };
  const leave = shared.join(member);
  try {
    const lab = await shared.lab;
    signal.throwIfAborted();
    // One map's colours are not the other's; what else an element says holds for all.
    const isOwn = (name: string): boolean => (OWN[kind] as readonly string[]).includes(name);
    const part = (own: boolean) => Object.fromEntries(Object.entries(given).filter(([name]) => isOwn(name) === own));
    lab.settings.set(part(false));
    const seen = withOwn(lab, OWN[kind], { ...PANEL[kind], ...part(true) });
    const views = [`archscape-${kind}-view`, ...BELOW[kind]].map((name) => viewOf(name, seen));
    parent.append(...views);
    const charts = views.find(({ localName }) => localName === "archscape-charts");
    const showCharts = (): void => {
      const { training, searching } = lab;
      const has = kind === "search" ? searching.store.value.runs.length > 0 : training.store.value.metricsCount > 0;
      if (charts) charts.hidden = !has;
    };
    showCharts();
    const stops = [lab.training.store.subscribe(showCharts), lab.searching.store.subscribe(showCharts)];
    const stop = tell(lab, kind === "training" || kind === "search" ? [kind] : [], emit);
    let labelled: Promise<void> | undefined;
    const useLabels = (labels: string | undefined): void => {
      if (labels === shared.labels) return;
      shared.labels = labels;
      labelled = loadLabels(lab, labels, emit);
    };
    const isDemo = kind === "search" && lab.space.name === "nasbench201";
    if (wanted.labels !== undefined || (isDemo && shared.labels === undefined)) useLabels(wanted.labels ?? "demo");
    if (kind === "training") void lab.training.open();
    const ready = async (): Promise<void> => {
      await views[0]?.updateComplete;
      if (kind === "map") await mapped(lab);
      if (!signal.aborted) emit("archscape-ready", { space: lab.space.name, size: lab.space.size });
    };
    void ready();
    return {
      set: (changed) => seen.settings.set(read(changed, emit)),
      useLabels,
      see(isSeen) {
        member.isSeen = isSeen;
        shared.look();
      },
      async command(name) {
        // A search that is begun at once is one of the labels on their way.
        await labelled;
        command(lab, kind, name);
      },
      close() {
        stop();
        for (const each of stops) each();
        leave();
        for (const view of views) view.remove();
      },
    };
  } catch (error) {
    leave();
    throw error;
  }
}

function mountLab({ parent, link, settings: texts, labels, emit }: Wanted): Mounted {
  const view = document.createElement("archscape-lab-view") as ArchscapeLab;
  const fields = new URLSearchParams(link?.replace(/^#/, ""));
  for (const [name, text] of Object.entries(texts)) fields.set(name, text);
  view.link = fields.toString();
  let isSeen = false;
  let shown: Lab | undefined;
  let stop = (): void => undefined;
  let look = (): void => undefined;
  const follow = (): void => {
    const { lab } = view;
    if (!lab || lab === shown) return;
    stop();
    const isFirst = shown === undefined;
    shown = lab;
    stop = tell(lab, ["training", "search"], emit);
    look = restWhenUnseen(lab, () => isSeen);
    if (isFirst && labels !== undefined) void loadLabels(lab, labels, emit);
    emit("archscape-ready", { space: lab.space.name, size: lab.space.size });
  };
  const unfollow = view.spaces.store.subscribe(follow);
  parent.append(view);
  follow();
  return {
    set: (changed) => shown?.settings.set(read(changed, emit)),
    useLabels: (wanted) => shown && void loadLabels(shown, wanted, emit),
    see(now) {
      isSeen = now;
      look();
    },
    command: async () => undefined,
    close() {
      unfollow();
      stop();
      view.remove();
      view.close();
    },
  };
}

function command(lab: Lab, kind: Kind, name: Command): void {
  const { training, searching } = lab;
  if (kind === "search") {
    if (name === "run") lab.startSearch();
    else searching.cancel();
    return;
  }
  const isPaused = training.store.value.job === "paused";
  if (name === "run") {
    if (isPaused) training.resume();
    else lab.startTraining();
  } else if (name === "step") {
    if (isPaused) training.stepOnce();
    else lab.startTraining({ byStep: true });
  } else if (name === "pause") training.pause();
  else if (name === "cancel") training.cancel();
  else lab.resetTraining();
}

/** Once the shipped embedding is on the map, or is known not to come. Others take minutes, which the map itself tells of. */
async function mapped({ space, settings, atlas }: Lab): Promise<void> {
  if (shippedModels(space.name)[settings.value.model]?.embedding === undefined) return;
  await until(atlas.store, () => ["ready", "missing"].includes(atlas.store.value.atlas.status));
}

function until(store: Store<object>, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = store.subscribe(() => {
      if (!isSo()) return;
      stop();
      resolve();
    });
    if (isSo()) {
      stop();
      resolve();
    }
  });
}

async function loadLabels(lab: Lab, labels: string | undefined, emit: Emit): Promise<void> {
  if (labels === undefined || labels === "") return lab.dropLabels();
  if (labels === "demo") return lab.loadDemoLabels();
  const address = new URL(labels, document.baseURI);
  const name = address.pathname.split("/").at(-1) ?? "labels.csv";
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`it came back with status ${answer.status}`);
    await lab.openFiles([new File([await answer.arrayBuffer()], name)]);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    emit("archscape-error", { message: `The label table ${name} could not be loaded: ${why.replace(/\.$/, "")}.` });
  }
}
