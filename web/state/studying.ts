import { transfer } from "comlink";
import type { EmbeddingValues } from "../../src/formats/embedding.ts";
import type { LabelTable } from "../../src/formats/label-table.ts";
import { draftText, type StudyDraft } from "../../src/study/draft.ts";
import type { Outcome } from "../../workers/protocol.ts";
import type {
  Look,
  OpenedStudy,
  OpenStudy,
  StudyApi,
  StudyEvent,
  StudyFile,
  StudyMaterial,
  StudyView,
} from "../../workers/study-protocol.ts";
import type { NoticeBoard } from "./notices.ts";
import { createStore, type Store } from "./store.ts";
import {
  type DraftSetting,
  embeddingNamed,
  fileStem,
  firstDraft,
  isShipped,
  mapProblem,
  readDraft,
  withEmbedding,
} from "./study-draft.ts";
import type { Client } from "./workers.ts";

/** Strategies compared over seeds: the draft of a study, the worker that runs it, and what it has come to. */

export interface StudyingView {
  /** Whether the panel is on the screen. */
  readonly isShown: boolean;
  /** Undefined until there are labels. */
  readonly draft: StudyDraft | undefined;
  readonly job: "idle" | "running" | "cancelling";
  /** Why the draft cannot be run, in sentences. */
  readonly problem: string | undefined;
  /** The draft as the worker knows it; undefined while it cannot be run. */
  readonly opened: OpenedStudy | undefined;
  readonly progress: Extract<StudyEvent, { type: "progress" }> | undefined;
  /** Runs of the last start that came to nothing. */
  readonly failed: readonly Extract<StudyEvent, { type: "failed" }>[];
  readonly look: Look;
  readonly view: StudyView | undefined;
}

/** What the page has to search. */
export interface StudySources extends DraftSetting {
  readonly labels: { readonly table: LabelTable; readonly digest: string | undefined } | undefined;
  /** Of the whole space. */
  readonly embedding: EmbeddingValues | undefined;
}

export interface StudyingEffects {
  sources(): StudySources;
  /** Puts the shipped model of that protocol on the map. */
  showShipped(protocol: "released" | "corrected"): Promise<void>;
  readonly notices: NoticeBoard;
  save(name: string, content: string, type: string): void;
  /** Where the draft is kept from one visit to the next. */
  readonly kept: { read(): Promise<string | undefined>; write(text: string): Promise<void> } | undefined;
  /** Search workers at most. */
  readonly workers: number;
}

export interface StudyingStore {
  readonly store: Store<StudyingView>;
  show(): void;
  hide(): void;
  /** Opens a study, runs, or a study with its runs; once there are labels, if there are none yet. */
  open(files: Files): Promise<void>;
  edit(change: (draft: StudyDraft) => StudyDraft): void;
  /** Back to what anybody would compare first. */
  startOver(): void;
  /** Lets the study search what is on the map. */
  takeMap(): void;
  run(): Promise<void>;
  cancel(): void;
  look(change: Partial<Look>): Promise<void>;
  save(kind: StudyFile | "study"): Promise<void>;
  forget(): Promise<void>;
  /** Labels or map have changed. */
  refresh(): void;
}

type Files = Pick<OpenStudy, "study" | "runs">;

const FILES: Readonly<Record<StudyFile, readonly [ending: string, type: string]>> = {
  runs: [".runs.jsonl", "application/jsonl"],
  report: [".html", "text/html"],
  curves: ["-curves.csv", "text/csv"],
  "curves-picture": ["-curves.svg", "image/svg+xml"],
  "distribution-picture": ["-distribution.svg", "image/svg+xml"],
};

const INITIAL: StudyingView = {
  isShown: false,
  draft: undefined,
  job: "idle",
  problem: undefined,
  opened: undefined,
  progress: undefined,
  failed: [],
  look: { x: "queries", band: "mean" },
  view: undefined,
};

/** Name of the study in messages. */
const SOURCE = "The study";

export function createStudying(client: () => Client<StudyApi>, effects: StudyingEffects): StudyingStore {
  const { notices } = effects;
  const store = createStore<StudyingView>(INITIAL);
  /** Files that wait for labels. */
  let waiting: Files | undefined;
  /** What the worker was given, and which worker. */
  let taken: { readonly labels: unknown; readonly embedding: unknown; readonly ended: number } | undefined;
  let turn = 0;
  /** Files are on their way: they come before what is there otherwise. */
  let isOpening = false;
  let hasRestored = false;
  let soon: ReturnType<typeof setTimeout> | undefined;

  const isRunning = (): boolean => store.value.job !== "idle";

  const take = async ({ space, labels, embedding }: StudySources): Promise<Outcome<undefined>> => {
    if (!labels) return input("A comparison needs labels: load a table.");
    const { table, digest } = labels;
    if (digest === undefined)
      return input("Comparisons bind runs to their labels by SHA-256, which browsers offer over HTTPS only.");
    const { ended } = client();
    if (taken?.labels === table && taken.embedding === embedding?.data && taken.ended === ended)
      return { ok: true, value: undefined };
    const material: StudyMaterial = { space, table, tableDigest: digest, embedding };
    const answer = await client().ask((api) => api.take(material));
    if (answer.ok) taken = { labels: table, embedding: embedding?.data, ended };
    return answer;
  };

  /** Asks the worker for a study; what it refuses is told and changes nothing. */
  const ask = async (files: Files, sources: StudySources): Promise<Outcome<OpenedStudy>> => {
    const { table, atlas, space } = sources;
    const ready = await take(sources);
    if (!ready.ok) return ready;
    return client().ask((api) => api.open({ ...files, given: { table, ...embeddingNamed(atlas, space.name) } }));
  };

  const restored = async (): Promise<StudyDraft | undefined> => {
    if (hasRestored) return undefined;
    hasRestored = true;
    return readDraft(await effects.kept?.read().catch(() => undefined));
  };

  const keep = (draft: StudyDraft): void => void effects.kept?.write(draftText(draft)).catch(() => undefined);

  const show = async (mine: number): Promise<void> => {
    const { look } = store.value;
    const view = await client().ask((api) => api.look(look));
    if (mine !== turn) return;
    if (view.ok) store.set({ view: view.value });
    else notices.post("problem", view.error.message);
  };

  const arrive = (opened: OpenedStudy, { atlas }: StudySources): void => {
    const { draft, searchesEmbedding, runs, total } = opened;
    // What has run needs no map to be looked at.
    const needsMap = searchesEmbedding && runs < total;
    store.set({ draft, opened, problem: needsMap ? mapProblem(draft, atlas) : undefined });
  };

  /** Makes what is on the screen agree with draft, labels and map. */
  const refresh = async (): Promise<void> => {
    if (isRunning() || !store.value.isShown || isOpening) return;
    const mine = ++turn;
    const sources = effects.sources();
    if (!sources.labels) return store.set({ opened: undefined, view: undefined, problem: undefined });
    if (waiting) {
      const files = waiting;
      waiting = undefined;
      return self.open(files);
    }
    const draft =
      store.value.draft ?? (await restored()) ?? (sources.atlas.status === "loading" ? undefined : firstDraft(sources));
    // While a map is on its way nobody knows what there is to search: its arrival refreshes.
    if (mine !== turn || !draft) return;
    store.set({ draft });
    const answer = await ask({ study: { text: draftText(draft), source: SOURCE } }, sources);
    if (mine !== turn) return;
    if (!answer.ok) return store.set({ opened: undefined, view: undefined, problem: answer.error.message });
    arrive(answer.value, sources);
    await show(mine);
  };

  const receive = (event: StudyEvent): void => {
    if (event.type === "progress") store.set({ progress: event });
    else if (event.type === "view") store.set({ view: event.view });
    else if (event.type === "failed") store.set({ failed: [...store.value.failed, event] });
    else {
      const why = event.message.replace(/\.$/, "");
      notices.post("warning", `Finished runs are not kept, so closing the page loses them: ${why}. Save them as a file.`);
    }
  };

  const self: StudyingStore = {
    store,
    show() {
      store.set({ isShown: true });
      void refresh();
    },
    hide: () => store.set({ isShown: false }),
    async open(files) {
      if (isRunning()) return notices.post("problem", "The study was not opened, because another is running: cancel it first.");
      const sources = effects.sources();
      store.set({ isShown: true });
      if (!sources.labels) {
        waiting = files;
        return notices.post("warning", "A study needs the label table that it was made with: open that, and the study follows.");
      }
      const mine = ++turn;
      isOpening = true;
      const answer = await ask(files, sources);
      isOpening = false;
      if (!answer.ok) {
        notices.post("problem", answer.error.message);
        return refresh();
      }
      arrive(answer.value, sources);
      store.set({ failed: [] });
      const { draft } = answer.value;
      keep(draft);
      await show(mine);
      const { pretrained } = draft;
      if (pretrained !== undefined && !isShipped(sources.atlas, pretrained)) await effects.showShipped(pretrained);
    },
    edit(change) {
      const { draft } = store.value;
      if (!draft || isRunning()) return;
      const next = change(draft);
      store.set({ draft: next, failed: [] });
      keep(next);
      void refresh();
    },
    startOver: () => self.edit(() => firstDraft(effects.sources())),
    takeMap() {
      const { atlas, space } = effects.sources();
      self.edit((draft) => withEmbedding(draft, embeddingNamed(atlas, space.name)));
    },
    async run() {
      if (isRunning()) return;
      await refresh();
      const { opened, problem } = store.value;
      if (!opened || problem !== undefined) return notices.post("problem", problem ?? "There is nothing to compare yet.");
      // A refresh that is under way has nothing to say any more.
      turn++;
      store.set({ job: "running", progress: undefined, failed: [] });
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }: MessageEvent<StudyEvent>) => receive(data);
      const ended = await client().ask((api) => api.run(effects.workers, transfer(port2, [port2])));
      port1.close();
      store.set({ job: "idle", progress: undefined });
      if (ended.ok) notices.say(`Comparison ${ended.value}.`);
      else notices.post("problem", ended.error.message);
      await refresh();
    },
    cancel() {
      if (store.value.job !== "running") return;
      store.set({ job: "cancelling" });
      void client().api.cancel();
    },
    async look(change) {
      store.set({ look: { ...store.value.look, ...change } });
      if (store.value.opened) await show(turn);
    },
    async save(kind) {
      const { draft } = store.value;
      if (!draft) return;
      const stem = fileStem(draft);
      if (kind === "study") return effects.save(`${stem}.json`, draftText(draft), "application/json");
      const made = await client().ask((api) => api.file(kind));
      const [ending, type] = FILES[kind];
      if (made.ok) effects.save(`${stem}${ending}`, made.value, type);
      else notices.post("problem", made.error.message);
    },
    async forget() {
      const answer = await client().ask((api) => api.forget());
      if (!answer.ok) notices.post("problem", answer.error.message);
      await refresh();
    },
    refresh() {
      // Labels and the settings that name their columns change one after the other.
      clearTimeout(soon);
      soon = setTimeout(() => void refresh());
    },
  };
  return self;
}

const input = (message: string): Outcome<never> => ({ ok: false, error: { kind: "input", message } });
