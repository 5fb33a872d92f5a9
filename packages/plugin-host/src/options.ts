/** Options of plugins as a user gives them, held against their descriptions. */
import {
  type NumberOption,
  type OptionSpec,
  type OptionSpecs,
  type OptionValues,
  PluginError,
} from '@guestscope/core/events'

type Single = string | number | boolean

/**
 * Options as a user gives them: text from a command line, or values from a program. `true`: named without a value; a
 * list: given several times.
 */
export type OptionInput = Readonly<Record<string, Single | readonly Single[] | undefined>>

/** A plugin as asked for on the command line. */
export interface PluginRequest {
  /** Name of a ready plugin, or path of a file. */
  readonly name: string
  readonly options: OptionInput
}

/**
 * Splits `NAME,key=value,key,…`. A comma inside a name or a value is written twice. Throws a `PluginError`
 * (`plugin/option-syntax`). A key that is given several times becomes a list.
 */
export function parsePluginRequest(text: string): PluginRequest {
  const [name = '', ...pairs] = text.split(/(?<!,),(?!,)/).map(part => part.replaceAll(',,', ','))
  if (name === '')
    throw new PluginError(
      'plugin/option-syntax',
      `No plugin is named in '${text}'.`,
      'Write NAME,key=value,…',
    )
  const options: Record<string, string | boolean | (string | boolean)[]> = Object.create(null)
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    const key = equals < 0 ? pair : pair.slice(0, equals)
    if (key === '')
      throw new PluginError(
        'plugin/option-syntax',
        `Plugin ${name}: '${pair}' is not an option.`,
        'Write key=value, or key alone to switch it on; write a comma in a value twice.',
      )
    const value = equals < 0 ? true : pair.slice(equals + 1)
    const before = options[key]
    options[key] = before === undefined ? value : [before, value].flat()
  }
  return { name, options }
}

/**
 * Checks what the user gave against the description and fills in the defaults. Throws a `PluginError`
 * (`plugin/option-unknown`, `plugin/option-value`, `plugin/option-twice`) that names the plugin, the option and what
 * is allowed.
 */
export function resolveOptions<Specs extends OptionSpecs>(
  plugin: string,
  specs: Specs,
  input: OptionInput,
): OptionValues<Specs> {
  for (const name of Object.keys(input))
    if (!Object.hasOwn(specs, name)) throw unknownOption(plugin, name, Object.keys(specs))
  const values: Record<string, Single | readonly Single[] | undefined> = {}
  for (const [name, spec] of Object.entries(specs)) {
    const entered = Object.hasOwn(input, name) ? input[name] : undefined
    const given = entered === undefined ? [] : [entered].flat()
    const checked = given.map(one => checkedValue(plugin, name, spec, one))
    if (spec.type === 'string' && spec.multiple === true) {
      values[name] = checked
      continue
    }
    if (checked.length > 1)
      throw new PluginError(
        'plugin/option-twice',
        `Plugin ${plugin}: option ${name} is given twice.`,
        'Give it once.',
      )
    values[name] = checked[0] ?? spec.default ?? (spec.type === 'boolean' ? false : undefined)
  }
  return values as OptionValues<Specs>
}

function checkedValue(plugin: string, name: string, spec: OptionSpec, given: Single): Single {
  const value = optionValue(spec, given)
  if (value !== undefined) return value
  throw new PluginError(
    'plugin/option-value',
    `Plugin ${plugin}: ${name}=${given === true ? '' : given} is not possible.`,
    `Option ${name} takes ${allowedValues(spec)}.`,
  )
}

/** What may stand after the `=`, in words. */
export function allowedValues(spec: OptionSpec): string {
  switch (spec.type) {
    case 'string':
      return spec.multiple === true ? 'a text, any number of times' : 'a text'
    case 'boolean':
      return 'on or off (true, false, yes, no, 1, 0)'
    case 'choice':
      return `one of: ${spec.choices.join(', ')}`
    case 'number': {
      const kind = spec.integer === true ? 'a whole number' : 'a number'
      const { minimum, maximum } = spec
      if (minimum !== undefined && maximum !== undefined) return `${kind} from ${minimum} to ${maximum}`
      if (minimum !== undefined) return `${kind} from ${minimum}`
      return maximum === undefined ? kind : `${kind} up to ${maximum}`
    }
  }
}

function unknownOption(plugin: string, name: string, known: readonly string[]): PluginError {
  const hint = known.length === 0 ? 'It has no options.' : `Its options are: ${known.join(', ')}.`
  return new PluginError('plugin/option-unknown', `Plugin ${plugin} has no option '${name}'.`, hint)
}

const booleans = new Map([
  ...['on', 'true', 'yes', '1'].map(word => [word, true] as const),
  ...['off', 'false', 'no', '0'].map(word => [word, false] as const),
])

/** The value, or undefined if it does not fit. */
function optionValue(spec: OptionSpec, given: Single): Single | undefined {
  switch (spec.type) {
    case 'string':
      return typeof given === 'string' && given !== '' ? given : undefined
    case 'boolean':
      return typeof given === 'boolean' ? given : booleans.get(String(given).toLowerCase())
    case 'choice':
      return typeof given === 'string' && spec.choices.includes(given) ? given : undefined
    case 'number':
      return numberValue(spec, given)
  }
}

const numeral = /^-?(0x[0-9a-f]+|\d+(\.\d+)?(e\d+)?)([kmg]?)$/i
const exponents: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3 }

/** As the command line writes numbers: `1e9`, `10_000`, `50M`. */
function parsedNumber(given: string, unit: number): number {
  const text = given.replaceAll(/(?<=\w)_(?=\w)/g, '')
  const [, digits = '', , , suffix = ''] = numeral.exec(text) ?? []
  const value = Number(digits || Number.NaN) * unit ** (exponents[suffix.toLowerCase()] ?? 0)
  return text.startsWith('-') ? -value : value
}

function numberValue(spec: NumberOption, given: string | number | boolean): number | undefined {
  if (typeof given === 'boolean') return undefined
  const unit = spec.unit === 'bytes' ? 1024 : 1000
  let value = typeof given === 'number' ? given : parsedNumber(given, unit)
  const whole = Math.round(value)
  // A fraction of a thousand may miss the whole number by the last bit: 1.1k.
  if (typeof given === 'string' && Math.abs(whole - value) <= Math.abs(value) * Number.EPSILON) value = whole
  if (!Number.isFinite(value) || (spec.integer === true && !Number.isSafeInteger(value))) return undefined
  if (value < (spec.minimum ?? -Infinity) || value > (spec.maximum ?? Infinity)) return undefined
  return value
}
