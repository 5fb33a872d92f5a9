import type { Disposable } from '@guestscope/core'
import type { Owner } from './owner.ts'

/** A callback that a plugin registered. */
export interface Registration<Callback> {
  readonly owner: Owner
  readonly callback: Callback
  /** Categories of discontinuities or kinds of edges that it is for. */
  readonly mask: number
  active: boolean
}

/** The callbacks of one kind, of all plugins, in the order in which they were registered. */
export class Listeners<Callback> {
  /** Replaced, never changed: a callback that registers or disposes does not disturb the round it is part of. */
  list: readonly Registration<Callback>[] = []
  readonly #changed: () => void

  /** `changed` is called after each change. */
  constructor(changed: () => void = () => {}) {
    this.#changed = changed
  }

  add(owner: Owner, callback: Callback, mask = 0): Disposable {
    return this.register(owner, () => callback, mask)
  }
  /** The same for a callback that must know of itself whether it is still registered. */
  register(owner: Owner, make: (state: { readonly active: boolean }) => Callback, mask = 0): Disposable {
    const state: { active: boolean } = { active: true }
    const registration: Registration<Callback> = Object.assign(state, { owner, callback: make(state), mask })
    this.list = [...this.list, registration]
    this.#changed()
    return {
      dispose: () => {
        if (!registration.active) return
        registration.active = false
        this.list = this.list.filter(other => other !== registration)
        this.#changed()
      },
    }
  }

  /** Ends all registrations of a plugin. */
  drop(owner: Owner): void {
    const { length } = this.list
    for (const registration of this.list) if (registration.owner === owner) registration.active = false
    this.list = this.list.filter(registration => registration.active)
    if (this.list.length < length) this.#changed()
  }
}
