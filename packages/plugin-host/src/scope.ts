import { PluginError } from '@guestscope/core'

/** The time during which handles are valid: one call of one callback. */
export class Scope {
  #live = true
  readonly #callback: string

  /** `callback` names the registration, such as `onTranslate`. */
  constructor(callback: string) {
    this.#callback = callback
  }

  end(): void {
    this.#live = false
  }

  /** Throws (`plugin/stale-handle`) if the callback has returned. `handle` names what was used. */
  check(handle: string): void {
    if (this.#live) return
    throw new PluginError(
      'plugin/stale-handle',
      `The ${handle} handle was used after its ${this.#callback} callback had returned.`,
      'Copy what you need (addresses, bytes, texts) during the callback.',
    )
  }
}
