import type { Machine } from '@guestscope/core'
import { expect, test } from 'vitest'
import { below, bits64, type ContractOptions, type Random, targetContract } from '../src/index.ts'
import { Toy, toy, toyBoard, toyOps, toyRam, toyTarget } from '../src/toy/toy.ts'

/** Behind the programs: adds 4 to the address at which a trap came, unless that is outside; then back to the start. */
const handlerAt = toyRam + 0x800n

const options: ContractOptions = {
  target: toyTarget,
  board: toyBoard([]),
  memoryBytes: 0x10000,
  random: {
    code: toyRam,
    instruction: random => {
      const op = toyOps[below(random, toyOps.length)] ?? 'addi'
      // Few ends, jumps near, and memory where there is some.
      if (op === 'halt' || op === 'wait' || (op === 'ret' && random() < 0.9))
        return toy('add', below(random, 16), below(random, 16))
      const imm = op === 'bne' ? below(random, 20) - 10 : below(random, 32) * 8 - 128
      return toy(
        op,
        below(random, 16),
        /^(load|store|lb|swap|copy|vload|vload64|vstore)$/.test(op) ? 0x0f : below(random, 16),
        imm,
      )
    },
    prepare: (machine: Machine, random: Random) => {
      const cpu = machine.cpus[0]
      if (!cpu) throw new Error('no cpu')
      for (let n = 1; n < 15; n++) cpu.set64(Toy.R(n), bits64(random))
      for (let at = Toy.V(0); at < Toy.V(4); at += 8) cpu.set64(at, bits64(random))
      cpu.set64(Toy.R(15), toyRam + 0x4000n)
      cpu.set64(Toy.vector, handlerAt)
      // r15 = 0x4000, r14 = 0x1000 + 4 * something, on with the program there
      const code = [
        toy('addi', 15, 0, 64),
        ...Array.from({ length: 8 }, () => toy('add', 15, 15)),
        toy('addi', 14, 0, 64),
        ...Array.from({ length: 6 }, () => toy('add', 14, 14)),
        toy('addi', 13, 13, 36),
        toy('bne', 13, 12, 2),
        toy('addi', 13, 0, 0),
        toy('jr', 0, 14),
      ]
      machine.memory.bytes.set(code.flat(), machine.memory.linear(handlerAt))
    },
  },
}

for (const { name, skip, run } of targetContract(options)) test.skipIf(skip)(name, run)

test('a case that does not exist cannot be skipped', () => {
  expect(() => targetContract({ ...options, skip: [{ reason: 'none', cases: ['bogus'] }] })).toThrow(
    /no case 'bogus'/,
  )
})
test('skipped cases say why', () => {
  const name = 'the state fits into its place'
  const cases = targetContract({ ...options, skip: [{ reason: 'too small', cases: [name] }] })
  expect(cases.filter(c => c.skip)).toMatchObject([{ name, skip: 'too small' }])
})
