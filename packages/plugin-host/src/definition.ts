/** Is it a plugin, and one for this host? */
import { apiVersions, type PluginDefinition, PluginError } from '@guestscope/core/events'
import { checkOptionSpecs } from './option-specs.ts'

/**
 * Takes what a plugin file exports by default; throws a `PluginError` (`plugin/not-a-plugin`, or
 * `plugin/option-spec` for options described wrongly) if that is no plugin.
 * `source` says where it came from.
 */
export function asPluginDefinition(value: unknown, source: string): PluginDefinition {
  const missing = missingPart(value)
  if (missing === undefined) {
    const { options } = value as PluginDefinition
    checkOptionSpecs(source, options)
    return value as PluginDefinition
  }
  throw new PluginError(
    'plugin/not-a-plugin',
    `${source} is not a plugin: ${missing}.`,
    'Its default export must be definePlugin({ name, description, apiVersion, install }).',
  )
}

function missingPart(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'it has no default export that is an object'
  const part = value as Partial<Record<keyof PluginDefinition, unknown>>
  if (typeof part.name !== 'string' || part.name === '') return 'name is not a text'
  if (typeof part.apiVersion !== 'number') return 'apiVersion is not a number'
  if (typeof part.install !== 'function') return 'install is not a function'
  if (typeof part.description !== 'string') return 'description is not a text'
  return undefined
}

/** Refuses a plugin written for another version: `plugin/api-too-new` or `plugin/api-too-old`, naming both versions. */
export function checkApiVersion(
  name: string,
  version: number,
  known: typeof apiVersions = apiVersions,
): void {
  if (version > known.current)
    throw new PluginError(
      'plugin/api-too-new',
      `Plugin ${name} needs version ${version} of the plugin interface; this Guestscope has version ${known.current}.`,
      'Update Guestscope, or use an older release of the plugin.',
    )
  if (!(version >= known.minimum) || !Number.isInteger(version))
    throw new PluginError(
      'plugin/api-too-old',
      `Plugin ${name} was written for version ${version} of the plugin interface; this Guestscope has version ` +
        `${known.current} and supports none before ${known.minimum}.`,
      'Update the plugin.',
    )
}
