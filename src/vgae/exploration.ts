import { DeviceError, InputError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { lossBehind, unlessLost } from "../gpu/loss.ts";
import { packSpace } from "../spaces/packing.ts";
import type { Membership, SearchSpace } from "../spaces/space.ts";
import { type Decoding, decodedGraph } from "./decoding.ts";
import type { Inference } from "./lasting.ts";
import { type Neighbours, nearestNeighbours, type Points } from "./nearest/neighbours.ts";
import { fitPrior, heldOutLikelihood, paperPrior } from "./prior/fit.ts";
import { PRIORS, type Prior, type PriorName } from "./prior/prior.ts";
import { drawSamples, type SampleRequest, type Samples } from "./prior/samples.ts";
import type { NearestSearch } from "./webgpu/nearest.ts";

/** Questions to a model as it stands: what lies near a point, what a point is, what a prior draws. */
export interface Exploration {
  /**
   * The architectures whose embeddings are nearest to points of the embedding (count x latent), exactly.
   * @param k 1..1024
   */
  nearest(points: Float32Array, k: number): Promise<Neighbours>;
  /** Latent points (count x nodes x latent) as members of the space, or the reason why one is none. */
  decode(z: Float32Array, decoding?: Decoding): Promise<Membership[]>;
  /** Draws from a prior and decodes; the prior of codes is fitted by the first call (seconds). */
  sample(request: DrawRequest): Promise<DrawnSamples>;
  /** Lets go of what was kept on the device. */
  forget(): void;
}

export interface DrawRequest extends SampleRequest {
  readonly prior: PriorName;
}

export interface DrawnSamples extends Samples {
  /** Mean log-density of held-out latents under the prior, nats a graph (`LEAST_STD` is the floor of every prior). */
  readonly heldOutLogLikelihood: number;
}

interface Explored {
  readonly space: SearchSpace;
  readonly trainer: Inference;
}

/** Samples of one call. */
const MOST_SAMPLES = 1_000_000;
/** The prior belongs to the model, not to the samples drawn from it. */
const FIT_SEED = 0;

export function exploration(model: () => Explored, gpu: () => Gpu | undefined): Exploration {
  let points: Kept<Points> | undefined;
  let search: { readonly of: Points; readonly gpu: Gpu; readonly made: Promise<NearestSearch> } | undefined;
  let codes: Kept<Prior> | undefined;

  const forget = (): void => {
    search?.made.then((made) => made.destroy()).catch(() => undefined);
    search = undefined;
    points = undefined;
    codes = undefined;
  };

  const embedded = async ({ trainer, space }: Explored): Promise<Points> => {
    points = await kept(points, trainer, async () => {
      return { data: await trainer.embed(packSpace(space)), dimensions: trainer.shape.latent };
    });
    return points.value;
  };

  const searchOn = (device: Gpu, of: Points): Promise<NearestSearch> => {
    if (search?.of !== of || search.gpu !== device) {
      search?.made.then((made) => made.destroy()).catch(() => undefined);
      search = { of, gpu: device, made: import("./webgpu/nearest.ts").then(({ nearestSearch }) => nearestSearch(device, of)) };
    }
    return search.made;
  };

  const priorOf = async ({ trainer, space }: Explored, name: PriorName): Promise<Prior> => {
    if (name === "paper") return paperPrior(trainer, space, (await trainer.snapshot()).prior);
    codes = await kept(codes, trainer, () => fitPrior(trainer, space, FIT_SEED));
    return codes.value;
  };

  return {
    async nearest(queries, k) {
      const all = await embedded(model());
      const device = gpu();
      // A software adapter shares the processor with us, and its kernels take seconds to compile.
      if (device?.status !== "hardware") return nearestNeighbours(all, queries, k);
      try {
        const search = await unlessLost(device.lost, searchOn(device, all));
        return await unlessLost(device.lost, search.nearest(queries, k));
      } catch (error) {
        if (!(error instanceof DeviceError) && !(await lossBehind(device.lost, error))) throw error;
        // The same answers to the last bit, without a device: it went away, or has no room.
        return nearestNeighbours(all, queries, k);
      }
    },
    async decode(z, decoding = "plain") {
      const { trainer, space } = model();
      const { nodes, latent } = trainer.shape;
      if (z.length === 0 || z.length % (nodes * latent) !== 0) {
        throw new InputError(`Expected latent points of ${nodes} x ${latent} numbers each, found ${z.length} numbers.`);
      }
      const decoded = await trainer.decode(z);
      const count = z.length / (nodes * latent);
      return Array.from({ length: count }, (_, i) => space.membership(decodedGraph(decoded, i, space, decoding)));
    },
    async sample({ prior: name, ...request }) {
      const explored = model();
      const { trainer, space } = explored;
      if (!PRIORS.includes(name)) throw new InputError(`The prior must be one of ${PRIORS.join(", ")}, found "${name}".`);
      if (!Number.isInteger(request.count) || request.count < 1 || request.count > MOST_SAMPLES) {
        throw new InputError(`The number of samples must be a whole number from 1 to ${MOST_SAMPLES}, found ${request.count}.`);
      }
      const prior = await priorOf(explored, name);
      const { logLikelihood } = await heldOutLikelihood(trainer, space, prior);
      return { ...(await drawSamples(trainer, space, prior, request)), heldOutLogLikelihood: logLikelihood };
    },
    forget,
  };
}

/** A value that holds for a model after so many steps. */
interface Kept<T> {
  readonly trainer: Inference;
  readonly step: number;
  readonly value: T;
}

async function kept<T>(before: Kept<T> | undefined, trainer: Inference, make: () => Promise<T>): Promise<Kept<T>> {
  const { step } = trainer;
  if (before?.trainer === trainer && before.step === step) return before;
  return { trainer, step, value: await make() };
}
