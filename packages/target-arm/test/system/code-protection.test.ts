/** Code that may not be executed any more is not, however it was translated before. */
import { expect, test } from 'vitest'
import { type Contents, halves, machineFor, words } from './machine.ts'

/*
 * Two pages of code that jump to each other, 40 times; then the second page becomes execute-never, and the first goes on:
 *
 *   0x100   movs r4, #40; b.w 0x1000
 *   0x1000  subs r4, #1; beq 0x1012; b.w 0x2000
 *   0x1012  str r2, [r0]; movs r4, #40; b.w 0x1000
 *   0x2000  b.w 0x1000
 */
const program: Contents = [
  [0, words(0x20001000, 0x101, 0x181, 0x181, 0x181)],
  [0x100, halves(0x2428, 0xf000, 0xbf7d)],
  [0x180, halves(0xe7fe)],
  [0x1000, halves(0x3c01, 0xd006, 0xf000, 0xbffc)],
  [0x1012, halves(0x6002, 0x2428, 0xf7ff, 0xbff3)],
  [0x2000, halves(0xf7fe, 0xbffe)],
]

test.each([0, 1, 'oracle'] as const)('tier %s', tier => {
  const machine = machineFor('mps2-an385', program, tier, board => board, 4)
  const [cpu] = machine.cpus
  if (!cpu) throw new Error('no CPU')
  const scs = (offset: number, value: number): void => {
    const place = machine.memory.device(0xe000e000n + BigInt(offset))
    place?.device.write(place.offset, 4, value, 0)
  }
  const set = (name: string, value: bigint): void =>
    machine.target.registers.find(r => r.name === name)?.write?.(cpu, value)
  // Region 0: everything; region 1: the second page, which becomes execute-never.
  scs(0xd9c, 0x10)
  scs(0xda0, 0x0300003f)
  scs(0xd9c, 0x2011)
  scs(0xda0, 0x03000017)
  scs(0xd94, 5)
  set('r0', 0xe000eda0n)
  set('r2', 0x13000017n)
  machine.run(2000)
  expect(cpu.pc).toBe(0x180n)
  const cfsr = machine.memory.device(0xe000ed28n)
  expect(cfsr?.device.read(cfsr.offset, 4, 0)).toBe(1) // IACCVIOL
  expect(machine.readPhysical(0x20001000n - 8n, 4)).toEqual(words(0x2000)) // the stacked pc
  if (tier === 1) expect(machine.engine.tiers[1].functions).toBeGreaterThan(0)
})
