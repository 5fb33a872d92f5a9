/** Errors that a user can do something about. Everything else that is thrown is a fault of the emulator. */

/** Base of all errors with a code. */
export class GuestscopeError extends Error {
  /** Stable, for programs: `image/truncated`, `config/memory` … */
  readonly code: string
  /** What to do about it: a sentence. The message ends with it too. */
  readonly hint: string

  /** `problem` and `hint` are sentences; the message is both. */
  constructor(code: string, problem: string, hint: string, options?: ErrorOptions) {
    super(`${problem} ${hint}`, options)
    this.name = new.target.name
    this.code = code
    this.hint = hint
  }
}

/** A program that cannot be loaded. Codes start with `image/`. */
export class ImageError extends GuestscopeError {}

/** A machine that cannot be built as asked. Codes start with `config/`. */
export class ConfigError extends GuestscopeError {}
