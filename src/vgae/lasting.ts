import { DeviceError } from "../errors.ts";
import { faultSince } from "../gpu/device.ts";
import { lossBehind, unlessLost } from "../gpu/loss.ts";
import type { Backend } from "./backend.ts";
import type { Trainer } from "./trainer.ts";

/** What is asked of a trained model. */
export type Inference = Pick<Trainer, "shape" | "variant" | "step" | "encode" | "embed" | "decode" | "snapshot">;

/** A model on a device that is there, as far as is known. */
export interface Living {
  readonly trainer: Trainer;
  readonly backend: Backend;
}

/** Where a model is: on one device, until that is lost, then on the next. */
export interface Place {
  /** The trainer that was there last, alive or not. */
  latest(): Trainer;
  /** A trainer with the model's weights on a device that is there. */
  living(): Promise<Living>;
}

/** Devices lost in a row before work is given up. */
export const MAX_LOSSES = 3;

/**
 * A model that outlives its device: what was asked of it when the device went away is asked of the next one, and nobody is left
 * waiting. Calls reject with DeviceError where one device after the other is lost, or where one refuses an operation.
 */
export function lastingModel(place: Place): Inference {
  const ask = async <T>(work: (trainer: Trainer) => Promise<T>): Promise<T> => {
    for (let losses = 1; ; losses++) {
      const { trainer, backend } = await place.living();
      const faults = backend.gpu?.faults.length;
      try {
        const result = await unlessLost(backend.lost, work(trainer));
        const fault = faultSince(backend.gpu, faults);
        if (fault !== undefined) throw new DeviceError(`The GPU refused an operation, so the result is not used: ${fault}`);
        return result;
      } catch (error) {
        await afterLoss(backend, error, losses);
      }
    }
  };
  return {
    get shape() {
      return place.latest().shape;
    },
    get variant() {
      return place.latest().variant;
    },
    get step() {
      return place.latest().step;
    },
    encode: (packed) => ask((trainer) => trainer.encode(packed)),
    embed: (packed) => ask((trainer) => trainer.embed(packed)),
    decode: (z) => ask((trainer) => trainer.decode(z)),
    snapshot: () => ask((trainer) => trainer.snapshot()),
  };
}

/** Throws what no lost device explains, and where too many were lost. */
async function afterLoss({ lost }: Pick<Backend, "lost">, error: unknown, losses: number): Promise<void> {
  const loss = await lossBehind(lost, error);
  if (!loss) throw error;
  if (losses > MAX_LOSSES) throw new DeviceError(`The GPU was lost ${losses} times in a row: ${loss.reason}`);
}

/** Puts a model on a backend, on the next one where the device is lost meanwhile. */
export async function bringUp(open: () => Promise<Backend>, create: (backend: Backend) => Promise<Trainer>): Promise<Living> {
  for (let losses = 1; ; losses++) {
    const backend = await open();
    try {
      return { trainer: await unlessLost(backend.lost, create(backend)), backend };
    } catch (error) {
      await afterLoss(backend, error, losses);
    }
  }
}

/** A place that begins where the model is now, and is brought up anew whenever that device is lost. */
export function placeFrom(first: Living, open: () => Promise<Backend>, create: (backend: Backend) => Promise<Trainer>): Place {
  let now = first;
  let lost = false;
  let reviving: Promise<Living> | undefined;
  const settle = (living: Living): Living => {
    now = living;
    lost = false;
    void living.backend.lost.then(() => {
      if (now === living) lost = true;
    });
    return living;
  };
  settle(first);
  return {
    latest: () => now.trainer,
    async living() {
      if (!lost) return now;
      reviving ??= bringUp(open, create)
        .then(settle)
        .finally(() => {
          reviving = undefined;
        });
      return reviving;
    },
  };
}
