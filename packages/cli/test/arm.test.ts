/** Cortex-M on the command line: boards and CPUs, forms of images, what is wrong with them, files by semihosting. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadElf } from '@guestscope/images'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { armGuest, files, type Outcome, runAll } from './harness.ts'

interface Row {
  readonly args: readonly string[]
  readonly input?: string
  readonly status: number
  readonly out?: string
  /** Pieces of what is printed and of what is said. */
  readonly prints?: readonly string[]
  readonly says?: readonly string[]
}

const words = (text: string): string[] =>
  text.split(' ').map(word => word.replace(/^=(\S+)$/, (_, name: string) => armGuest(name)))
const ok = (command: string, out: string): Row => ({ args: words(command), status: 0, out })
const fails = (command: string, status: number, says: readonly string[]): Row => ({
  args: words(command),
  status,
  says,
})

const hello = 'Hello from Cortex-M!\n'
const running: readonly Row[] = [
  ok('run =hello-an385 --semihosting', hello),
  ok('run =hello-an386 --semihosting --board mps2-an386', hello),
  ok('run =hello-an500 --semihosting --board mps2-an500', hello),
  ok('run =hello-lm3s --semihosting --board lm3s6965evb', hello),
  ok('run =hello-microbit --semihosting --board microbit', hello),
  ok('run =hello-an386 --semihosting --cpu cortex-m4', hello),
  ok('run =hello-an385 --semihosting --tier oracle', hello),
  ok('run =hello-an385 --semihosting --cpu cortex-m7 --board mps2-an385', hello),
  ok('run hello.hex --semihosting --board microbit', hello),
  ok('run hello.hex --semihosting --cpu cortex-m0', hello),
  ok('run hello.bin --semihosting --raw 0 --target arm-m', hello),
  { args: words('run =semihosting-exit-an385 --semihosting'), status: 1 },
  { args: words('run =semihosting-microbit --semihosting --board microbit'), status: 42 },
]

const told: readonly Row[] = [
  {
    args: ['list'],
    status: 0,
    prints: [
      'arm-m    Arm M-profile',
      'mps2-an385 ',
      'microbit ',
      '1 CPU, 16K of memory',
      'cortex-m0plus  arm-m: Armv6-M',
    ],
  },
  ok(
    'disas =hello-an385 --start 0x100 --count 2',
    '100:  4812      ldr     r0, [pc, #72]\n102:  4913      ldr     r1, [pc, #76]\n',
  ),
  ok(
    'disas hello.bin --raw 0x2000 --target arm-m --start 0x2100 --count 1',
    '2100:  4812      ldr     r0, [pc, #72]\n',
  ),
  { args: ['disas', files, '--symbol', 'call'], status: 0, prints: ['d4 <call>:\n', 'beab      bkpt '] },
]

// Nothing is run: one paragraph, and nothing on standard output.
const refused: readonly Row[] = [
  fails('run hello.hex', 125, [
    'Intel HEX',
    'hello.hex',
    '--target (riscv64, riscv32, arm-m)',
    '(usage/target)',
  ]),
  fails('run hello.bin', 125, ['hello.bin: ', 'not an ELF file', '--raw ADDRESS', '(image/not-elf)']),
  fails('run hello.bin --raw 0', 125, ['A raw binary', '--board', '(usage/target)']),
  fails('run hello.bin --raw zero', 125, ["'zero'", 'an address', '(usage/option-value)']),
  fails('run =hello-an385 --raw 0', 125, [
    'hello-an385.elf is an ELF file',
    'Leave --raw out',
    '(usage/raw)',
  ]),
  fails('run checksum.hex --board microbit', 125, [
    'checksum.hex: Line 2 ',
    'checksum',
    '(image/hex-checksum)',
  ]),
  fails('run cut.hex --board microbit', 125, ['cut.hex: ', 'truncated', 'end record', '(image/truncated)']),
  fails('run hello.bin --raw 0x10000000 --cpu cortex-m3', 125, [
    '0x10000000',
    'SSRAM1 0x0',
    '(image/outside-memory)',
  ]),
  fails('run hello.bin --raw 0xffffffff --cpu cortex-m3', 125, ['over the end', '(image/segment-address)']),
  fails('run =hello-an385 --target riscv32', 125, ['for Arm', 'riscv32', '(image/machine)']),
  fails('run =hello-an385 --board virt', 125, ["no board 'virt'", 'mps2-an385', '(usage/board)']),
  fails('run =hello-an385 --cpu cortex-m8', 125, ["no CPU 'cortex-m8'", 'cortex-m', '(usage/cpu)']),
  fails('run =hello-an385 --smp 2', 125, ['mps2-an385', '2 CPUs', '(config/cpus)']),
  fails('run =hello-an385 -m 1M', 125, ['mps2-an385', '1048576 bytes', '(config/memory)']),
  fails('run =hello-an385 --semihosting-dir nowhere', 125, ["'nowhere'", 'no such file', '(file/folder)']),
  fails('run =hello-an385 --semihosting-dir hello.bin', 125, [
    "'hello.bin'",
    'it is a file',
    '(file/folder)',
  ]),
]

// The architected fault; with nothing to handle it, lockup.
const faulting: readonly Row[] = [
  fails('run even.bin --raw 0 --target arm-m -p traps,by=cause', 1, [
    'invalid state, taken as HardFault',
    'cortex-m3 locked up at 0x0',
    'CFSR and HFSR',
  ]),
  fails('run nostack.bin --raw 0 --target arm-m -p traps,by=cause', 1, [
    'data bus error, taken as HardFault',
    'locked up',
  ]),
  fails('run hello.bin --raw 0x20000000 --cpu cortex-m3', 1, ['locked up at 0x0']),
]

const using = (
  what: string,
  status: number,
  out = '',
  more: readonly string[] = ['--semihosting-dir', 'box'],
): Row => ({
  args: ['run', files, ...more, '--semihosting-args', what],
  status,
  out,
})
const [noEntry, access, isFolder] = [2, 13, 21]
const filing: readonly Row[] = [
  using('wnew', 0),
  using('anew', 0),
  using('rnew', 0, 'written\nwritten\n'),
  using('wsub/other', 0),
  using('rsub/../sub/other', 0, 'written\n'),
  using('dsub/other', 0),
  using('rsub/other', noEntry),
  using('rnone/other', noEntry),
  using('rsub', isFolder),
  using('r.', isFolder),
  using('r../secret', access),
  using('w../stolen', access),
  using('d../secret', access),
  using('rsub/../../secret', access),
  using('r/etc/passwd', access),
  using('rlink', access),
  using('wlink', access),
  using('dlink', access),
  using('rout/secret', access),
  using('wout/stolen', access),
  using('rpipe', access),
  using('rnew', noEntry, '', ['--semihosting']),
  { ...using('i', 0, 'abc', []), input: 'abc' },
]

let directory = ''
let outcomes: ReadonlyMap<Row, Outcome>
const all = [...running, ...told, ...refused, ...faulting, ...filing]

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'guestscope-arm-'))
  const put = (name: string, data: string | Uint8Array): void => writeFileSync(join(directory, name), data)
  const [code] = loadElf(readFileSync(armGuest('hello-an385'))).segments
  put('hello.bin', code?.bytes ?? '')
  const [small] = loadElf(readFileSync(armGuest('hello-microbit'))).segments
  const hex = hexOf(small?.bytes ?? new Uint8Array())
  put('hello.hex', hex)
  put('cut.hex', hex.slice(0, hex.lastIndexOf(':')))
  put('checksum.hex', hex.replace(/^(.*\n.*)..$/m, '$100'))
  put('even.bin', program(0x20001000, 0x40))
  put('nostack.bin', program(0x90000000, 0x41))
  put('secret', 'secret')
  mkdirSync(join(directory, 'box/sub'), { recursive: true })
  symlinkSync('../secret', join(directory, 'box/link'))
  symlinkSync('..', join(directory, 'box/out'))
  execFileSync('mkfifo', [join(directory, 'box/pipe')])
  const results = runAll(all, directory)
  outcomes = new Map(all.map((one, i) => [one, results[i] as Outcome]))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Intel HEX for address 0. */
function hexOf(bytes: Uint8Array): string {
  const lines = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, i) => {
    const data = bytes.subarray(16 * i, 16 * i + 16)
    const all = [data.length, (16 * i) >> 8, (16 * i) & 0xff, 0, ...data]
    const sum = all.reduce((a, b) => a + b, 0)
    return `:${[...all, -sum & 0xff].map(byte => byte.toString(16).padStart(2, '0')).join('')}\n`
  })
  return `${lines.join('')}:00000001FF\n`
}

/** Stack pointer and reset vector, zeros for the other vectors, and at 0x40: push {lr}; b . */
function program(stack: number, reset: number): Uint8Array {
  const bytes = new Uint8Array(128)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, stack, true)
  view.setUint32(4, reset, true)
  view.setUint32(0x40, 0xe7feb500, true)
  return bytes
}

const title = ({ args }: Row): string => args.map(arg => arg.replace(/^.*\/(?=[^/]+\.elf$)/, '')).join(' ')
const rows = (list: readonly Row[]): [string, Row][] => list.map(one => [title(one), one])

function check(expected: Row): Outcome {
  const outcome = outcomes.get(expected) as Outcome
  for (const text of expected.says ?? []) expect(outcome.stderr).toContain(text)
  for (const text of expected.prints ?? []) expect(outcome.stdout).toContain(text)
  if (expected.out !== undefined) expect(outcome.stdout).toBe(expected.out)
  expect(outcome.status, outcome.stderr).toBe(expected.status)
  return outcome
}

describe('runs', () => {
  test.each(rows(running))('%s', (_, expected) => void check(expected))
})
describe('tells', () => {
  test.each(rows(told))('%s', (_, expected) => void check(expected))
})
describe('refused, in one paragraph', () => {
  test.each(rows(refused))('%s', (_, expected) => {
    const { stdout, stderr } = check(expected)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^guestscope: [^\n]+ \([a-z]+\/[a-z-]+\)\n$/)
  })
})
describe('the architected fault', () => {
  test.each(rows(faulting))('%s', (_, expected) => void check(expected))
})
describe('files by semihosting', () => {
  test.each(rows(filing))('%s', (_, expected) => void check(expected))
  test('nothing outside the folder has been touched', () => {
    expect(readFileSync(join(directory, 'secret'), 'utf8')).toBe('secret')
    expect(() => readFileSync(join(directory, 'stolen'))).toThrow('ENOENT')
  })
})
