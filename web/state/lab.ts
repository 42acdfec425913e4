import { InputError } from "../../src/errors.ts";
import type { LabelTable } from "../../src/formats/label-table.ts";
import { readSafeTensors } from "../../src/formats/safetensors.ts";
import { requestOf } from "../../src/spaces/request.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import type { SpaceTables } from "../../src/spaces/tables.ts";
import { VERSION } from "../../src/version.ts";
import { adapterText, type BackendChoice } from "../../src/vgae/backend.ts";
import { DEFAULT_TRAINING, LATENT, type TrainingOptions, trainingOptions } from "../../src/vgae/config.ts";
import { indexedDbDraft } from "../../workers/indexed-db.ts";
import { pickFiles, pngOf, saveFile } from "../files.ts";
import { count, plural } from "../format.ts";
import { type Cartographer, cartographer, isLarge } from "../map/cartographer.ts";
import { allOf } from "../map/colouring.ts";
import { mapPicture } from "../map/picture.ts";
import { quantityOf } from "../map/quantity.ts";
import { remoteCartographer } from "../map/remote-cartographer.ts";
import { labAddress } from "./address.ts";
import { createAtlas, partText, sourceText } from "./atlas.ts";
import { chooseMetric, columnsFor } from "./columns.ts";
import type { Lab, LabelsView, SpacesStore } from "./context.ts";
import { createFigures } from "./figures.ts";
import { createFollowing } from "./following.ts";
import { createInstruments } from "./instruments.ts";
import { createPlace, type Turn } from "./latest.ts";
import { createMapSources } from "./map-sources.ts";
import type { NoticeBoard } from "./notices.ts";
import { createSearching, resultOf } from "./searching.ts";
import { parseSeeds } from "./seeds.ts";
import { DEFAULT_SETTINGS, SEARCHED_WORDS, type Settings, writeSettings } from "./settings.ts";
import { DEMO_FILE, DEMO_SOURCE, fetchDemoLabels, shippedModels } from "./shipped.ts";
import { breath, createStore, type Store } from "./store.ts";
import { readOptions, settingOn, strategyProblem } from "./strategy-options.ts";
import { studyFiles } from "./study-files.ts";
import { createStudying } from "./studying.ts";
import { watchSurroundings } from "./surroundings.ts";
import { traceLines, traceTable } from "./trace-files.ts";
import { createTraining, isActive, type ModelVariety } from "./training.ts";
import { createClients } from "./workers.ts";

/** What all labs of the page share. */
export interface Surface {
  readonly settings: Store<Settings>;
  readonly notices: NoticeBoard;
  readonly spaces: SpacesStore;
}

/**
 * Puts the lab of one space together: stores, workers, and the commands that touch more than one of them.
 * @param tables what workers take over, for a space that had to be prepared
 */
export function createLab(space: SearchSpace, tables: (() => SpaceTables) | undefined, surface: Surface): Lab {
  const { notices, settings, spaces } = surface;
  const complain = (error: unknown): void => notices.post("problem", error instanceof Error ? error.message : String(error));
  const request = requestOf(space);
  const shipped = shippedModels(space.name);
  const clients = createClients(tables);
  const labels = createStore<LabelsView>({ table: undefined, digest: undefined, loading: false });
  const askForTable = createPlace();
  const maps: Cartographer = isLarge(space) && tables ? remoteCartographer(request, tables()) : cartographer(space);
  const atlas = createAtlas(space, maps, complain);
  const isShown = (): boolean => spaces.store.value.lab?.space === space;
  const surroundings = watchSurroundings(settings, atlas, maps, { size: space.size, isShown, screen: spaces.store, complain });

  const choice = (): BackendChoice => settings.value.backend;
  const training = createTraining(space, clients.engine, choice, {
    onEmbedding(rows, { protocol, seed }, reached, present) {
      atlas.show(rows, { kind: "training", protocol, seed, reached }, present);
    },
    onTrained({ protocol, seed }, reached) {
      sources.trained({ kind: "training", protocol, seed, reached });
    },
    onPlaced: (rows, present) => sources.placed(rows, present),
    onFailure: ({ message }) => notices.post("problem", message),
    onRefused(message) {
      notices.post("warning", `${message} So the page chooses by itself what models run on.`);
      settings.set({ backend: "automatic" });
    },
    onDeviceLost: (reason, step) =>
      notices.post("warning", `The GPU was lost (${reason}); training went on from step ${count(step)}.`),
    onNotKept: (message) => notices.post("warning", message),
    onEnd: (state, step) => notices.say(`Pre-training ${state} after ${count(step)} steps.`),
  });

  const sources = createMapSources({ space, shipped, atlas, training, notices, complain });

  const searching = createSearching(clients.search, {
    onFailure: ({ message }) => notices.post("problem", message),
    onEnd(state, best) {
      const result = best && resultOf(best);
      notices.say(`Search ${state}.`);
      if (result) select(result.index);
    },
  });

  const instruments = createInstruments({
    space,
    settings,
    atlas,
    maps,
    training,
    searching,
    search: clients.search,
    table: () => labels.value.table,
    save: saveFile,
    say: notices.say,
    isShown,
    screen: spaces.store,
    complain,
  });

  const studying = createStudying(clients.study, {
    sources() {
      const { table, digest } = labels.value;
      const { atlas: chart } = atlas.store.value;
      const isWhole = chart.status === "ready" && !chart.present;
      return {
        space: request,
        title: space.title,
        table: settings.value.labels === "demo" ? DEMO_FILE : (table?.source ?? ""),
        atlas: chart,
        settings: settings.value,
        labels: table && { table, digest },
        embedding: isWhole ? { data: chart.rows, count: chart.rows.length / LATENT, dimensions: LATENT } : undefined,
      };
    },
    async showShipped(protocol) {
      settings.set({ model: protocol });
      await lab.showShipped(protocol);
    },
    notices,
    save: saveFile,
    kept: indexedDbDraft(JSON.stringify(request)),
    // Each holds the embedding and what a strategy makes of it: gigabytes, in a large space.
    workers: Math.min(isLarge(space) ? 4 : 8, navigator.hardwareConcurrency || 1),
  });
  const figures = createFigures(space, clients.figures, {
    material() {
      const { atlas: chart } = atlas.store.value;
      if (chart.status !== "ready") return { why: "Figures are made of the map's embedding, and there is no map yet." };
      if (chart.present) return { why: `Figures need the embedding of all cells; the map has ${partText(chart, space)}.` };
      return { rows: chart.rows, source: sourceText(chart.source), table: labels.value.table };
    },
    onFailure: ({ message }) => notices.post("problem", message),
  });

  const following = createFollowing({
    training,
    cell: () => Math.max(0, settings.value.cell),
    hasWeights: () => shipped[settings.value.model] !== undefined,
    loadWeights: () => lab.openShippedWeights(),
    startByStep: () => lab.startTraining({ byStep: true }),
  });

  labels.subscribe(studying.refresh);
  atlas.store.subscribe(studying.refresh);

  // Another lab has the screen now and then: its choice is followed when it is back.
  const followChoice = (): void => {
    if (isShown()) training.followChoice();
  };
  /** A link opens dialogs, and says which one is open. */
  const openDialog = (): void => {
    if (!isShown()) return;
    const { dialog } = settings.value;
    for (const [name, shown] of [
      ["study", studying],
      ["follow", following],
    ] as const) {
      if (shown.store.value.isShown === (dialog === name)) continue;
      if (dialog === name) shown.show();
      else shown.hide();
    }
  };
  const nameDialog = (): void => {
    if (!isShown()) return;
    settings.set({ dialog: studying.store.value.isShown ? "study" : following.store.value.isShown ? "follow" : "none" });
  };
  const listening = [
    ...[settings, spaces.store, training.store].map((store) => store.subscribe(followChoice)),
    ...[studying.store, following.store].map((store) => store.subscribe(nameDialog)),
    ...[settings, spaces.store].map((store) => store.subscribe(openDialog)),
  ];

  const known = () => ({
    space,
    facts: atlas.store.value.facts,
    table: labels.value.table,
    insight: instruments.insights.value.insight,
  });

  const select = (index: number): void => {
    if (index >= space.size) {
      notices.post("problem", `Expected an index from 0 to ${space.size - 1}, found ${index}.`);
      return;
    }
    settings.set({ cell: index });
    if (index < 0) return;
    const quantity = quantityOf(settings.value.colour, known());
    const value = quantity.values[index] as number;
    const told = Number.isFinite(value) ? `${quantity.label} ${quantity.show(value)}` : `no value for ${quantity.label}`;
    notices.say(`Architecture ${index}: ${space.format(index)}, ${told}.`);
  };

  const useTable = (table: LabelTable, digest: string | undefined): void => {
    labels.set({ table, digest, loading: false });
    const metric = chooseMetric(table, settings.value.metric);
    settings.set({ colour: `label:${metric.name}`, ...columnsFor(table, settings.value) });
    notices.post("news", `${table.source}: ${plural(table.rows, "row")}, ${plural(table.metrics.length, "metric")}.`);
    if (table.warnings.length > 0) notices.post("warning", `${table.source} was loaded with reservations.`, table.warnings);
  };

  /** Says whether its labels are those of the lab now. */
  const openTable = async (text: string | Uint8Array, title: string, partial: boolean, turn: Turn): Promise<boolean> => {
    labels.set({ loading: true });
    const read = await clients.tables().ask((api) => api.read({ space: request, text, source: title, partial }));
    labels.set({ loading: false });
    if (!read.ok) {
      notices.post("problem", read.error.message);
      return false;
    }
    const reading = read.value;
    if ("refused" in reading) {
      const { refused, problems } = reading;
      notices.post(
        "problem",
        refused,
        problems.map(({ place, reason }) => `Row ${place}: ${reason}.`),
      );
      return false;
    }
    const isWanted = turn.take();
    if (isWanted) useTable(reading.table, reading.digest);
    return isWanted;
  };

  const loadDemo = async (turn: Turn): Promise<void> => {
    labels.set({ loading: true });
    try {
      const text = await fetchDemoLabels();
      if (await openTable(text, DEMO_SOURCE, true, turn)) settings.set({ labels: "demo" });
    } catch (error) {
      labels.set({ loading: false });
      complain(error);
    }
  };

  /** What goes on elsewhere than it began, goes on otherwise in the last digits. */
  const warnOfOtherAdapter = async (checkpoint: Uint8Array): Promise<void> => {
    await training.open();
    const { device } = training.store.value;
    const before = readSafeTensors(checkpoint).metadata["adapter"];
    const now = device.state === "open" ? adapterText({ ...device.report, name: device.report.backend }) : undefined;
    if (before === undefined || now === undefined || before === now) return;
    notices.post("warning", `The run began on ${before}. It goes on with ${now}, so its last digits will differ.`);
  };

  const lab: Lab = {
    space,
    spaces,
    settings,
    maps,
    surroundings,
    instruments,
    known,
    atlas,
    labels,
    training,
    searching,
    studying,
    figures,
    following,
    notices,
    select,
    async indexOf(text) {
      const trimmed = text.trim();
      if (trimmed === "") return undefined;
      try {
        const index = /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : await maps.find(trimmed);
        if (index < space.size) return index;
        throw new InputError(`Expected an index from 0 to ${space.size - 1}, found ${index}.`);
      } catch (error) {
        complain(error);
        return undefined;
      }
    },
    async find(text) {
      const index = await lab.indexOf(text);
      if (index !== undefined) select(index);
    },
    async openFiles(files) {
      const { study, others } = await studyFiles(files);
      for (const file of others) {
        if (/\.npy$/i.test(file.name)) await sources.openEmbedding(file);
        else if (/\.safetensors$/i.test(file.name)) await sources.openTensors(file);
        else if (/\.(csv|json|txt)(\.gz)?$/i.test(file.name)) {
          const turn = askForTable();
          const bytes = new Uint8Array(await file.arrayBuffer());
          if (await openTable(bytes, file.name, false, turn)) settings.set({ labels: "none" });
        } else {
          notices.post(
            "problem",
            `${file.name}: expected a checkpoint (.safetensors), an embedding (.safetensors, .npy), a label table (.csv, .json, also .gz) or a study (.json, .runs.jsonl).`,
          );
        }
      }
      // After the labels that it may have come with.
      if (study) await studying.open(study);
    },
    async pickFiles(accept) {
      await lab.openFiles(await pickFiles(accept));
    },
    async begin(device) {
      const { model, labels: wanted, colour } = settings.value;
      const turn = askForTable();
      if (Object.keys(shipped).length > 0) await lab.showShipped(model);
      if (wanted === "demo" && space.name === "nasbench201") {
        await loadDemo(turn);
        if (colour !== "params" && settings.value.labels === "demo") settings.set({ colour });
      }
      await breath();
      if (device === "at once") await training.open();
    },
    close() {
      surroundings.stop();
      instruments.stop();
      for (const stop of listening) stop();
      clients.close();
      maps.close();
    },
    showShipped: sources.showShipped,
    openShippedWeights: () => sources.openWeights(settings.value.model),
    exportSearch(format) {
      const { plan, runs } = searching.store.value;
      const traces = runs.flatMap(({ trace }) => (trace ? [trace] : []));
      if (!plan || traces.length === 0) return;
      const name = `${space.name}-${plan.strategy}-${plan.protocol}-${plan.metric.name}`;
      if (format === "jsonl") saveFile(`${name}.jsonl`, traceLines(traces, plan, space), "application/jsonl");
      else saveFile(`${name}.csv`, traceTable(traces, space), "text/csv");
    },
    async exportMap(format) {
      const chart = atlas.store.value.atlas;
      if (chart.status !== "ready") return;
      const { colour, scheme, keep } = settings.value;
      const quantity = quantityOf(colour, known());
      const { values, goal, discrete } = quantity;
      const present = chart.present ?? (values.length === 0 ? allOf(space.size) : undefined);
      const { cells } = instruments.selecting.store.value;
      const only = cells.length > 0 ? cells : undefined;
      const absent = [196, 196, 191] as const;
      try {
        const painted = await maps.paint({ values, goal, discrete }, { scheme, dark: false, keep, absent, present, only });
        const part = partText(chart, space);
        const caption = `${space.title}, ${sourceText(chart.source)}${part ? `, ${part}` : ""}`;
        const projection = chart.umapSeed === undefined ? "PCA" : `UMAP (seed ${chart.umapSeed})`;
        const picture = await mapPicture({ points: chart.points, quantity, scheme, caption, projection, ...painted });
        if (format === "svg") saveFile(`${space.name}-map.svg`, picture, "image/svg+xml");
        else saveFile(`${space.name}-map.png`, await pngOf(picture), "image/png");
      } catch (error) {
        complain(error);
      }
    },
    async exportEmbedding(format) {
      const chart = atlas.store.value.atlas;
      if (chart.status !== "ready") return;
      if (chart.present)
        return notices.post("problem", `The embedding cannot be saved yet: the map has ${partText(chart, space)}.`);
      const provenance = { source: sourceText(chart.source), version: VERSION };
      // As a table it is text of 16 numbers a cell, which takes seconds in a large space.
      const wanted = { space: request, format, rows: chart.rows, provenance };
      const written = await clients.tables().ask((api) => api.writeEmbedding(wanted));
      if (written.ok) saveFile(`${space.name}.embedding.${format}`, written.value, "application/octet-stream");
      else notices.post("problem", written.error.message);
    },
    loadDemoLabels: () => loadDemo(askForTable()),
    dropLabels() {
      askForTable().take();
      labels.set({ table: undefined, digest: undefined });
      searching.clear();
      settings.set({ labels: "none", colour: DEFAULT_SETTINGS.colour, keep: 1 });
    },
    startTraining({ byStep = false, goOn = false } = {}) {
      try {
        const from = goOn ? training.beginning() : undefined;
        const options = optionsOf(settings.value, from?.variety);
        if (from) void warnOfOtherAdapter(from.checkpoint);
        void training.start(options, { byStep, live: settings.value.live, ...(from ? { from } : {}) });
      } catch (error) {
        complain(error);
      }
    },
    async resumeTraining({ id, options, step, totalSteps, epochs }, checkpoint) {
      settings.set({ ...settingsFor(options), panel: "pretrain" });
      if (step < totalSteps) {
        void warnOfOtherAdapter(checkpoint);
        const from = { checkpoint, step, epochs, metrics: [], variety: options, id };
        await training.start(options, { live: settings.value.live, from });
      } else await sources.openTensors(new File([checkpoint.slice()], `the run of ${plural(options.epochs, "epoch")}`));
    },
    resetTraining() {
      training.reset();
      if (shipped[settings.value.model]) void lab.showShipped(settings.value.model);
      else atlas.clear();
    },
    async saveCheckpoint(weightsOnly) {
      const taken = await training.snapshot(weightsOnly);
      if (!taken.ok) return notices.post("problem", taken.error.message);
      const { protocol, seed } = training.store.value.options ?? optionsOf(settings.value);
      const name = `${space.name}-${protocol}-seed${seed}-step${training.store.value.step}${weightsOnly ? "-weights" : ""}.safetensors`;
      saveFile(name, taken.value, "application/octet-stream");
      notices.say(`${name} was saved.`);
    },
    startSearch() {
      const { table } = labels.value;
      const chart = atlas.store.value.atlas;
      const why = lab.obstacle("search");
      const { strategy, options, points, searchProtocol, budget, queries, seconds, seeds } = settings.value;
      if (why || !table) {
        notices.post("problem", why ?? "There is nothing to search yet.");
        return;
      }
      const has = (name: string): boolean => table.metrics.some((candidate) => candidate.name === name);
      const { metric, report, cost } = settings.value;
      const ready = chart.status === "ready" ? chart : undefined;
      const rows = ready && { data: ready.rows, count: ready.rows.length / LATENT, dimensions: LATENT };
      try {
        void searching.start({
          space: request,
          points: points === "embedding" ? rows : points === "none" ? undefined : points,
          pointsName: points === "embedding" && ready ? sourceText(ready.source) : SEARCHED_WORDS[points],
          table,
          labels: { metric, ...(has(report) ? { report } : {}), ...(has(cost) ? { cost } : {}) },
          strategy,
          options: readOptions(options),
          protocol: searchProtocol,
          budget: budget === "queries" ? { queries } : { seconds },
          seeds: parseSeeds(seeds),
        });
      } catch (error) {
        complain(error);
      }
    },
    linkWith(change = {}) {
      const hash = writeSettings({ ...settings.value, ...change });
      return `${labAddress()}${hash === "" ? "" : `#${hash}`}`;
    },
    searchSetting() {
      const searched = labels.value.table?.metrics.find(({ name }) => name === settings.value.metric);
      return settingOn(settings.value, space.name, (searched?.quantity ?? "accuracy") === "accuracy");
    },
    obstacle(command) {
      const { device, job, model } = training.store.value;
      if (command === "pretrain") {
        if (device.state === "opening") return "The device is being opened.";
        if (device.state === "failed") return device.message;
        return undefined;
      }
      if (command === "save") {
        return model || (isActive(job) && training.store.value.step > 0)
          ? undefined
          : "There is no model yet: pre-train one or open a checkpoint.";
      }
      if (!labels.value.table) return "A search needs labels: load a table in step 3.";
      const problem = strategyProblem(settings.value, lab.searchSetting());
      if (problem || settings.value.points !== "embedding") return problem;
      const chart = atlas.store.value.atlas;
      if (chart.status !== "ready") return "A search of the map needs an embedding: pre-train one in step 2.";
      if (chart.present) return `A search needs the embedding of all cells; the map has ${partText(chart, space)}.`;
      return undefined;
    },
  };

  return lab;
}

const optionsOf = (settings: Settings, variety: ModelVariety = DEFAULT_TRAINING): TrainingOptions => {
  const { protocol, epochs, seed, batch: batchSize, rate: learningRate, kl, dropout, clip: clipNorm } = settings;
  const { encoder, variational } = variety;
  const klWeight = variational ? kl : 0;
  return trainingOptions({ protocol, epochs, seed, batchSize, learningRate, klWeight, dropout, clipNorm, encoder, variational });
};

const settingsFor = ({ protocol, epochs, seed, ...rest }: TrainingOptions): Partial<Settings> => ({
  protocol,
  epochs,
  seed,
  batch: rest.batchSize,
  rate: rest.learningRate,
  dropout: rest.dropout,
  clip: rest.clipNorm,
  // A plain autoencoder has no KL term; the weight stays for the next run of another model.
  ...(rest.variational ? { kl: rest.klWeight } : {}),
});
