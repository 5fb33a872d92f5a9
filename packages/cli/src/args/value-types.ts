/** Kinds of values that options take. */
import type { Tier } from '@guestscope/core'
import type { ValueType } from './spec.ts'

/** A name, a path: anything but nothing. */
export const text: ValueType<string> = {
  takes: 'a text',
  parse: given => (given === '' ? undefined : given),
}

const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }

/** Bytes; a plain number is bytes too. */
export const size: ValueType<number> = {
  takes: 'a size such as 64M, 1G or 0x8000000',
  parse: given => {
    const [, digits = '', unit = ''] = /^(0x[\da-f]+|\d+(?:\.\d+)?)([kmg]?)(?:i?b)?$/i.exec(given) ?? []
    const bytes = Number(digits || Number.NaN) * (units[unit.toLowerCase()] ?? 1)
    return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined
  },
}

/** A whole number from `minimum`; underscores and an exponent (1e9) may help to read it. */
export function count(minimum: number): ValueType<number> {
  return {
    takes: `a whole number from ${minimum}`,
    parse: given => {
      const plain = given.replaceAll('_', '')
      const value = /^(\d+|\d+(\.\d+)?e\d+)$/i.test(plain) ? Number(plain) : Number.NaN
      return Number.isSafeInteger(value) && value >= minimum ? value : undefined
    },
  }
}

/** A time in seconds, above zero. */
export const seconds: ValueType<number> = {
  takes: 'a number of seconds above 0, such as 10 or 0.5',
  parse: given => {
    const value = /^\d*\.?\d+s?$/.test(given) ? Number.parseFloat(given) : Number.NaN
    return value > 0 ? value : undefined
  },
}

/** An address. */
export const address: ValueType<bigint> = {
  takes: 'an address such as 0x80000000',
  parse: given => (/^(0x[\da-f]{1,16}|\d{1,20})$/i.test(given) ? BigInt(given) : undefined),
}

/** A file for memory. */
export interface LoadRequest {
  readonly path: string
  /** Absent: the file says itself where it belongs. */
  readonly address?: bigint
}

export const load: ValueType<LoadRequest> = {
  takes: 'a file, or FILE@ADDRESS such as data.bin@0x80100000',
  parse: given => {
    const [, path, at = ''] = /^(.+)@([^@]+)$/s.exec(given) ?? []
    const place = address.parse(at)
    if (path !== undefined && place !== undefined) return { path, address: place }
    return given === '' ? undefined : { path: given }
  },
}

/** Where the serial port leads. */
export type SerialChoice = 'stdio' | 'none' | { readonly file: string }

export const serial: ValueType<SerialChoice> = {
  takes: 'stdio, none or file:PATH',
  parse: given => {
    if (given === 'stdio' || given === 'none') return given
    return /^file:./.test(given) ? { file: given.slice('file:'.length) } : undefined
  },
}

/** What becomes of a run in which a plugin throws an error. */
export type PluginErrors = 'stop-run' | 'stop-plugin'

export const pluginErrors: ValueType<PluginErrors> = {
  takes: 'stop-run or stop-plugin',
  parse: given => (given === 'stop-run' || given === 'stop-plugin' ? given : undefined),
}

const tiers = new Map<string, Tier>([
  ['0', 0],
  ['1', 1],
  ['2', 2],
  ['oracle', 'oracle'],
])
/** Highest tier of the engine. */
export const tier: ValueType<Tier> = {
  takes:
    '0 (interpreter), 1 (compiled regions), 2 (the hottest compiled again) or oracle (reference interpreter)',
  parse: given => tiers.get(given),
}
