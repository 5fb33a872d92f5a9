import type { OptionSpecs } from '@guestscope/core'
import { type OptionInput, parsePluginRequest, resolveOptions } from '@guestscope/plugin-host'
import { describe, expect, it } from 'vitest'

describe('parsePluginRequest', () => {
  it.each([
    ['traps', 'traps', {}],
    ['traps,by=cause', 'traps', { by: 'cause' }],
    ['exec-log,insn,out=a=b.log', 'exec-log', { insn: true, out: 'a=b.log' }],
    ['./my,,plugin.ts,out=a,,b,x=', './my,plugin.ts', { out: 'a,b', x: '' }],
    ['p,a=1,b=2,a=3,a', 'p', { a: ['1', '3', true], b: '2' }],
  ])('%s', (text, name, options) => {
    expect(parsePluginRequest(text)).toEqual({ name, options })
  })

  it.each([
    ['', "No plugin is named in ''. Write NAME,key=value,…"],
    [',a=1', "No plugin is named in ',a=1'."],
    ['p,', "Plugin p: '' is not an option. Write key=value"],
    ['p,=1', "Plugin p: '=1' is not an option."],
  ])('refuses %o', (text, message) => {
    expect(() => parsePluginRequest(text)).toThrow(message)
  })
})

const specs = {
  out: { type: 'string', description: '' },
  on: { type: 'boolean', description: '' },
  check: { type: 'boolean', default: true, description: '' },
  n: { type: 'number', minimum: 0, maximum: 10, integer: true, default: 1, description: '' },
  rate: { type: 'number', description: '' },
  size: { type: 'number', unit: 'bytes', integer: true, description: '' },
  by: { type: 'choice', choices: ['type', 'cause'], description: '' },
  reg: { type: 'string', multiple: true, description: '' },
} as const satisfies OptionSpecs

describe('resolveOptions', () => {
  it('has a value for every option, typed', () => {
    const values = resolveOptions('p', specs, {})
    expect(values).toEqual({
      out: undefined,
      on: false,
      check: true,
      n: 1,
      rate: undefined,
      by: undefined,
      reg: [],
    })
    const typed: {
      readonly out: string | undefined
      readonly on: boolean
      readonly check: boolean
      readonly n: number
      readonly rate: number | undefined
      readonly by: 'type' | 'cause' | undefined
      readonly reg: readonly string[]
    } = values
    expect(typed).toBe(values)
    // @ts-expect-error It has no default.
    const rate: number = values.rate
    // @ts-expect-error There is no such option.
    const other: unknown = values.other
    expect([rate, other]).toEqual([undefined, undefined])
  })

  it.each<[OptionInput, OptionInput]>([
    [{ on: true }, { on: true }],
    [{ on: 'ON' }, { on: true }],
    [
      { on: 'yes', check: 'no' },
      { on: true, check: false },
    ],
    [
      { on: '1', check: '0' },
      { on: true, check: false },
    ],
    [
      { on: 'true', check: 'false' },
      { on: true, check: false },
    ],
    [{ check: 'off' }, { check: false }],
    [{ n: '0x0a' }, { n: 10 }],
    [{ n: 7 }, { n: 7 }],
    [{ rate: '-1.5' }, { rate: -1.5 }],
    [{ rate: '1e3' }, { rate: 1000 }],
    [{ rate: '50M' }, { rate: 50e6 }],
    [{ rate: '-1.1k' }, { rate: -1100 }],
    [{ rate: '10_000' }, { rate: 10_000 }],
    [{ size: '16k' }, { size: 16384 }],
    [{ reg: 'a0' }, { reg: ['a0'] }],
    [{ reg: ['a0', 'a1'] }, { reg: ['a0', 'a1'] }],
    [
      { by: 'cause', out: 'f' },
      { by: 'cause', out: 'f' },
    ],
  ])('%o', (input, expected) => {
    expect(resolveOptions('p', specs, input)).toMatchObject(expected)
  })

  it.each<[OptionInput, string]>([
    [
      { on: 'maybe' },
      'Plugin p: on=maybe is not possible. Option on takes on or off (true, false, yes, no, 1, 0).',
    ],
    [{ n: '11' }, 'Plugin p: n=11 is not possible. Option n takes a whole number from 0 to 10.'],
    [{ n: '1.5' }, 'n=1.5 is not possible'],
    [{ n: '' }, 'n= is not possible'],
    [{ n: true }, 'n= is not possible'],
    [{ rate: 'fast' }, 'Option rate takes a number.'],
    [{ rate: Number.NaN }, 'rate=NaN is not possible'],
    [{ by: 'Cause' }, 'Plugin p: by=Cause is not possible. Option by takes one of: type, cause.'],
    [{ out: true }, 'Option out takes a text.'],
    [
      { speed: '1' },
      "Plugin p has no option 'speed'. Its options are: out, on, check, n, rate, size, by, reg.",
    ],
    [{ on: [true, 'off'] }, 'Plugin p: option on is given twice. Give it once.'],
    [{ reg: ['a0', true] }, 'Plugin p: reg= is not possible. Option reg takes a text, any number of times.'],
    [{ toString: '1' } as unknown as OptionInput, "Plugin p has no option 'toString'."],
  ])('refuses %o', (input, message) => {
    expect(() => resolveOptions('p', specs, input)).toThrow(message)
  })
})
