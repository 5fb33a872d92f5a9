/** Checks of descriptions of options: types say the same, but authors who write JavaScript have none. */
import { type OptionSpec, PluginError } from '@guestscope/core'
import { shown } from './check.ts'

/** A field that is a thing of the type, or absent. */
const isOr = (type: 'string' | 'number' | 'boolean', value: unknown): boolean =>
  value === undefined || typeof value === type

type Fault = string | undefined

/** What is wrong with a default, or with limits, by type of option. */
const faults: Readonly<Record<OptionSpec['type'], (spec: Record<string, unknown>) => Fault>> = {
  string({ multiple, default: value }) {
    if (!isOr('boolean', multiple)) return `multiple: ${shown(multiple)} is neither true nor false`
    if (multiple === true && value !== undefined) return 'what may be given several times has no default'
    return isOr('string', value) ? undefined : `default: ${shown(value)} is no text`
  },
  boolean({ default: value }) {
    return isOr('boolean', value) ? undefined : `default: ${shown(value)} is neither true nor false`
  },
  number({ minimum, maximum, integer, default: value }) {
    for (const [name, limit] of Object.entries({ minimum, maximum, default: value }))
      if (!isOr('number', limit) || Number.isNaN(limit)) return `${name}: ${shown(limit)} is no number`
    if (!isOr('boolean', integer)) return `integer: ${shown(integer)} is neither true nor false`
    const [low, high] = [minimum ?? -Infinity, maximum ?? Infinity] as [number, number]
    if (low > high) return `minimum ${low} is above maximum ${high}`
    if (value === undefined) return undefined
    if ((value as number) < low || (value as number) > high)
      return `default ${value} is not from ${low} to ${high}`
    if (!Number.isFinite(value)) return `default ${value} is not finite`
    return integer === true && !Number.isSafeInteger(value) ? `default ${value} is no integer` : undefined
  },
  choice({ choices, default: value }) {
    if (!Array.isArray(choices) || choices.length === 0 || choices.some(choice => typeof choice !== 'string'))
      return 'choices is no list of texts'
    if (value === undefined || choices.includes(value)) return undefined
    return `default ${shown(value)} is none of the choices: ${choices.join(', ')}`
  },
}

function specFault(name: string, spec: unknown): Fault {
  if (!/^[a-z\d]+(-[a-z\d]+)*$/.test(name)) return 'names are lower case, with hyphens'
  if (typeof spec !== 'object' || spec === null) return `its description is ${shown(spec)}, no object`
  const { type, description } = spec as Partial<OptionSpec>
  if (typeof description !== 'string') return 'description is not a text'
  if (typeof type !== 'string' || !Object.hasOwn(faults, type))
    return `type ${shown(type)} is none of: ${Object.keys(faults).join(', ')}`
  return faults[type](spec as Record<string, unknown>)
}

/** Throws a `PluginError` (`plugin/option-spec`) that names the option whose description contradicts itself. */
export function checkOptionSpecs(plugin: string, specs: unknown): void {
  if (specs === undefined) return
  const wrong = (problem: string): PluginError =>
    new PluginError(
      'plugin/option-spec',
      `${plugin} describes its options wrongly: ${problem}.`,
      'Mend the plugin.',
    )
  if (typeof specs !== 'object' || specs === null || Array.isArray(specs))
    throw wrong(`options is ${shown(specs)}, no object`)
  for (const [name, spec] of Object.entries(specs)) {
    const fault = specFault(name, spec)
    if (fault !== undefined) throw wrong(`${name}: ${fault}`)
  }
}
