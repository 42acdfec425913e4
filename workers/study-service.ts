import { InputError } from "../src/errors.ts";
import type { LabelTable } from "../src/formats/label-table.ts";
import { isTestMetric, testTwin } from "../src/formats/metric-units.ts";
import { searchSpace } from "../src/spaces/registry.ts";
import { requestOf } from "../src/spaces/request.ts";
import type { SearchSpace } from "../src/spaces/space.ts";
import { type Analysis, analyse } from "../src/study/analysis.ts";
import { curveTable } from "../src/study/curve-table.ts";
import { readStudy, type Study } from "../src/study/definition.ts";
import { digestOf } from "../src/study/digest.ts";
import { draftOfRuns, draftText, type StudyDraft } from "../src/study/draft.ts";
import { type StudyLabels, studyLabels } from "../src/study/labels.ts";
import { runLine, searchesEmbedding, strategyLine, studyLine, studyTasks } from "../src/study/plan.ts";
import { standalone } from "../src/study/report/colours.ts";
import {
  type KeptRuns,
  lineText,
  type RunLine,
  readRuns,
  type StrategyLine,
  type StudyLine,
  whatChanged,
  withBackendsOf,
} from "../src/study/run-lines.ts";
import { timeLeft } from "../src/study/time-left.ts";
import { VERSION } from "../src/version.ts";
import { outcome } from "./outcome.ts";
import { runInPool, type Searcher } from "./search-pool.ts";
import { adopt } from "./spaces.ts";
import type { Look, OpenStudy, StudyApi, StudyEvent, StudyMaterial } from "./study-protocol.ts";
import { type KnownRuns, knownRuns, type RunShelf } from "./study-runs.ts";

/** Progress is told at most this often, in milliseconds. */
const TOLD = 100;
/** Views of a running study come at most this often, and take at most this share of the time: they hold the pool up. */
const SHOWN = 400;
const SHARE = 0.2;
const ADVICE = "open the files that belong together.";

interface Open {
  readonly study: Study;
  readonly draft: StudyDraft;
  readonly labels: StudyLabels;
  readonly lines: { readonly study: StudyLine; readonly strategies: readonly StrategyLine[] };
  readonly runs: RunLine[];
  /** Of so many runs; made when somebody looks. */
  analysis?: { readonly of: number; readonly analysis: Analysis };
}

type Material = StudyMaterial & { readonly searched: SearchSpace; readonly embeddingDigest: string | undefined };

export interface StudySurroundings {
  /** A search worker in which the space is known. */
  openSearcher(): Searcher;
  /** Where the browser keeps runs; undefined where it has no such place. */
  readonly shelf: RunShelf | undefined;
}

/** What the study worker exposes. Apart from it, so that it also runs without a worker. */
export function studyService({ openSearcher, shelf }: StudySurroundings): StudyApi {
  const known = knownRuns(shelf);
  let material: Material | undefined;
  let current: Open | undefined;
  let running: AbortController | undefined;
  /** The embedding that the runs of a file searched: they are shown whatever is on the map. */
  let bound: string | null | undefined;
  let look: Look = { x: "queries", band: "mean" };

  const opened = (): Open => {
    if (!current) throw new InputError("No study is open.");
    return current;
  };
  const idle = (): void => {
    if (running) throw new InputError("A study is running: cancel it or wait for its end.");
  };
  const analysed = (open: Open): Analysis => {
    if (open.analysis?.of !== open.runs.length) {
      open.analysis = { of: open.runs.length, analysis: analyse(open.study, open.labels, open.runs) };
    }
    return open.analysis.analysis;
  };
  // The charts are most of what this worker loads.
  const charts = () => import("./study-view.ts");
  const view = async (open: Open) => {
    if (open.runs.length === 0) return undefined;
    const { studyView } = await charts();
    return studyView(open.study, analysed(open), look);
  };

  const run = async (workers: number, events: MessagePort): Promise<"finished" | "cancelled"> => {
    idle();
    const open = opened();
    const { study, labels, lines, runs } = open;
    const { searched, embedding, embeddingDigest } = material as Material;
    if (searchesEmbedding(study) && embeddingDigest !== lines.study.embedding) {
      throw new InputError(
        embeddingDigest === undefined
          ? "This study searches an embedding of the whole space, and there is none."
          : (whatChanged(
              lines,
              { ...lines, study: { ...lines.study, embedding: embeddingDigest } },
              "this study",
              ADVICE,
            ) as string),
      );
    }
    const tasks = studyTasks(study, searched, labels, embedding, runs);
    const elsewhere = lines.strategies.find(
      ({ name, backend }) => backend !== undefined && tasks.some((task) => task.name === name),
    );
    if (elsewhere) {
      throw new InputError(
        `The runs of ${elsewhere.name} were worked out by ${elsewhere.backend}: archscape study --search-backend webgpu goes on with them, the page does not.`,
      );
    }
    const controller = new AbortController();
    running = controller;
    const send = (event: StudyEvent): void => events.postMessage(event);
    const left = timeLeft(runs, tasks, Math.min(workers, tasks.length));
    const begun = performance.now();
    const before = runs.length;
    const progress = throttled(
      () => TOLD,
      () => {
        const rate = (runs.length - before) / ((performance.now() - begun) / 1000);
        send({ type: "progress", runs: runs.length, total: before + tasks.length, rate, secondsLeft: left.now() });
      },
    );
    let pause = SHOWN;
    const views = throttled(
      () => pause,
      async () => {
        await charts();
        const from = performance.now();
        const shown = await view(open);
        pause = Math.max(SHOWN, (performance.now() - from) / SHARE);
        if (shown && running === controller) send({ type: "view", view: shown });
      },
    );
    let isKept = true;
    const kept: Promise<void>[] = [];
    try {
      await runInPool(
        tasks,
        { size: workers, open: openSearcher, signal: controller.signal },
        {
          onRun({ name }, trace, seconds) {
            const { end } = trace;
            if (end === "cancelled") return;
            const line = runLine(name, { ...trace, end }, seconds);
            runs.push(line);
            left.ended(line);
            const strategy = lines.strategies.find((one) => one.name === name) as StrategyLine;
            const keeping = known.keep(lines.study, strategy, line).catch((error: unknown) => {
              if (isKept) send({ type: "not-kept", message: error instanceof Error ? error.message : String(error) });
              isKept = false;
            });
            kept.push(keeping);
            progress.soon();
            views.soon();
          },
          onFailed: ({ name, seed }, reason) => send({ type: "failed", name, seed, reason }),
        },
      );
    } finally {
      running = undefined;
      progress.now();
      views.stop();
      await Promise.all(kept);
    }
    return controller.signal.aborted ? "cancelled" : "finished";
  };

  return {
    adopt,
    take: (given) =>
      outcome(async () => {
        idle();
        const { embedding } = given;
        material = {
          ...given,
          searched: searchSpace(given.space),
          embeddingDigest: embedding && (await digestOf(embedding.data)),
        };
        return undefined;
      }),
    open: (request) =>
      outcome(async () => {
        idle();
        if (!material) throw new InputError("A study needs labels: load a table first.");
        const made = await openStudy(request, material, known, bound);
        current = made;
        if (request.runs) bound = made.lines.study.embedding;
        const { draft, labels, runs, study } = made;
        return {
          draft,
          runs: runs.length,
          total: study.entries.length * study.seeds.length,
          warnings: labels.warnings,
          searchesTestMetric: isTestMetric(study.metric),
          searchesEmbedding: searchesEmbedding(study),
        };
      }),
    async run(workers, events) {
      const ended = await outcome(() => run(workers, events));
      events.close();
      return ended;
    },
    async cancel() {
      running?.abort();
    },
    look: (wanted) =>
      outcome(() => {
        look = wanted;
        return current && view(current);
      }),
    file: (kind) =>
      outcome(async () => {
        const open = opened();
        const { study, lines, labels, runs } = open;
        if (kind === "runs") return runsText(open);
        if (runs.length === 0) throw new InputError("No run has ended yet.");
        if (kind === "curves") return curveTable(analysed(open));
        if (kind === "report") {
          const { studyReport } = await import("../src/study/report/report.ts");
          return studyReport({ study, lines, labels, analysis: analysed(open), version: VERSION });
        }
        const shown = await view(open);
        const picture = kind === "curves-picture" ? shown?.curves : shown?.distribution;
        if (!picture) throw new InputError("No run has a value yet.");
        return standalone(picture.wide);
      }),
    forget: () =>
      outcome(async () => {
        idle();
        const { lines, runs } = opened();
        runs.length = 0;
        for (const strategy of lines.strategies) await known.forget(lines.study, strategy);
        return undefined;
      }),
  };
}

async function openStudy(
  { study: given, runs: files, given: told }: OpenStudy,
  material: Material,
  known: KnownRuns,
  bound: string | null | undefined,
): Promise<Open> {
  const kept = files && keptIn(files.text, files.source);
  const name = files?.source.replace(/(\.runs)?\.jsonl$/i, "") ?? "";
  const text = given?.text ?? (kept ? draftText(draftOfRuns(kept, { name, ...told, ...reportOf(kept, material.table) })) : "");
  const source = given?.source ?? files?.source ?? "";
  const study = readStudy(text, source);
  const { searched, table, tableDigest, embeddingDigest } = material;
  const asked = searchSpace(study.space);
  if (JSON.stringify(requestOf(asked)) !== JSON.stringify(requestOf(searched))) {
    const sample = asked.name === searched.name ? " (another sample of it)" : "";
    throw new InputError(
      `${source} is a study of ${asked.title}${sample}, and ${searched.title} is open: open that space in step 1 first.`,
    );
  }
  const labels = studyLabels(table, study);
  const strategies = study.entries.map((entry) => strategyLine(entry, searched, labels));
  const now = studyLine(searched, study, tableDigest);
  const lines = (embedding: string | null) => ({ study: { ...now, embedding }, strategies });
  const open = { study, draft: JSON.parse(text) as StudyDraft, labels };
  if (kept && files) {
    // What was searched is not needed to show what came of it, only to go on.
    const given = { ...lines(kept.study.embedding), strategies: withBackendsOf(kept, strategies) };
    const changed = whatChanged(kept, given, files.source, ADVICE);
    if (changed !== undefined) throw new InputError(changed);
    for (const strategy of given.strategies) {
      await known.add(
        given.study,
        strategy,
        kept.runs.filter(({ name }) => name === strategy.name),
      );
    }
    return { ...open, lines: given, runs: await runsOf(study, given, known) };
  }
  const own = lines(searchesEmbedding(study) ? (embeddingDigest ?? null) : null);
  const runs = await runsOf(study, own, known);
  if (runs.length > 0 || bound === undefined || !searchesEmbedding(study)) return { ...open, lines: own, runs };
  return { ...open, lines: lines(bound), runs: await runsOf(study, lines(bound), known) };
}

async function runsOf({ seeds }: Study, { study, strategies }: Open["lines"], known: KnownRuns): Promise<RunLine[]> {
  const wanted = new Set(seeds);
  const found = await Promise.all(strategies.map((strategy) => known.find(study, strategy)));
  return found.flat().filter(({ seed }) => wanted.has(seed));
}

/** Runs do not tell what was reported: most likely the test values that belong to what was searched. */
function reportOf({ study: { metric } }: KeptRuns, { metrics }: LabelTable): { readonly report?: string } {
  const report = testTwin(
    metric,
    metrics.map(({ name }) => name),
  );
  return report === undefined || report === metric ? {} : { report };
}

function keptIn(text: string, source: string): KeptRuns {
  const kept = readRuns(text, source);
  if (!kept) throw new InputError(`Cannot read ${source}: expected the runs of a study, found no whole line.`);
  return kept;
}

/** The file of runs, in the form that `archscape study` goes on with. */
function runsText({ lines, runs }: Open): string {
  const run = lines.strategies.filter(({ name }) => runs.some((one) => one.name === name));
  return [lines.study, ...run, ...runs].map(lineText).join("");
}

/** Calls `act` soon after it is wanted, with pauses between the calls. */
function throttled(pause: () => number, act: () => void | Promise<void>) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = Number.NEGATIVE_INFINITY;
  const now = async (): Promise<void> => {
    await act();
    last = performance.now();
    timer = undefined;
  };
  return {
    soon(): void {
      timer ??= setTimeout(() => void now(), Math.max(0, last + pause() - performance.now()));
    },
    now(): void {
      clearTimeout(timer);
      void now();
    },
    stop: () => clearTimeout(timer),
  };
}
