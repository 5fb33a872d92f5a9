/** What a plugin is to the host, and the handshake of versions. */
import { checkOptionSpecs } from './option-specs.ts'
import type { OptionSpecs, OptionValues } from './options.ts'
import type { CallbackResult, PluginApi } from './plugin/index.ts'
import { PluginError } from './plugin-error.ts'

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
