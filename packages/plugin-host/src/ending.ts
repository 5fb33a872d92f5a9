/** How runs end for plugins: which reason counts, and what becomes of errors. None is lost. */
import { type StopReason, stopMessage, stopStatus } from '@guestscope/core'
import type { CallbackHost } from './callbacks.ts'
import { asyncCallback, isThenable } from './check.ts'
import type { PluginFailure, PluginHostIo, PluginMachine } from './machine.ts'
import type { Owner } from './owner.ts'

export class Ending implements CallbackHost {
  readonly #machine: PluginMachine
  readonly #io: PluginHostIo
  readonly #remove: (plugin: Owner) => void
  /** Why the run has ended, as far as it is known here. */
  #reason: StopReason | undefined
  /** The plugins are being told, or have been. */
  #begun = false

  constructor(machine: PluginMachine, io: PluginHostIo, remove: (plugin: Owner) => void) {
    this.#machine = machine
    this.#io = io
    this.#remove = remove
  }

  /** The run has ended. From now on only a reason with status 0 gives way to another. */
  begin(reason: StopReason): void {
    // An error right behind a good end is kept.
    if (this.#begun || this.#reason === undefined) this.#reason = reason
    this.#begun = true
  }
  /** How the run has ended, once `begin` was told. */
  get reason(): StopReason | undefined {
    return this.#begun ? this.#reason : undefined
  }

  /** A plugin ends the run. */
  stop(reason: StopReason & { readonly kind: 'plugin' }): void {
    if (!this.#begun) this.#machine.stop(reason)
    else if (!this.#replace(reason) && reason.message !== undefined)
      this.#io.output(`${stopMessage(reason)}\n`)
  }
  /** False if the run has ended for another reason, which counts. */
  #end(reason: StopReason): boolean {
    if (this.#reason ?? this.#machine.stopReason) return this.#replace(reason)
    this.#machine.stop(reason)
    return true
  }
  #replace(reason: StopReason): boolean {
    const ended = this.#reason ?? this.#machine.stopReason
    if (ended !== undefined && stopStatus(ended) !== 0) return false
    this.#reason = reason
    return true
  }

  /** A plugin has thrown: it is out, and, unless told otherwise, so is the run. */
  fail(plugin: Owner, callback: string, error: unknown): void {
    if (plugin.failed) return
    plugin.failed = true
    if (!plugin.gone) this.#remove(plugin)
    const failure = { plugin: plugin.name, callback, error }
    const goesOn = this.#io.pluginErrors === 'stop-plugin'
    const ends = !goesOn && this.#end({ kind: 'plugin-error', ...failure })
    this.#tell({ ...failure, outcome: goesOn ? 'ends-plugin' : ends ? 'ends-run' : 'nothing' })
  }

  /** The same for what was thrown outside of its callbacks. */
  stray(plugin: Owner, error: unknown): void {
    const callback = 'a promise or timer'
    if (plugin.failed) this.#tell({ plugin: plugin.name, callback, error, outcome: 'nothing' })
    else this.fail(plugin, callback, error)
  }

  returned(plugin: Owner, callback: string, result: unknown): void {
    if (!isThenable(result)) return
    const rejected = `the promise that ${callback} returned`
    result.then(undefined, error =>
      this.#tell({ plugin: plugin.name, callback: rejected, error, outcome: 'nothing' }),
    )
    throw asyncCallback(`The callback of ${callback} returned a promise.`)
  }

  #tell(failure: PluginFailure): void {
    this.#io.onError?.(failure)
  }
}
