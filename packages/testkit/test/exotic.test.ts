/** The exotic guest: the same results in every tier, and what it is there for. */

import { Machine, type Tier } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { bare } from '../src/bare.ts'
import { rows } from '../src/exotic/rows.ts'
import { X } from '../src/exotic/state.ts'
import { exotic, exoticBoard, exoticRam, exoticSizes, exoticTarget } from '../src/exotic/target.ts'
import { below, bits32, bits64, type ContractOptions, type Random, targetContract } from '../src/index.ts'

const reg = (n: number): number => X.r + 8 * n
const handlerAt = exoticRam + 0x1800n

/** The handler of random programs: fills the TLB for a refill, else goes on behind what trapped; most of it is padding. */
const handler = [
  ...exotic('mfe', 14, 0),
  ...exotic('addi', 13, 14, 0),
  ...exotic('tlbw', 12, 13), // r12: a physical page
  ...exotic('mfe', 14, 1),
  ...exotic('addi', 11, 11, 1),
  ...exotic('beq', 11, 10, 11), // enough: back to the start
  ...exotic('nop'),
  ...exotic('addi', 14, 14, 1),
  ...exotic('mte', 14),
  ...exotic('eret'),
  ...exotic('li', 14, Number(exoticRam)),
  ...exotic('li', 11, 0),
  ...exotic('mte', 14),
  ...exotic('eret'),
]

const options: ContractOptions = {
  target: exoticTarget,
  board: exoticBoard([]),
  memoryBytes: 0x20000,
  flags: [0, 0x100000],
  random: {
    code: exoticRam,
    instruction: random => {
      const row = rows[below(random, rows.length)]
      if (!row || ['halt', 'wait', 'eret', 'mte'].includes(row.name)) return exotic('nop')
      const operand = (field: string): number => {
        if (field === 'imm16' && row.ends) return below(random, 40) - 16
        if (field.startsWith('imm')) return row.name === 'li' ? bits32(random) : below(random, 31) * 8 - 120
        return field === 's' && /ld|st/.test(row.name) ? 8 + below(random, 2) : below(random, 11)
      }
      return exotic(row.name, ...row.fields.filter(f => f !== 'pad').map(operand))
    },
    prepare: (machine: Machine, random: Random) => {
      const [cpu] = machine.cpus
      if (!cpu) throw new Error('no cpu')
      for (let n = 1; n < 16; n++) cpu.set64(reg(n), bits64(random))
      for (let n = 0; n < 16; n++) cpu.set64(X.v + 8 * n, bits64(random))
      cpu.set64(reg(8), exoticRam + 0x4000n)
      cpu.set64(reg(9), 0x20_0ffcn) // translated, and over the end of a page
      cpu.set64(reg(10), 30n)
      cpu.set64(reg(11), 0n)
      cpu.set64(reg(12), exoticRam + 0x5000n)
      cpu.set64(X.vector, handlerAt)
      machine.memory.bytes.set(handler, machine.memory.linear(handlerAt))
    },
  },
}

describe('contract', () => {
  for (const { name, skip, run } of targetContract(options)) test.skipIf(skip)(name, run)
})

const tiers: readonly (readonly [string, Tier, number])[] = [
  ['oracle', 'oracle', 0],
  ['tier 0', 0, 0],
  ['tier 1', 1, 3],
]

describe.each(tiers)('%s', (_, tier, hotThreshold) => {
  const run = (...code: number[][]): Machine => {
    const machine = new Machine({
      target: exoticTarget,
      board: exoticBoard(code.flat()),
      tier,
      hotThreshold,
      memoryBytes: 0x20000,
      cpus: 1,
      ...bare,
    })
    const [cpu] = machine.cpus
    cpu?.set64(X.vector, exoticRam + 0x400n)
    while (machine.run(1000) === 'running' && machine.executed < 100_000);
    return machine
  }
  const value = (machine: Machine, n: number): bigint => machine.cpus[0]?.get64(reg(n)) ?? -1n

  test('instructions of 1 to 15 bytes, big-endian', () => {
    expect([...new Set(exoticSizes.values())].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 15])
    const machine = run(
      exotic('long', 2, 0x11223344, 0x55667788),
      exotic('li', 1, 0x01020304),
      exotic('nop'),
      exotic('halt'),
    )
    expect(value(machine, 2).toString(16)).toBe('5566778811223344')
    expect(machine.stopReason).toEqual({ kind: 'exit', status: 4 })
    expect(machine.executed).toBe(4)
  })

  test('a loop with a delay slot: the slot runs each time, also the last', () => {
    const machine = run(
      exotic('li', 2, 100),
      exotic('addi', 3, 3, 1), // the loop
      exotic('beq', 3, 2, 5 + 5 + 5), // out
      exotic('addi', 4, 4, 1),
      exotic('beq', 0, 0, -5 - 5 - 5 - 5),
      exotic('addi', 5, 5, 1),
      exotic('halt'),
    )
    expect([3, 4, 5].map(n => value(machine, n))).toEqual([100n, 100n, 99n])
    expect(machine.executed).toBe(1 + 3 * 100 + 2 * 99 + 1)
  })

  test('a call and its return', () => {
    const machine = run(
      exotic('jal', 15, 2 + 4 - 4 + 0), // over the halt
      exotic('nop'),
      exotic('halt'),
      exotic('jr', 15),
      exotic('nop'),
    )
    expect(machine.stopReason).toEqual({ kind: 'exit', status: 0 })
    expect(machine.executed).toBe(5)
  })

  test('a TLB that software fills: a miss in a delay slot begins again at the branch', () => {
    const code = [
      exotic('li', 8, 0x20_0010),
      exotic('li', 12, 0x5000),
      exotic('li', 1, 7),
      exotic('beq', 0, 0, 4),
      exotic('st', 1, 8, 0),
      exotic('ld', 2, 8, 0),
      exotic('halt'),
    ]
    const padding = new Array(0x400 - code.flat().length).fill(0)
    const refill = [exotic('mfe', 14, 0), exotic('tlbw', 12, 14), exotic('addi', 6, 6, 1), exotic('eret')]
    const machine = run(...code, padding, ...refill)
    expect(machine.stopReason).toEqual({ kind: 'exit', status: 7 })
    expect([value(machine, 2), value(machine, 6)]).toEqual([7n, 1n])
    expect(machine.readPhysical(0x5010n, 1)?.[0]).toBe(7)
  })

  test('vectors: loads, arithmetic, stores over the end of a page', () => {
    const machine = run(
      exotic('li', 8, 0x2ff8),
      exotic('li', 2, 0x0102_03ff),
      exotic('st', 2, 8, 0),
      exotic('vld', 1, 8, -8),
      exotic('vadd', 2, 1),
      exotic('vadd', 2, 1),
      exotic('vsat', 2, 1),
      exotic('vst', 2, 8, 0), // bytes 0x2ff8 … 0x3007
      exotic('ld', 3, 8, 8),
      exotic('halt'),
    )
    expect(value(machine, 3).toString(16)).toBe('3060aff')
    expect(machine.readPhysical(0x2ff8n, 16)?.[0]).toBe(0)
  })
})
