/** What a plugin is. */

import type { CallbackResult, PluginApi } from './index.ts'
import type { OptionSpecs, OptionValues } from './options.ts'

/**
 * Versions of the plugin interface that this Guestscope understands. A plugin says for which it was written; any from
 * `minimum` to `current` is accepted. The number grows with each addition, `minimum` with each breaking change.
 */
export const apiVersions: { readonly minimum: number; readonly current: number } = { minimum: 1, current: 1 }

/** A plugin. Made with `definePlugin`, which infers the type of `options`. */
export interface PluginDefinition<Specs extends OptionSpecs = OptionSpecs> {
  /** Short, lower case, with hyphens; users select ready plugins by it, and errors name it. */
  readonly name: string
  /** One line for lists of plugins. */
  readonly description: string
  /** Version of the interface that the plugin was written for: `apiVersions.current` of its day, as a literal. */
  readonly apiVersion: number
  /** Options that a user can give, by name. */
  readonly options?: Specs
  /** Called once, before the guest runs. Registers callbacks; whatever it throws refuses the plugin. */
  install(api: PluginApi, options: OptionValues<Specs>): CallbackResult
}
