/** The console of a run and the terminal of the user. */
import { stripVTControlCharacters } from 'node:util'
import type { Machine } from '@guestscope/core'
import { expect, test } from 'vitest'
import type { Host, Output } from '../src/host/host.ts'
import { Serial, type SerialOptions } from '../src/run/serial.ts'

class Recorded implements Output {
  readonly isTerminal: boolean
  readonly gone = false
  readonly failure = undefined
  readonly midLine = false
  text = ''
  constructor(isTerminal: boolean) {
    this.isTerminal = isTerminal
  }
  beforeWrite = (): void => {}
  write(data: Uint8Array | string): void {
    this.text += typeof data === 'string' ? data : new TextDecoder().decode(data)
  }
  flush(): void {}
  overlay(): void {}
}

function rig(kind: 'terminal' | 'stream', terminal: boolean, options: Partial<SerialOptions> = {}) {
  const [stdout, stderr] = [new Recorded(terminal), new Recorded(terminal)]
  const heard = { input: (_: Uint8Array) => {}, end: () => {} }
  const toUart: string[] = []
  const host = {
    stdout,
    stderr,
    input: {
      kind,
      open: (received: (bytes: Uint8Array) => void, ended: () => void) =>
        Object.assign(heard, { input: received, end: ended }),
      close: () => {},
    },
  } as unknown as Host
  const machine = {
    input: (bytes: Uint8Array) => void toUart.push(new TextDecoder().decode(bytes)),
    cpus: [{ unfinished: undefined as unknown }],
  }
  const all = { choice: 'stdio', expected: undefined, semihosting: false, quiet: false, ...options } as const
  const serial = new Serial(host, all, { found: () => {}, leave: () => {}, changed: () => {} })
  const listen = (): void => serial.listen(machine as unknown as Machine)
  const mayWake = (): boolean => serial.mayWake(machine as unknown as Machine)
  const type = (text: string): void => heard.input(new TextEncoder().encode(text))
  return { serial, listen, mayWake, type, end: () => heard.end(), machine, toUart, stdout, stderr }
}
const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes)

test.each([
  ['on a terminal', 'terminal', true, {}, 'guestscope: Ctrl-A x leaves, Ctrl-A h lists the other keys.\n'],
  ['not where nobody sees it', 'terminal', false, {}, ''],
  ['not for a pipe', 'stream', true, {}, ''],
  ['not with --quiet', 'terminal', true, { quiet: true }, ''],
  ['not where nothing is read', 'terminal', true, { choice: 'none' }, ''],
] as const)('keys are announced once, %s', (_, kind, terminal, options, expected) => {
  const r = rig(kind, terminal, options)
  r.listen()
  r.listen()
  expect(stripVTControlCharacters(r.stderr.text)).toBe(expected)
})

test('semihosting reads the same input once more, in any pieces', () => {
  const r = rig('stream', false, { semihosting: true })
  expect(r.serial.read(1)).toBeUndefined()
  r.listen()
  r.type('ab')
  r.type('')
  r.type('cde')
  expect([2, 2, 1, 9].map(n => text(r.serial.read(n)))).toEqual(['ab', 'cd', 'e', undefined])
  expect(r.toUart.join('')).toBe('abcde')
  r.end()
  expect(r.serial.read(1)).toEqual(new Uint8Array())
})

test('input wakes who waits for it, and ends the wait where it ends', () => {
  const r = rig('stream', false, { semihosting: true, choice: 'none' })
  r.listen()
  expect(r.mayWake()).toBe(false)
  r.machine.cpus = [{ unfinished: { waits: true } }]
  expect(r.mayWake()).toBe(true)
  r.type('a')
  expect([text(r.serial.read(1)), r.toUart]).toEqual(['a', []])
  r.end()
  expect(r.mayWake()).toBe(false)
})
