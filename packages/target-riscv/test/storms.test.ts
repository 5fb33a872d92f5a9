/** A hart that gets nowhere is told from one that calls its supervisor, or is interrupted, again and again. */

import { Machine } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { describe, expect, test } from 'vitest'
import { riscv32, riscv64, virt32, virt64 } from '../src/index.ts'
import { assembleProgram } from './differential/asm.ts'
import { programElf } from './differential/elf.ts'

const base = 0x80000000
const handled = 'la t0,@handler\n csrrw zero,mtvec,t0\n'
const skipping = 'handler:\n csrrs t0,mepc,zero\n addi t0,t0,4\n csrrw zero,mepc,t0\n mret\n'
const timer = 'li t0,128\n csrrw zero,mie,t0\n csrrsi zero,mstatus,8\n'

interface Case {
  readonly name: string
  readonly source: string
  readonly cpus?: number
  readonly semihosting?: boolean
  /** What is said; absent: nothing. */
  readonly says?: RegExp
}

const cases: readonly Case[] = [
  {
    name: 'no handler: the vector is 0, and nothing is there',
    source: 'ecall',
    says: /^CPU 0 gets nowhere: instruction access fault at 0x0, again/,
  },
  {
    name: 'a handler that returns to the instruction that trapped',
    source: `${handled} ecall\n handler:\n csrrs t0,mepc,zero\n mret`,
    says: /environment call from M-mode at 0x8000000c, again/,
  },
  {
    name: 'a handler that traps itself',
    source: `${handled} ecall\n handler:\n li t0,50\n loop:\n addi t0,t0,-1\n bne t0,zero,@loop\n ebreak`,
    says: /breakpoint at 0x80000020, again/,
  },
  {
    name: 'an interrupt that nobody takes away',
    source: `${handled} ${timer} loop:\n addi t1,t1,1\n jal zero,@loop\n handler:\n mret`,
    says: /machine timer interrupt at 0x8000001c, again and again; it comes back as soon as its handler returns/,
  },
  {
    name: 'the same on the second of two harts',
    source: `csrrs s0,mhartid,zero\n busy:\n beq s0,zero,@busy\n ${handled} ${timer} loop:\n jal zero,@loop\n handler:\n mret`,
    cpus: 2,
    says: /^CPU 1 gets nowhere: machine timer interrupt/,
  },
  {
    name: 'busy calls out of M-mode',
    source: `${handled} loop:\n addi a0,a0,1\n ecall\n jal zero,@loop\n ${skipping}`,
  },
  {
    name: 'busy calls out of U-mode, nothing else changing',
    source: `${handled} li t0,-1\n csrrw zero,pmpaddr0,t0\n li t0,31\n csrrw zero,pmpcfg0,t0\n
      la t0,@user\n csrrw zero,mepc,t0\n mret\n user:\n ecall\n jal zero,@user\n ${skipping}`,
  },
  {
    name: 'a timer that is due again at once, but for a few instructions',
    source: `${handled} ${timer} loop:\n jal zero,@loop\n handler:\n li t1,0x200bff8\n lw t2,0(t1)\n addi t2,t2,1
      li t1,0x2004000\n sw t2,0(t1)\n sw zero,4(t1)\n mret`,
  },
  {
    name: 'a fault that is mended and tried again',
    source: `${handled} la s1,@loop\n loop:\n lw t1,0(s0)\n addi s0,zero,0\n jal zero,@loop\n handler:\n addi s0,s1,0\n mret`,
  },
  {
    name: 'busy host calls',
    source: `li a0,0x10\n addi zero,zero,0\n loop:\n slli zero,zero,0x1f\n ebreak\n srai zero,zero,0x7\n jal zero,@loop`,
    semihosting: true,
  },
]

function run(
  { source, cpus = 1, semihosting = false }: Case,
  xlen: 32 | 64,
  tier: 0 | 1,
  instructions: number,
): { storm: string | undefined; notices: string[] } {
  const notices: string[] = []
  const machine = new Machine({
    target: xlen === 32 ? riscv32() : riscv64(),
    board: xlen === 32 ? virt32 : virt64,
    tier,
    memoryBytes: 16 << 20,
    cpus,
    console: { write: () => {} },
    image: loadElf(programElf(xlen, base, assembleProgram(xlen, base, source))),
    semihosting,
    // What it polls is told of, too, and no storm.
    notice: text => text.startsWith('The guest polls') || notices.push(text),
  })
  while (machine.executed < instructions && machine.run(Math.min(instructions, 500_000)) === 'running');
  return { storm: machine.storm, notices }
}

describe.each([
  [64, 0],
  [64, 1],
  [32, 1],
] as const)('RV%i, tier %i', (xlen, tier) => {
  test.each(cases.map(c => [c.name, c] as const))('%s', (_, one) => {
    const { storm, notices } = run(one, xlen, tier, 50_000)
    if (one.says === undefined) expect(storm).toBeUndefined()
    else expect(storm).toMatch(one.says)
    expect(notices).toEqual([])
  })
})

test('what lasts 10^8 instructions is said, once', () => {
  const source = `${handled} ecall\n handler:\n li t0,2000\n loop:\n addi t0,t0,-1\n bne t0,zero,@loop\n ebreak`
  const { storm, notices } = run({ name: '', source }, 64, 1, 160e6)
  expect(storm).toMatch(/breakpoint at/)
  expect(notices).toEqual([storm])
})

test('semihosting calls that are not served are told of, once; a breakpoint is none', () => {
  const call = 'slli zero,zero,0x1f\n ebreak\n srai zero,zero,0x7\n'
  const source = (what: string): string => `${handled} ${what} ${what} end:\n jal zero,@end\n ${skipping}`
  expect(run({ name: '', source: source(call) }, 64, 0, 1000).notices).toEqual([
    expect.stringContaining('with `semihosting`'),
  ])
  expect(run({ name: '', source: source('ebreak\n') }, 64, 0, 1000).notices).toEqual([])
  expect(run({ name: '', source: source(call), semihosting: true }, 64, 0, 1000).notices).toEqual([])
})
