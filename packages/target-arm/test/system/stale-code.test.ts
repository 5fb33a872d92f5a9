/** Code that an exception frame overwrites is not executed any more. */
import { expect, test } from 'vitest'
import { type Contents, halves, machineFor, words } from './machine.ts'

/*
 *   0x100       blx r4 (8 times); mov sp, r5; mov r12, r6; svc #0; blx r4; b .
 *   0x180       bx lr                     of SVC
 *   0x20002000  movs r0, #1; bx lr        the frame puts r12 there: movs r0, #2; bx lr
 */
const calls = Array<number>(8).fill(0x47a0)
const program: Contents = [
  [0, words(0x20001000, 0x101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x181)],
  [0x100, halves(...calls, 0x46ad, 0x46b4, 0xdf00, 0x47a0, 0xe7fe)],
  [0x180, halves(0x4770)],
  [0x20002000, halves(0x2001, 0x4770)],
]

// The frame of 32 bytes begins on the page before.
test.each([0, 1, 'oracle'] as const)('a frame that crosses into the page: tier %s', tier => {
  const machine = machineFor('mps2-an385', program, tier, board => board, 2)
  const [cpu] = machine.cpus
  if (!cpu) throw new Error('no CPU')
  const register = (name: string) => machine.target.registers.find(r => r.name === name)
  register('r4')?.write?.(cpu, 0x20002001n)
  register('r5')?.write?.(cpu, 0x20002010n)
  register('r6')?.write?.(cpu, 0x47702002n)
  machine.run(10_000)
  expect(machine.readPhysical(0x20002000n, 4)).toEqual(words(0x47702002))
  expect(register('r0')?.read(cpu)).toBe(2n)
})
