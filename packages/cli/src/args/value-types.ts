/** Kinds of values that options take. */
import type { Tier } from '@guestscope/core'
import { sizeOf, wholeNumber } from '@guestscope/machine/text'
import type { ValueType } from './spec.ts'

/** A name, a path: anything but nothing. */
export const text: ValueType<string> = {
  takes: 'a text',
  parse: given => (given === '' ? undefined : given),
}

/** Bytes; a plain number is bytes too, and k, M, G are powers of 1024. */
export const size: ValueType<number> = {
  takes: 'a size such as 64M, 1G or 0x8000000',
  parse: given => {
    const bytes = sizeOf(given)
    return bytes > 0 ? bytes : undefined
  },
}

/** A whole number from `minimum`; k, M, G are powers of 1000. */
export function count(minimum: number): ValueType<number> {
  return {
    takes: `a whole number from ${minimum}, such as 100, 50M or 1e9`,
    parse: given => {
      const value = wholeNumber(given, 1000)
      return value >= minimum ? value : undefined
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

/** A date, with or without a time of the day, in UTC: whole seconds since 1970, as many as 32 bits hold. */
export const date: ValueType<number> = {
  takes: 'a date from 1970 to 2105, such as 2025-06-30 or 2025-06-30T12:00:00Z, or now',
  parse: given => {
    if (given === 'now') return Math.floor(Date.now() / 1000)
    const [, day, time, zone = 'Z'] =
      /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?)?$/i.exec(given) ?? []
    const value = Date.parse(`${day}T${time ?? '00:00'}${zone}`) / 1000
    // The 31st of February would be a day in March.
    const exists = new Date(`${day}T00:00Z`).toJSON()?.startsWith(String(day)) === true
    return exists && value >= 0 && value < Date.UTC(2106, 0) / 1000 ? value : undefined
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

/** Instructions per second of guest time. */
export const rate: ValueType<number | 'board'> = {
  takes: "a number of instructions per second, 1 to 1e12, or 'board': as many as its clock has cycles",
  parse: given => {
    const perSecond = given === 'board' ? given : count(1).parse(given)
    return typeof perSecond === 'number' && perSecond > 1e12 ? undefined : perSecond
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
