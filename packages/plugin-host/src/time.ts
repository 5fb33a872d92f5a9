/** Virtual time in a plugin's hands. */
import { PluginError, type TimeControl } from '@guestscope/core'
import { shown } from './check.ts'
import type { PluginMachine } from './machine.ts'
import type { Owner } from './owner.ts'

/** Where it is written down who has it. */
interface Timekeeping {
  readonly machine: PluginMachine
  timekeeper: Owner | undefined
}

/** Gives virtual time to a plugin; undefined if another has it, or it itself. */
export function requestTimeControl(host: Timekeeping, plugin: Owner): TimeControl | undefined {
  const { machine } = host
  if (host.timekeeper) return undefined
  host.timekeeper = plugin
  let held = true
  return {
    now: () => Math.floor(machine.virtualTime()),
    update: nanoseconds => {
      if (!held || plugin.gone)
        throw new PluginError(
          'plugin/argument',
          'Virtual time is not in the plugin’s hands any more.',
          'Request it again.',
        )
      if (!Number.isSafeInteger(nanoseconds) || nanoseconds < machine.virtualTime())
        throw new PluginError(
          'plugin/argument',
          `Virtual time cannot be set to ${shown(nanoseconds)}.`,
          `Give an integer from ${Math.ceil(machine.virtualTime())}, which is now.`,
        )
      machine.holdTime(nanoseconds)
    },
    dispose: () => {
      if (!held) return
      held = false
      if (host.timekeeper !== plugin) return
      host.timekeeper = undefined
      machine.holdTime(undefined)
    },
  }
}
