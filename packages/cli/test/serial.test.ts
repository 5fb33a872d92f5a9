/** The console of a run and the terminal of the user. */
import { stripVTControlCharacters } from 'node:util'
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
  const log: string[] = []
  const guest = {
    send: (bytes: Uint8Array | string) => void log.push(new TextDecoder().decode(bytes as Uint8Array)),
    endInput: () => void log.push('END'),
  }
  const all = { choice: 'stdio', expected: undefined, semihosting: false, quiet: false, ...options } as const
  const serial = new Serial(host, all, { found: () => {}, leave: () => {} })
  const listen = (): void => serial.listen(guest)
  const type = (text: string): void => heard.input(new TextEncoder().encode(text))
  return { serial, listen, type, end: () => heard.end(), log, stdout, stderr }
}

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

test.each([
  ['a serial port', {}, true],
  ['semihosting', { choice: 'none', semihosting: true }, true],
  ['nobody', { choice: 'none' }, false],
] as const)('input is for %s', (_, options, open) => {
  const r = rig('stream', false, options)
  expect(r.serial.open).toBe(open)
  r.listen()
  r.type('ab')
  r.end()
  expect(r.log).toEqual(open ? ['ab', 'END'] : [])
  expect(r.serial.open).toBe(false)
})
