import { InputError } from "../../src/errors.ts";
import type { LabelTable, Metric } from "../../src/formats/label-table.ts";
import { readSafeTensors, toFloat32, writeSafeTensors } from "../../src/formats/safetensors.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { VERSION } from "../../src/version.ts";
import { LATENT, type TrainingOptions, trainingOptions } from "../../src/vgae/config.ts";
import { pickFiles, saveFile } from "../files.ts";
import { count, plural } from "../format.ts";
import { mapPicture } from "../map/picture.ts";
import { quantityOf } from "../map/quantity.ts";
import { createAtlas, sourceText } from "./atlas.ts";
import type { Lab, LabelsView } from "./context.ts";
import { createNotices } from "./notices.ts";
import { createSearching, resultOf } from "./searching.ts";
import { parseSeeds } from "./seeds.ts";
import { DEFAULT_SETTINGS, readSettings, type Settings, writeSettings } from "./settings.ts";
import { DEMO_SOURCE, EMBEDDING_TENSOR, fetchDemoLabels, fetchEmbedding, fetchWeights } from "./shipped.ts";
import { createStore } from "./store.ts";
import { traceLines, traceTable } from "./trace-files.ts";
import { createTraining, isActive } from "./training.ts";
import { engineClient, searchClient, tableClient } from "./workers.ts";

/** Puts the page together: stores, workers, and the commands that touch more than one of them. */
export function createLab(space: SearchSpace): Lab {
  const notices = createNotices();
  const settings = createStore<Settings>({ ...DEFAULT_SETTINGS });
  const labels = createStore<LabelsView>({ table: undefined, loading: false });
  const atlas = createAtlas(space, fetchEmbedding);

  const training = createTraining(space.name, engineClient, {
    onEmbedding: (embedding, { protocol, seed }, reached) => atlas.show(embedding, { kind: "training", protocol, seed, reached }),
    onFailure: ({ message }) => notices.post("problem", message),
    onDeviceLost: (reason, step) =>
      notices.post("warning", `The GPU was lost (${reason}); training went on from step ${count(step)}.`),
    onEnd: (state, step) => notices.say(`Pre-training ${state} after ${count(step)} steps.`),
  });

  const searching = createSearching(searchClient, {
    onFailure: ({ message }) => notices.post("problem", message),
    onEnd(state, best) {
      const result = best && resultOf(best);
      notices.say(`Search ${state}.`);
      if (result) select(result.index);
    },
  });

  const complain = (error: unknown): void => notices.post("problem", error instanceof Error ? error.message : String(error));

  const select = (index: number): void => {
    if (index >= space.size) {
      notices.post("problem", `Expected an index from 0 to ${space.size - 1}, found ${index}.`);
      return;
    }
    settings.set({ cell: index });
    if (index < 0) return;
    const quantity = quantityOf(settings.value.colour, atlas.facts, labels.value.table);
    const value = quantity.values[index] as number;
    const told = Number.isFinite(value) ? `${quantity.label} ${quantity.show(value)}` : `no value for ${quantity.label}`;
    notices.say(`Architecture ${index}: ${space.format(index)}, ${told}.`);
  };

  const useTable = (table: LabelTable): void => {
    labels.set({ table, loading: false });
    const metric = chooseMetric(table, settings.value.metric);
    settings.set({ colour: `label:${metric.name}`, ...columnsFor(table, settings.value) });
    notices.post("news", `${table.source}: ${plural(table.rows, "row")}, ${plural(table.metrics.length, "metric")}.`);
    if (table.warnings.length > 0) notices.post("warning", `${table.source} was loaded with reservations.`, table.warnings);
  };

  const openTable = async (text: string, source: string, partial: boolean): Promise<boolean> => {
    labels.set({ loading: true });
    const read = await tableClient().ask((api) => api.read({ space: space.name, text, source, partial }));
    labels.set({ loading: false });
    if (!read.ok) {
      notices.post("problem", read.error.message);
      return false;
    }
    const reading = read.value;
    if ("table" in reading) useTable(reading.table);
    else {
      const { refused, problems } = reading;
      notices.post(
        "problem",
        refused,
        problems.map(({ place, reason }) => `Row ${place}: ${reason}.`),
      );
    }
    return "table" in reading;
  };

  const openTensors = async (bytes: Uint8Array, name: string): Promise<void> => {
    try {
      const embedding = readSafeTensors(bytes, name).tensors.get(EMBEDDING_TENSOR);
      if (embedding) {
        if (embedding.shape[0] !== space.size || embedding.shape[1] !== LATENT) {
          throw new InputError(
            `${name}: expected an embedding of ${space.size} x ${LATENT} numbers, found [${embedding.shape.join(", ")}].`,
          );
        }
        atlas.show(toFloat32(embedding), { kind: "file", name });
        return;
      }
    } catch (error) {
      complain(error);
      return;
    }
    if (isActive(training.store.value.job)) {
      notices.post("problem", `${name} was not loaded, because pre-training is under way; cancel it first.`);
      return;
    }
    const loaded = await training.load(bytes, name);
    if (!loaded.ok) {
      notices.post("problem", loaded.error.message);
      return;
    }
    atlas.show(loaded.value.embedding, { kind: "file", name });
    const rest = loaded.value.resumable
      ? "training can go on from it"
      : "it holds weights only, so training cannot go on from it";
    notices.post("news", `${name} is on the map; ${rest}.`);
  };

  const lab: Lab = {
    space,
    settings,
    atlas,
    labels,
    training,
    searching,
    notices,
    select,
    find(text) {
      try {
        const trimmed = text.trim();
        if (trimmed === "") return;
        select(/^\d+$/.test(trimmed) ? Number(trimmed) : space.parse(trimmed));
      } catch (error) {
        complain(error);
      }
    },
    async openFiles(files) {
      for (const file of files) {
        if (/\.safetensors$/i.test(file.name)) await openTensors(new Uint8Array(await file.arrayBuffer()), file.name);
        else if (/\.(csv|json|txt)$/i.test(file.name)) {
          if (await openTable(await file.text(), file.name, false)) settings.set({ labels: "none" });
        } else {
          notices.post("problem", `${file.name}: expected a checkpoint (.safetensors) or a label table (.csv, .json).`);
        }
      }
    },
    async pickFiles(accept) {
      await lab.openFiles(await pickFiles(accept));
    },
    async openShippedWeights() {
      const { model } = settings.value;
      try {
        await openTensors(await fetchWeights(model), `shipped ${model} weights`);
      } catch (error) {
        complain(error);
      }
    },
    exportSearch(format) {
      const { plan, runs } = searching.store.value;
      const traces = runs.flatMap(({ trace }) => (trace ? [trace] : []));
      if (!plan || traces.length === 0) return;
      const name = `${space.name}-${plan.strategy}-${plan.protocol}-${plan.metric.name}`;
      if (format === "jsonl") saveFile(`${name}.jsonl`, traceLines(traces, plan, space), "application/jsonl");
      else saveFile(`${name}.csv`, traceTable(traces, space), "text/csv");
    },
    exportMap() {
      const chart = atlas.store.value.atlas;
      if (chart.status !== "ready") return;
      const { colour, scheme, keep } = settings.value;
      const quantity = quantityOf(colour, atlas.facts, labels.value.table);
      const picture = mapPicture({
        points: chart.points,
        quantity,
        scheme,
        keep,
        caption: `${space.title}, ${sourceText(chart.source)}`,
      });
      saveFile(`${space.name}-map.svg`, picture, "image/svg+xml");
    },
    exportEmbedding() {
      const chart = atlas.store.value.atlas;
      if (chart.status !== "ready") return;
      const metadata = { space: space.name, source: sourceText(chart.source), version: VERSION };
      const tensors = new Map([
        [EMBEDDING_TENSOR, { dtype: "F32", shape: [space.size, LATENT], data: chart.embedding }],
      ] as const);
      saveFile(`${space.name}.embedding.safetensors`, writeSafeTensors({ metadata, tensors }), "application/octet-stream");
    },
    async loadDemoLabels() {
      labels.set({ loading: true });
      try {
        const text = await fetchDemoLabels();
        if (await openTable(text, DEMO_SOURCE, true)) settings.set({ labels: "demo" });
      } catch (error) {
        labels.set({ loading: false });
        complain(error);
      }
    },
    dropLabels() {
      labels.set({ table: undefined });
      searching.clear();
      settings.set({ labels: "none", colour: DEFAULT_SETTINGS.colour, keep: 1 });
    },
    startTraining(how = {}) {
      try {
        const options = optionsOf(settings.value);
        void training.start(options, { ...how, live: settings.value.live });
      } catch (error) {
        complain(error);
      }
    },
    resetTraining() {
      training.reset();
      void atlas.showShipped(settings.value.model);
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
      if (why || !table || chart.status !== "ready") {
        notices.post("problem", why ?? "There is nothing to search yet.");
        return;
      }
      const { strategy, searchProtocol, budget, queries, seconds, seeds } = settings.value;
      const has = (name: string): boolean => table.metrics.some((candidate) => candidate.name === name);
      const { metric, report, cost } = settings.value;
      try {
        void searching.start({
          embedding: chart.embedding,
          dimensions: LATENT,
          embeddingName: sourceText(chart.source),
          table,
          labels: { metric, ...(has(report) ? { report } : {}), ...(has(cost) ? { cost } : {}) },
          strategy,
          protocol: searchProtocol,
          budget: budget === "queries" ? { queries } : { seconds },
          seeds: parseSeeds(seeds),
        });
      } catch (error) {
        complain(error);
      }
    },
    async copyLink() {
      const address = `${location.origin}${location.pathname}#${writeSettings(settings.value)}`;
      try {
        await navigator.clipboard.writeText(address);
        notices.post("news", "The link is in the clipboard; it carries protocol, seed, colours, selection and view, no data.");
      } catch {
        history.replaceState(null, "", address);
        notices.post("warning", "The browser refused the clipboard; the link stands in the address bar.");
      }
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
      if (atlas.store.value.atlas.status !== "ready") return "A search needs an embedding: pre-train one in step 2.";
      return undefined;
    },
  };

  connectAddress(lab);
  return lab;
}

const optionsOf = ({ protocol, epochs, seed, batch, rate, kl, dropout, clip }: Settings): TrainingOptions =>
  trainingOptions({ protocol, epochs, seed, batchSize: batch, learningRate: rate, klWeight: kl, dropout, clipNorm: clip });

const isAccuracy = (metric: Metric): boolean => metric.quantity === "accuracy";

/** Whether a column is measured on data that a search must not look at. */
export const isTestMetric = (name: string): boolean => /(^|[^a-z])test([^a-z]|$)/i.test(name);

function chooseMetric(table: LabelTable, wanted: string): Metric {
  const { metrics } = table;
  const named = metrics.find((metric) => metric.name === wanted);
  const valid = metrics.find((metric) => isAccuracy(metric) && /valid|val\b/i.test(metric.name));
  return named ?? valid ?? metrics.find(isAccuracy) ?? (metrics[0] as Metric);
}

/** Columns to search, report and pay with: the chosen ones where the table has them, else the likeliest. */
function columnsFor(table: LabelTable, { metric, report, cost }: Settings): Pick<Settings, "metric" | "report" | "cost"> {
  const has = (name: string): boolean => table.metrics.some((candidate) => candidate.name === name);
  const searched = chooseMetric(table, metric).name;
  const twin = searched.replace(/valid|val(?=\b|_)/i, "test");
  const test = twin !== searched && has(twin) ? twin : table.metrics.find((candidate) => isTestMetric(candidate.name))?.name;
  const time = table.metrics.find((candidate) => candidate.quantity === "time")?.name;
  return { metric: searched, report: has(report) ? report : (test ?? ""), cost: has(cost) ? cost : (time ?? "") };
}

/** The address follows the settings, and the settings follow an address that was typed or gone back to. */
function connectAddress({ settings, notices }: Lab): void {
  const read = (): void => {
    const { settings: next, complaints } = readSettings(location.hash);
    settings.set(next);
    if (complaints.length > 0) notices.post("warning", "Part of the link was left out.", complaints);
  };
  read();
  let waiting: ReturnType<typeof setTimeout> | undefined;
  settings.subscribe(() => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const hash = writeSettings(settings.value);
      if (hash !== location.hash.replace(/^#/, ""))
        history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    }, 200);
  });
  addEventListener("hashchange", read);
}
