import { DeviceError, InputError } from "../src/errors.ts";
import type { Failure, Outcome } from "./protocol.ts";

/** Runs `work` and turns what it throws into a value: exceptions lose their class on the way to the page. */
export async function outcome<T>(work: () => Promise<T> | T): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: failure(error) };
  }
}

function failure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof DOMException && error.name === "AbortError") return { kind: "cancelled", message };
  return { kind: error instanceof InputError ? "input" : error instanceof DeviceError ? "device" : "defect", message };
}
