import { nasbench201 } from "../../src/spaces/nasbench201/index.ts";
import type { SpaceRequest } from "../../src/spaces/request.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import type { SpaceTables } from "../../src/spaces/tables.ts";
import { SPACE_TEXTS } from "../spaces.ts";
import type { Lab, SpacesStore, SpacesView } from "./context.ts";
import { createLab } from "./lab.ts";
import type { NoticeBoard } from "./notices.ts";
import { DEFAULT_SETTINGS, isSameSpace, type Settings, settingsOfSpace } from "./settings.ts";
import { breath, createStore, type Store } from "./store.ts";
import { isActive } from "./training.ts";

interface Opened {
  readonly request: SpaceRequest;
  readonly lab: Lab;
  /** What it was left with. */
  settings: Partial<Settings>;
}

const FIRST: SpaceRequest = { name: "nasbench201" };

/** @param device whether one is opened with a space, or by what first computes */
export function createSpaces(
  settings: Store<Settings>,
  notices: NoticeBoard,
  device: "at once" | "when needed" = "at once",
): SpacesStore {
  const store = createStore<SpacesView>({ lab: undefined, opening: undefined });
  const opened: Opened[] = [];
  let underWay: AbortController | undefined;

  const find = (request: SpaceRequest): Opened | undefined => opened.find((known) => isSameSpace(known.request, request));

  const show = (request: SpaceRequest, link: Settings | undefined, make: () => Lab): void => {
    const before = opened.find(({ lab }) => lab === store.value.lab);
    if (before) before.settings = settingsOfSpace(settings.value);
    // The device belongs to what is on the screen.
    if (before && before.lab !== find(request)?.lab) before.lab.training.stopPlacing();
    const known = find(request);
    const { name: space, count: drawn = DEFAULT_SETTINGS.drawn, seed: drawSeed = DEFAULT_SETTINGS.drawSeed } = request;
    const own = known?.settings ?? { ...settingsOfSpace(DEFAULT_SETTINGS), space, drawn, drawSeed };
    settings.set(link ?? own);
    const lab = known?.lab ?? make();
    store.set({ lab, opening: undefined });
    if (known) return;
    opened.push({ request, lab, settings: own });
    forget(opened, lab);
    void lab.begin(device);
  };

  const self: SpacesStore = {
    store,
    async open(request, link) {
      const { lab } = store.value;
      const obstacle = lab && obstacleIn(lab);
      if (obstacle !== undefined) {
        notices.post("problem", `${obstacle} before another space is opened.`);
        // The choice on the screen goes back to what is shown.
        store.set({ opening: undefined });
        return;
      }
      underWay?.abort();
      underWay = undefined;
      const surface = { settings, notices, spaces: self };
      if (request.name === FIRST.name || find(request)) {
        return show(request, link, () => createLab(nasbench201(), undefined, surface));
      }
      const controller = new AbortController();
      underWay = controller;
      const begun = performance.now();
      store.set({ opening: { request, share: 0, secondsLeft: Number.NaN } });
      try {
        const { space, tables } = await prepared(request, controller.signal, (share) => {
          const seconds = (performance.now() - begun) / 1000;
          store.set({ opening: { request, share, secondsLeft: (seconds * (1 - share)) / share } });
        });
        // Taking the tables over and handing them on each take a few frames' time: not both at once.
        await breath();
        if (underWay === controller) show(request, link, () => createLab(space, tables, surface));
      } catch (error) {
        if (underWay !== controller) return;
        store.set({ opening: undefined });
        const { title } = SPACE_TEXTS[request.name];
        if (controller.signal.aborted) notices.say(`${title} was not opened.`);
        else notices.post("problem", `${title} could not be prepared: ${error instanceof Error ? error.message : String(error)}`);
        if (!store.value.lab) show(FIRST, undefined, () => createLab(nasbench201(), undefined, surface));
      } finally {
        if (underWay === controller) underWay = undefined;
      }
    },
    cancel: () => underWay?.abort(),
    close() {
      underWay?.abort();
      for (const { lab } of opened) lab.close();
    },
  };
  return self;
}

/** The modules of the other spaces load here, when one of them is opened. */
async function prepared(
  request: SpaceRequest,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<{ readonly space: SearchSpace; readonly tables: () => SpaceTables }> {
  const { prepareSpace, tablesOf } = await import("./prepare.ts");
  const space = await prepareSpace(request, { signal, onProgress });
  return { space, tables: () => tablesOf(request) };
}

function obstacleIn(lab: Lab): string | undefined {
  const { title } = lab.space;
  if (isActive(lab.training.store.value.job)) return `Pre-training of ${title} is under way: cancel it or wait for its end`;
  if (lab.labels.value.loading) return "A label table is being read: wait for its end";
  const { job } = lab.searching.store.value;
  if (job === "running" || job === "cancelling") return `A search of ${title} is under way: cancel it or wait for its end`;
  return undefined;
}

/** Samples of DARTS that nothing was done with go when another is drawn: each holds workers and tens of megabytes. */
function forget(opened: Opened[], shown: Lab): void {
  if (shown.space.name !== "darts") return;
  const idle = opened.filter(({ request, lab }) => {
    const { model, resumable } = lab.training.store.value;
    const isMapped = lab.atlas.store.value.atlas.status === "ready";
    return lab !== shown && request.name === "darts" && !isMapped && !model && !resumable && !lab.labels.value.table;
  });
  for (const old of idle) {
    old.lab.close();
    opened.splice(opened.indexOf(old), 1);
  }
}
