import type { OptionSpecs, PluginDefinition } from '@guestscope/core'

/**
 * Defines a plugin; the default export of a plugin file. Returns the definition unchanged: what it adds is the type of
 * `options` in `install`, inferred from the description of the options.
 *
 * `apiVersion` is the version of the interface that the plugin was written for, as a literal. Guestscope refuses a
 * plugin whose version is above `apiVersions.current` (`plugin/api-too-new`) or below `apiVersions.minimum`
 * (`plugin/api-too-old`).
 */
export function definePlugin<const Specs extends OptionSpecs = Record<never, never>>(
  definition: PluginDefinition<Specs>,
): PluginDefinition<Specs> {
  return definition
}
