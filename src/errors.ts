/**
 * An error that a user caused and can mend: its message is one sentence that says what was expected, what was found and
 * where. Everything else that is thrown is a defect of ours, or of the device.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** What a device could not do, in one sentence: it went away, or has no room. */
export class DeviceError extends Error {
  override readonly name: string = "DeviceError";
}
