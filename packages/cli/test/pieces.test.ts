import type { ImageSymbol, LoadedImage } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import type { Output } from '../src/host/host.ts'
import { KeyFilter } from '../src/run/keys.ts'
import { Pace } from '../src/run/pace.ts'
import { Progress } from '../src/run/progress.ts'
import { SymbolTable } from '../src/run/symbols.ts'
import { TextWatch } from '../src/run/text-watch.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('text watch', () => {
  test.each([
    ['PASS', ['PA', 'SS'], true],
    ['aab', ['aa', 'ab'], true],
    ['abab', ['aba', 'cab', 'ab'], true],
    ['abcabd', ['abcab', 'cab', 'd'], true],
    ['grün', ['gr\u00fcn'], true],
    ['PASS', ['PAS', 'PAS'], false],
  ])('%s in %j', (needle, pieces, found) => {
    const watch = new TextWatch(needle)
    for (const piece of pieces) watch.push(bytes(piece))
    expect(watch.found).toBe(found)
  })
  test('agrees with includes, byte by byte', () => {
    let seed = 1
    const letter = (): string => {
      seed = (seed * 48271) % 2147483647
      return 'ab'[seed % 2] as string
    }
    for (let round = 0; round < 500; round++) {
      const needle = Array.from({ length: 1 + (round % 6) }, letter).join('')
      const text = Array.from({ length: 20 }, letter).join('')
      const watch = new TextWatch(needle)
      for (const byte of bytes(text)) watch.push(Uint8Array.of(byte))
      expect(watch.found, `${needle} in ${text}`).toBe(text.includes(needle))
    }
  })
})

test('keys: Ctrl-A is ours, the rest the guest’s', () => {
  const log: string[] = []
  const filter = new KeyFilter({
    send: keys => log.push(new TextDecoder().decode(keys)),
    leave: () => log.push('LEAVE'),
    help: () => log.push('HELP'),
  })
  for (const piece of ['ab\x01hc', '\x01', '\x01d', '\x01?', '\x01q', 'e\x03\x01x']) filter.push(bytes(piece))
  expect(log).toEqual(['ab', 'HELP', 'c', '\x01', 'd', 'HELP', 'e\x03', 'LEAVE'])
})

test('slices approach ten milliseconds in steps', () => {
  const pace = new Pace()
  expect(pace.worked(pace.slice, 0, 5)).toBe(false)
  expect(pace.slice).toBe(80_000)
  for (let i = 0; i < 20; i++) pace.worked(pace.slice, pace.slice / 80_000, 6)
  expect(pace.slice).toBe(800_000)
  // However cheap the instructions are: the next ones may be dear.
  for (let i = 0; i < 20; i++) pace.worked(pace.slice, 0.01, 9)
  expect(pace.slice).toBe(1_000_000)
  expect(pace.worked(pace.slice, 1000, 10)).toBe(true)
  expect(pace.slice).toBe(250_000)
  for (let i = 0; i < 20; i++) expect(pace.worked(pace.slice, 1000, 19)).toBe(false)
  expect(pace.slice).toBe(1000)
})

test('symbols by address', () => {
  const symbol = (name: string, address: bigint, size: number, kind: ImageSymbol['kind']): ImageSymbol => ({
    name,
    address,
    size,
    kind,
  })
  const all = [
    symbol('main', 0x100n, 0x10, 'function'),
    symbol('main_label', 0x100n, 0, 'label'),
    symbol('loop', 0x120n, 0, 'label'),
    symbol('data', 0x140n, 8, 'object'),
  ]
  const table = new SymbolTable({ symbols: () => all } as unknown as LoadedImage)
  expect(table.at(0xffn)).toBeUndefined()
  expect(table.at(0x100n)?.name).toBe('main')
  expect(table.at(0x10fn)?.name).toBe('main')
  expect(table.at(0x110n)).toBeUndefined()
  expect(table.at(0x13fn)?.name).toBe('loop')
  expect(table.at(0x148n)).toBeUndefined()
  expect(table.describe(0x104n)).toBe('0x104 <main+0x4>')
  expect(table.describe(0x10n)).toBe('0x10')
})

describe('progress', () => {
  class Terminal implements Output {
    readonly isTerminal = true
    readonly gone = false
    readonly failure = undefined
    midLine = false
    text = ''
    beforeWrite = (): void => {}
    write(): void {}
    flush(): void {}
    overlay(text: string): void {
      this.text += text
    }
  }
  const setUp = () => {
    const terminal = new Terminal()
    let now = 0
    const clock = { now: () => now, breathe: async () => {}, sleep: async () => {} }
    const progress = new Progress(terminal, [terminal], clock)
    const at = (time: number, executed: number): string => {
      now = time
      terminal.text = ''
      progress.update(executed)
      return terminal.text
    }
    return { terminal, at }
  }
  test('comes after silence and goes before output', () => {
    const { terminal, at } = setUp()
    expect(at(1000, 1e6)).toBe('')
    expect(at(2000, 4e6)).toBe('\r\x1b[K4,000,000 instructions, 2.0 MIPS, 2 s')
    expect(at(2100, 5e6)).toBe('')
    expect(at(3000, 1e9)).toContain('996 MIPS')
    terminal.beforeWrite()
    expect(terminal.text.endsWith('\r\x1b[K')).toBe(true)
    expect(at(4000, 1e9)).toBe('')
    expect(at(5000, 1e9)).toContain('1,000,000,000 instructions')
  })
  test('spares an unfinished line', () => {
    const { terminal, at } = setUp()
    terminal.midLine = true
    expect(at(5000, 1e6)).toBe('')
  })
})
