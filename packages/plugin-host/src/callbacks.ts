/** What generated code calls: a plugin's callback, its errors caught, quiet once it is not registered any more. */

import type { EdgeEvent, MemEvent, RegisterAccess } from '@guestscope/core'
import type { Hook } from '@guestscope/core/hooks'
import type { Owner } from './owner.ts'
import { Level, type Registers } from './registers.ts'

/** A registration as its callbacks see it. */
export interface Guarded {
  readonly owner: Owner
  readonly active: boolean
}

/** Who hears what callbacks throw, and what they give back. */
export interface CallbackHost {
  fail(owner: Owner, where: string, error: unknown): void
  /** Something other than undefined; throws if it is a promise. */
  returned(owner: Owner, where: string, result: unknown): void
}

/**
 * These run for every instruction or access: no closures inside, no objects made. What they give is named as plugins
 * know it, for stacks that show what does not return.
 */
export class Callbacks {
  readonly #registers: Registers
  readonly #host: CallbackHost

  constructor(registers: Registers, host: CallbackHost) {
    this.#registers = registers
    this.#host = host
  }

  /** Before an instruction. */
  exec(guarded: Guarded, callback: (cpu: number) => void, access: RegisterAccess): (cpu: number) => void {
    const level = Level[access]
    const registers = this.#registers
    const { owner } = guarded
    const onExec = (cpu: number): void => {
      owner.deferred?.flush()
      if (!guarded.active) return
      const before = registers.level
      registers.level = level
      try {
        const result: unknown = callback(cpu)
        if (result !== undefined) this.#host.returned(owner, 'onExec', result)
      } catch (error) {
        this.#host.fail(owner, 'onExec', error)
      }
      registers.level = before
    }
    return onExec
  }

  /** After an access. */
  memory(
    guarded: Guarded,
    callback: (event: MemEvent) => void,
    access: RegisterAccess,
  ): (cpu: number) => void {
    const level = Level[access]
    const registers = this.#registers
    const { owner } = guarded
    const event = owner.memEvent
    const onMemory = (cpu: number): void => {
      owner.deferred?.flush()
      if (!guarded.active) return
      const before = registers.level
      registers.level = level
      registers.inAccess = true
      event.begin(cpu)
      try {
        const result: unknown = callback(event)
        if (result !== undefined) this.#host.returned(owner, 'onMemory', result)
      } catch (error) {
        this.#host.fail(owner, 'onMemory', error)
      }
      event.end()
      registers.inAccess = false
      registers.level = before
    }
    return onMemory
  }

  /** At an edge. */
  edge(owner: Owner, state: { readonly active: boolean }, callback: (edge: EdgeEvent) => void): Hook {
    const registers = this.#registers
    const event = owner.edgeEvent
    const onEdge = (cpu: number): void => {
      owner.deferred?.flush()
      if (!state.active) return
      const before = registers.level
      registers.level = Level.none
      event.begin(cpu)
      try {
        const result: unknown = callback(event)
        if (result !== undefined) this.#host.returned(owner, 'onEdge', result)
      } catch (error) {
        this.#host.fail(owner, 'onEdge', error)
      }
      event.end()
      registers.level = before
    }
    return { kind: 'call', run: onEdge, access: 'none' }
  }
}
