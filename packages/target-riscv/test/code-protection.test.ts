/** Code that was translated, and then lost the right to be fetched: PMP finer than a page, and in another page of a region. */

import { Machine, type Tier } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { expect, test } from 'vitest'
import { riscv64, virt64 } from '../src/index.ts'
import { assembleProgram } from './differential/asm.ts'
import { programElf } from './differential/elf.ts'

const base = 0x80000000

/** Calls a function 1500 times, then locks a PMP entry without X over its end and calls it once more. */
function program(at: number, pmpaddr: number, config: number): Uint8Array {
  const main = assembleProgram(
    64,
    base,
    `
    la t0,@handler
    csrrw zero,mtvec,t0
    li s0,1500
    la s1,0x${at.toString(16)}
    loop:
    jalr ra,0(s1)
    addi s0,s0,-1
    bne s0,zero,@loop
    li t1,${pmpaddr}
    csrrw zero,pmpaddr0,t1
    li t1,${config}
    csrrw zero,pmpcfg0,t1
    jalr ra,0(s1)
    jal zero,@end
    handler:
    csrrs a0,mcause,zero
    csrrs a1,mepc,zero
    end:
    wfi
    jal zero,@end
  `,
  )
  const body = assembleProgram(64, at, 'addi t2,t2,1\n addi t2,t2,1\n addi t2,t2,1\n jalr zero,0(ra)')
  const bytes = new Uint8Array(at - base + body.length)
  bytes.set(main)
  bytes.set(body, at - base)
  return programElf(64, base, bytes)
}

const [locked, readable] = [0x80, 1]
const cases = [
  {
    name: 'inside a page',
    elf: program(0x80001000, 0x80001008 / 4, locked | 0x10 | readable),
    fault: 0x80001008n,
  },
  {
    name: 'the second page',
    elf: program(0x80001ff8, (0x80002000 / 4) | 511, locked | 0x18 | readable),
    fault: 0x80002000n,
  },
]

test.each(cases.flatMap(c => (['oracle', 0, 1] as Tier[]).map(tier => ({ ...c, tier }))))(
  '$name, tier $tier',
  ({ elf, fault, tier }) => {
    const machine = new Machine({
      target: riscv64(),
      board: virt64,
      tier,
      memoryBytes: 1 << 24,
      cpus: 1,
      console: { write: () => {} },
      image: loadElf(elf),
      semihosting: false,
      hotThreshold: 10,
      batch: 1,
    })
    expect(machine.run(300_000)).toBe('idle')
    const register = (name: string): bigint | undefined => {
      const cpu = machine.cpus[0]
      return cpu && machine.target.registers.find(r => r.name === name)?.read(cpu)
    }
    expect(register('mcause')).toBe(1n)
    expect(register('mepc')).toBe(fault)
  },
)
