/** Exceptions that come again and again: without an instruction between, or with, or with sleep. */
import { describe, expect, test } from 'vitest'
import { type Contents, halves, machineFor, words } from './machine.ts'

const [nop, wait, returns, undefinedCode, call, back, bkpt] = [
  0xbf00, 0xbf30, 0x4770, 0xde00, 0xdf00, 0xe7fd, 0xbeab,
]
/** Vectors: everything goes to one handler at 0x200, which returns; the program begins at 0x100. */
const program = (...code: readonly Uint8Array[]): Contents => [
  [0, words(0x20001000, 0x101, ...new Array<number>(14).fill(0x201))],
  ...code.map((bytes, i) => [0x100 + 0x20 * i, bytes] as const),
  [0x200, halves(nop, returns)],
]
/** SysTick every 100 cycles, SCR.SLEEPONEXIT, then wfi in a loop. */
const sleepOnExit = program(
  halves(0x4807, 0x4908, 0x6041, 0x2107, 0x6001, 0x4807, 0x2102, 0x6001, wait, back),
  words(0xe000e010, 99, 0xe000ed10),
)

const cases: readonly (readonly [name: string, Contents, says: RegExp | undefined])[] = [
  [
    'a fault whose handler returns to it',
    program(halves(nop, undefinedCode, nop)),
    /^CPU 0 gets nowhere: .* at 0x102, again/,
  ],
  ['busy calls', program(halves(nop, call, back)), undefined],
  ['interrupts alone, asleep between them', sleepOnExit, undefined],
]

describe.each([0, 1] as const)('tier %i', tier => {
  test.each(cases)('%s', (_, contents, says) => {
    const machine = machineFor('mps2-an385', contents, tier)
    machine.run(50_000)
    if (says === undefined) expect(machine.storm).toBeUndefined()
    else expect(machine.storm).toMatch(says)
  })
})

test('semihosting calls that are not served are told of, once', () => {
  const notices: string[] = []
  const board = machineFor('mps2-an385', program(halves(bkpt)), 0, undefined, undefined, text =>
    notices.push(text),
  )
  board.run(1000)
  expect(notices).toEqual([expect.stringContaining('with `semihosting`')])
})
