import { expect, test } from 'vitest'
import { halves, machineFor, words } from './machine.ts'

/** Vectors; at 0x100: ldr r0, =address; loop: ldr r1, [r0]; b loop. A HardFault returns to the instruction. */
const polling = (address: number) =>
  [
    [0, words(0x20001000, 0x101, 0x121, 0x121)],
    [0x100, halves(0x4801, 0x6801, 0xe7fd, 0xbf00)],
    [0x108, words(address)],
    [0x120, halves(0x4770)],
  ] as const

test.each([
  ['microbit', 0x40010100], // the watchdog
  ['mps2-an385', 0x4002800c],
  ['mps2-an386', 0xe0000000], // the trace ports
  ['lm3s6965evb', 0x40028000],
  ['lm3s6965evb', 0x70000000], // a bus fault each time
] as const)('%s: a guest that polls what is not there is told of, once', (board, address) => {
  for (const tier of [0, 1] as const) {
    const told: string[] = []
    const machine = machineFor(
      board,
      polling(address),
      tier,
      b => b,
      10,
      text => told.push(text),
    )
    machine.run(1000)
    expect(told).toEqual([])
    machine.run(50_000)
    expect(told).toEqual([`The guest polls 0x${address.toString(16)}, which this board does not have.`])
  }
})

test('a debugger and what the board has are no polls', () => {
  const told: string[] = []
  const machine = machineFor(
    'microbit',
    polling(0x40008540),
    0,
    b => b,
    10,
    text => told.push(text),
  )
  machine.run(50_000)
  const place = machine.memory.device(0x40010100n)
  for (let i = 0; i < 5000; i++) place?.device.read(place.offset, 4)
  expect(told).toEqual([])
})
