/**
 * Checks of what plugins give: authors who write JavaScript have no types. At registrations and calls, never in what runs
 * for each instruction.
 */
import { PluginError } from '@guestscope/core'

/** A kind of arguments: what it is called, what is of it, and what to give instead. */
interface Kind {
  readonly is: string
  readonly hint: string
  readonly test: (value: unknown) => boolean
}

const isInteger = (value: unknown, minimum: number, maximum: number): boolean =>
  Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum

/** Bytes that a plugin can read at once. */
export const maxReadLength: number = 2 ** 30

export type KindName =
  | 'callback'
  | 'text'
  | 'path'
  | 'flag'
  | 'value'
  | 'address'
  | 'length'
  | 'limit'
  | 'bytes'
  | 'data'
  | 'list'
  | 'object'
  | 'status'

const kinds: Readonly<Record<KindName, Kind>> = {
  callback: { is: 'a function', hint: 'Give a function.', test: value => typeof value === 'function' },
  text: { is: 'a text', hint: 'Give a text.', test: value => typeof value === 'string' },
  path: {
    is: 'a path',
    hint: 'Give the text that the user gave.',
    test: value => typeof value === 'string' && value !== '' && !value.includes('\0'),
  },
  flag: { is: 'true or false', hint: 'Give a boolean.', test: value => typeof value === 'boolean' },
  value: {
    is: 'a bigint',
    hint: 'Values are bigint, such as 1n.',
    test: value => typeof value === 'bigint',
  },
  address: {
    is: 'an address',
    hint: 'Addresses are bigint from 0n to 2n ** 64n - 1n, such as 0x80000000n.',
    test: value => typeof value === 'bigint' && BigInt.asUintN(64, value) === value,
  },
  length: {
    is: 'a number of bytes',
    hint: `Give an integer from 0 to ${maxReadLength}.`,
    test: value => isInteger(value, 0, maxReadLength),
  },
  limit: {
    is: 'a number of bytes to read',
    hint: `Give an integer from 1 to ${maxReadLength}.`,
    test: value => isInteger(value, 1, maxReadLength),
  },
  bytes: {
    is: 'a Uint8Array',
    hint: 'Give a Uint8Array.',
    test: value => value instanceof Uint8Array,
  },
  data: {
    is: 'a text or a Uint8Array',
    hint: 'Give a text or a Uint8Array.',
    test: value => typeof value === 'string' || value instanceof Uint8Array,
  },
  list: { is: 'a list', hint: 'Give an array.', test: value => Array.isArray(value) },
  object: {
    is: 'an object',
    hint: 'Give an object, as the documentation shows it.',
    test: value => typeof value === 'object' && value !== null,
  },
  status: {
    is: 'a status',
    hint: 'Use an integer from 0 to 255.',
    test: value => isInteger(value, 0, 255),
  },
}

/** Throws (`plugin/argument`) unless the value is of the kind; `method` names the call, such as `onExit`. */
export function check(method: string, kind: KindName, value: unknown): void {
  const { is, hint, test } = kinds[kind]
  if (!test(value)) throw new PluginError('plugin/argument', `${method}: ${shown(value)} is not ${is}.`, hint)
}

/** Throws unless it is a function that can be a callback: `plugin/argument`, or `plugin/async-callback` if it is async. */
export function checkCallback(method: string, callback: unknown): void {
  check(method, 'callback', callback)
  const tag = Object.prototype.toString.call(callback)
  if (tag === '[object AsyncFunction]') throw asyncCallback(`The callback of ${method} is an async function.`)
  if (!tag.includes('Generator')) return
  throw new PluginError(
    'plugin/argument',
    `${method}: a generator function is no callback.`,
    'Nothing would run it: leave out the asterisk.',
  )
}

/** The error of a plugin whose callback is, or gives, what would go on later. */
export function asyncCallback(problem: string): PluginError {
  return new PluginError(
    'plugin/async-callback',
    problem,
    'The guest does not wait for it: do the work before the callback returns, or start it from there and catch its errors.',
  )
}

/** What `await` would wait for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { readonly then?: unknown }).then === 'function'
  )
}

/** Throws (`plugin/argument`) for what is none of those known. */
export function checkOneOf<T extends string>(what: string, value: T, known: readonly T[]): void {
  if (known.includes(value)) return
  throw new PluginError(
    'plugin/argument',
    `${shown(value)} is no ${what}.`,
    `Use one of: ${known.join(', ')}.`,
  )
}

/** A value that is not what it should be, in a few words. */
export function shown(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return value.length > 40 ? `'${value.slice(0, 40)}…'` : `'${value}'`
    case 'object':
      return value instanceof Uint8Array ? 'a Uint8Array' : 'an object'
    case 'function':
      return 'a function'
    case 'symbol':
      return 'a symbol'
    case 'bigint':
      return `${value}n`
    default:
      return String(value)
  }
}
