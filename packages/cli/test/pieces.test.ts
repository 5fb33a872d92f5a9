import { describe, expect, test } from 'vitest'
import type { Output } from '../src/host/host.ts'
import { KeyFilter } from '../src/run/keys.ts'
import { Progress } from '../src/run/progress.ts'

test('keys: Ctrl-A is ours, the rest the guest’s', () => {
  const log: string[] = []
  const filter = new KeyFilter({
    send: keys => log.push(new TextDecoder().decode(keys)),
    leave: () => log.push('LEAVE'),
    help: () => log.push('HELP'),
  })
  for (const piece of ['ab\x01hc', '\x01', '\x01d', '\x01?', '\x01q', 'e\x03\x01x'])
    filter.push(new TextEncoder().encode(piece))
  expect(log).toEqual(['ab', 'HELP', 'c', '\x01', 'd', 'HELP', 'e\x03', 'LEAVE'])
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
