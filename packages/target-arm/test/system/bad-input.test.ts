/** What cannot work: a clear error, or the architected fault, never a crash. */
import { type Board, Discon, ImageError, stopMessage } from '@guestscope/core'
import { PluginHost } from '@guestscope/plugin-host'
import { expect, test } from 'vitest'
import { type Contents, halves, machineFor, words } from './machine.ts'

const stack = 0x20001000
const [udf, loop] = [0xde00, 0xe7fe]

/** Runs; gives what stopped it, the events and where it is. */
function run(contents: Contents, board = 'mps2-an385') {
  const machine = machineFor(board, contents)
  const events: string[] = []
  const host = new PluginHost(machine, { output: () => {}, openOutput: () => ({ write: () => {} }) })
  host.install({
    name: 'log',
    description: '',
    apiVersion: 1,
    install: api => {
      api.onDiscon(Discon.All, ({ from, to, cause }) => {
        events.push(`${from.toString(16)} ${to.toString(16)} ${cause.name}`)
      })
    },
  })
  machine.run(1000)
  return { machine, events, message: machine.stopReason && stopMessage(machine.stopReason) }
}

test('a program where there is no memory', () => {
  expect(() => machineFor('mps2-an385', [[0x30000000, words(0)]])).toThrow(ImageError)
})

test('no memory where the vector table has to be', () => {
  const high = (board: Board): Board => ({
    ...board,
    build: (host, options) => {
      const built = board.build(host, options)
      return { ...built, regions: built.regions.filter(r => r.base === 0x20000000n) }
    },
  })
  const contents: Contents = [[0x20000000, words(stack, 0x20000101)]]
  expect(() => machineFor('mps2-an385', contents, 0, high)).toThrow(
    'no memory at 0x0, where the vector table',
  )
})

test('a reset vector without the Thumb bit: UsageFault INVSTATE, which becomes a HardFault', () => {
  const { events, message, machine } = run([
    [0, words(stack, 0x100, 0x101, 0x105)],
    [0x100, halves(loop, 0, loop)],
  ])
  expect(events).toEqual(['100 104 invalid state, taken as HardFault'])
  expect(message).toBeUndefined()
  expect(machine.cpus[0]?.pc).toBe(0x104n)
})

test('an empty vector table: lockup', () => {
  const { events, message } = run([[0x100, halves(loop)]])
  expect(events).toEqual(['0 0 invalid state, taken as HardFault'])
  expect(message).toContain('locked up at 0x0: invalid state in the HardFault handler')
})

test('a reset vector into nothing', () => {
  const { events } = run([
    [0, words(stack, 0x70000001, 0x101, 0x101)],
    [0x100, halves(loop)],
  ])
  expect(events).toEqual(['70000000 100 instruction bus error, taken as HardFault'])
})

test('a stack pointer in no memory: HardFault all the same', () => {
  const { events } = run([
    [0, words(0x70000000, 0x101, 0x105, 0x105)],
    [0x100, halves(udf, 0, loop)],
  ])
  expect(events).toEqual(['100 104 undefined instruction, taken as HardFault'])
})

test('a fault in the HardFault handler: lockup', () => {
  const { events, message } = run([
    [0, words(stack, 0x101, 0x105, 0x105)],
    [0x100, halves(udf, 0, udf)],
  ])
  expect(events).toHaveLength(1)
  expect(message).toContain(
    'The cortex-m3 locked up at 0x104: undefined instruction in the HardFault handler',
  )
})

test('Armv6-M: every fault is a HardFault', () => {
  const { events } = run(
    [
      [0, words(stack, 0x101, 0x109, 0x109)],
      // movs r0, #1; ldr r0, [r0]
      [0x100, halves(0x2001, 0x6800, 0, 0, loop)],
    ],
    'microbit',
  )
  expect(events).toEqual(['102 108 unaligned access, taken as HardFault'])
})
