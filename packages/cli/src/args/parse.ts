/** Turns arguments into options and operands, by the description of the command. */
import { parseArgs } from 'node:util'
import { nearest } from '@guestscope/machine/text'
import { CommandError } from '../errors.ts'
import type { CommandSpec, FlagSpec, ValueSpec } from './spec.ts'

export interface Parsed<Options> {
  readonly options: Options
  readonly operands: readonly string[]
  /** Help was asked for; then nothing else has been checked. */
  readonly help: boolean
}

type AnySpec = FlagSpec | ValueSpec<unknown>

/** Throws a `CommandError` (`usage/…`) that names what is wrong and what would be right. */
export function parseArguments<Options>(
  command: CommandSpec<Options>,
  args: readonly string[],
): Parsed<Options> {
  const specs = command.options as Readonly<Record<string, AnySpec>>
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, nodeOption(spec)])),
    },
    strict: false,
    tokens: true,
  })

  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, empty(spec)]),
  )
  const operands: string[] = []
  let help = false
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName, value, inlineValue } = token
    if (name === 'help') {
      help = true
      continue
    }
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
    if (spec === undefined) {
      if (!help) throw unknownOption(command.name, rawName, Object.keys(specs))
      continue
    }
    const read = (): unknown => readValue(rawName, spec, value, inlineValue === true)
    if (!help) values[name] = isMany(spec) ? [...(values[name] as unknown[]), read()] : read()
  }
  if (!help) checkOperands(command, operands)
  return { options: values as Options, operands, help }
}

function nodeOption(spec: AnySpec): { type: 'string' | 'boolean'; short?: string; multiple?: boolean } {
  return {
    type: spec.value === undefined ? 'boolean' : 'string',
    ...(spec.short !== undefined && { short: spec.short }),
  }
}

const isMany = (spec: AnySpec): boolean => spec.value !== undefined && spec.many === true
const empty = (spec: AnySpec): unknown => (spec.value === undefined ? false : isMany(spec) ? [] : undefined)

function readValue(rawName: string, spec: AnySpec, text: string | undefined, inline: boolean): unknown {
  if (spec.value === undefined) {
    if (!inline) return true
    throw new CommandError('usage/option-value', `${rawName} takes no value.`, `Write ${rawName} alone.`)
  }
  if (text === undefined || (!inline && /^--\w/.test(text)))
    throw new CommandError(
      'usage/option-value',
      `${rawName} needs a value.`,
      `Write ${rawName} ${spec.value}: it takes ${spec.type.takes}.`,
    )
  const value = spec.type.parse(text)
  if (value !== undefined) return value
  throw new CommandError(
    'usage/option-value',
    `${rawName} cannot be '${text}'.`,
    `It takes ${spec.type.takes}.`,
  )
}

function unknownOption(command: string, rawName: string, known: readonly string[]): CommandError {
  const near = rawName.startsWith('--') ? nearest(rawName.slice(2), known) : undefined
  return new CommandError(
    'usage/option-unknown',
    `'guestscope ${command}' has no option ${rawName}.`,
    near === undefined ? `See 'guestscope help ${command}'.` : `Did you mean --${near}?`,
  )
}

function checkOperands<Options>(command: CommandSpec<Options>, given: readonly string[]): void {
  command.operands.forEach(({ name, description, optional }, i) => {
    const value = given[i]
    if (value === undefined && optional !== true)
      throw new CommandError(
        'usage/operand-missing',
        `'guestscope ${command.name}' needs ${name}: ${description}`,
        `See 'guestscope help ${command.name}'.`,
      )
  })
  const extra = given[command.operands.length]
  if (extra !== undefined)
    throw new CommandError(
      'usage/operand-extra',
      `'guestscope ${command.name}' has no use for '${extra}'.`,
      `See 'guestscope help ${command.name}'.`,
    )
}
