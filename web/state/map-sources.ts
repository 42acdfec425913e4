import { InputError } from "../../src/errors.ts";
import { readEmbedding } from "../../src/formats/embedding.ts";
import { readSafeTensors, toFloat32 } from "../../src/formats/safetensors.ts";
import type { Pretrained } from "../../src/pretrained.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { LATENT, type Protocol } from "../../src/vgae/config.ts";
import { isLarge } from "../map/cartographer.ts";
import type { AtlasStore, Source } from "./atlas.ts";
import { createPlace, type Turn } from "./latest.ts";
import type { NoticeBoard } from "./notices.ts";
import { EMBEDDING_TENSOR, fetchEmbedding, fetchWeights } from "./shipped.ts";
import { isActive, type TrainingStore } from "./training.ts";

/**
 * Where the map and the model behind it come from: what is shipped, the user's files, a run. What the user asked for last stays, also
 * where something slower was under way.
 */
export interface MapSources {
  /** An embedding by itself (.npy). */
  openEmbedding(file: NamedBytes): Promise<void>;
  /** A file with an embedding; or a checkpoint, whose model is loaded and whose map is made. */
  openTensors(file: NamedBytes): Promise<void>;
  /** Shows the map of a shipped model: its embedding, or where only weights are shipped, what they make. */
  showShipped(protocol: Protocol): Promise<void>;
  /** Loads the weights behind a shipped map into the engine. */
  openWeights(protocol: Protocol): Promise<void>;
  /** A run ended with a model. */
  trained(run: Source): void;
  /** Rows of the model that is loaded. */
  placed(rows: Float32Array, present: Uint32Array | undefined): void;
}

export type NamedBytes = Pick<File, "name" | "arrayBuffer">;

export interface MapSourcesNeeds {
  readonly space: SearchSpace;
  readonly shipped: Readonly<Partial<Record<Protocol, Pretrained>>>;
  readonly atlas: Pick<AtlasStore, "show" | "showShipped">;
  readonly training: Pick<TrainingStore, "store" | "load" | "place" | "dropPlacing">;
  readonly notices: Pick<NoticeBoard, "post">;
  complain(error: unknown): void;
  /** How shipped weights come; fetched from beside the page if left out. */
  readonly weightsOf?: (model: Pretrained) => Promise<Uint8Array>;
}

/** The map and the model are places of their own: an embedding by itself leaves the model as it is. */
interface Turns {
  readonly map: Turn;
  readonly model: Turn;
}

export function createMapSources(needs: MapSourcesNeeds): MapSources {
  const { space, shipped, atlas, training, notices, complain, weightsOf = fetchWeights } = needs;
  const askForMap = createPlace();
  const askForModel = createPlace();
  const ask = (): Turns => ({ map: askForMap(), model: askForModel() });
  /** Whose rows the engine gives. */
  let source: Source = { kind: "file", name: "the model" };
  /** Models are loaded one after another: one that is refused is not to cost the one before it. */
  let loading: Promise<unknown> = Promise.resolve();

  const show = (rows: Float32Array, from: Source, { map }: Turns): void => {
    if (!map.take()) return;
    training.dropPlacing();
    atlas.show(rows, from);
  };

  /** The embedding in a file of tensors, if it has one. */
  const embeddingIn = (bytes: Uint8Array, name: string): Float32Array | undefined => {
    const embedding = readSafeTensors(bytes, name).tensors.get(EMBEDDING_TENSOR);
    if (!embedding) return undefined;
    if (embedding.shape[0] !== space.size || embedding.shape[1] !== LATENT) {
      throw new InputError(
        `${name}: expected an embedding of ${space.size} x ${LATENT} numbers, found [${embedding.shape.join(", ")}].`,
      );
    }
    return toFloat32(embedding);
  };

  /** Loads a model and makes its map, each unless something that was asked for later has its place. */
  const useModel = async (bytes: Uint8Array, name: string, from: Source, { map, model }: Turns): Promise<void> => {
    const mine = loading.then(() => {
      if (model.isLate()) return undefined;
      if (isActive(training.store.value.job))
        throw new InputError(`${name} was not loaded, because pre-training is under way; cancel it first.`);
      return training.load(bytes, name);
    });
    loading = mine.catch(() => undefined);
    const loaded = await mine;
    if (!loaded) return;
    if (!loaded.ok) {
      if (loaded.error.kind !== "cancelled") notices.post("problem", loaded.error.message);
      return;
    }
    model.take();
    source = from;
    const isMapped = map.take();
    const rest = loaded.value.resumable
      ? "training can go on from it"
      : "it holds weights only, so training cannot go on from it";
    notices.post("news", `${name} is loaded, and ${isMapped ? "its map forms" : "the map stays as it is"}; ${rest}.`);
    if (isMapped) await training.place();
  };

  const openWeights = async (protocol: Protocol): Promise<void> => {
    const model = shipped[protocol];
    if (!model) return notices.post("problem", `No ${protocol} weights of ${space.title} come with the page.`);
    const turns = ask();
    const name = `The shipped ${protocol} model`;
    try {
      const weights = await weightsOf(model);
      // A kept run that is resumed does not wait for them.
      if (isActive(training.store.value.job)) return;
      await useModel(weights, name, isLarge(space) ? { kind: "shipped", protocol } : { kind: "file", name }, turns);
    } catch (error) {
      complain(error);
    }
  };

  return {
    async openEmbedding(file) {
      const turns = ask();
      try {
        const { data, dimensions } = readEmbedding(space, await bytesOf(file), file.name);
        if (dimensions !== LATENT) throw new InputError(`${file.name}: expected ${LATENT} numbers a cell, found ${dimensions}.`);
        show(data, { kind: "file", name: file.name }, turns);
      } catch (error) {
        complain(error);
      }
    },
    async openTensors(file) {
      const turns = ask();
      const from: Source = { kind: "file", name: file.name };
      try {
        const bytes = await bytesOf(file);
        const embedding = embeddingIn(bytes, file.name);
        if (embedding) show(embedding, from, turns);
        else await useModel(bytes, file.name, from, turns);
      } catch (error) {
        complain(error);
      }
    },
    async showShipped(protocol) {
      const { embedding } = shipped[protocol] ?? {};
      if (!embedding) return openWeights(protocol);
      ask().map.take();
      training.dropPlacing();
      await atlas.showShipped(protocol, () => fetchEmbedding(embedding));
    },
    openWeights,
    trained(run) {
      const { map, model } = ask();
      map.take();
      model.take();
      source = run;
    },
    placed: (rows, present) => atlas.show(rows, source, present),
  };
}

const bytesOf = async (file: NamedBytes): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());
