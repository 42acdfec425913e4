/**
 * An error that a user caused and can mend: its message is one sentence that says what was expected, what was found and
 * where. Everything else that is thrown is a defect of ours.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}
