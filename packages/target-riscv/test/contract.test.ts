import type { Machine } from '@guestscope/core'
import { below, bits64, type ContractOptions, type Random, targetContract } from '@guestscope/testkit'
import { describe, test } from 'vitest'
import { riscv32, riscv64, virt32, virt64 } from '../src/index.ts'
import { csrNumbers, decode, type Insn, randomWord, rowsOf, type Xlen } from '../src/isa/index.ts'
import { Flags, Mstatus, S } from '../src/state.ts'
import { assembleProgram } from './differential/asm.ts'

const code = 0x8000_1000n
const handlerAt = 0x8000_2000n
const data = 0x8000_3000n
/** s0, s1, a0 and a1 point to data: the handler sets them, and few instructions write them. */
const pointers = new Set([8, 9, 10, 11])

/**
 * The trap handler: on behind the instruction (four bytes: behind two of two bytes at times), from outside the program
 * somewhere back into it.
 */
const handler = (end: bigint): string => `
  csrrw ra,mscratch,ra
  csrrs ra,mepc,zero
  addi ra,ra,4
  addi a0,zero,1
  slli a0,a0,0x1f
  lui s0,0x1
  add s0,s0,a0
  bltu ra,s0,@outside
  lui s1,0x${((end & 0xfffffn) >> 12n).toString(16)}
  addi s1,s1,${end & 0xfffn}
  add s1,s1,a0
  bltu ra,s1,@inside
outside:
  csrrs ra,minstret,zero
  andi ra,ra,1020
  add ra,ra,s0
inside:
  csrrw zero,mepc,ra
  csrrw ra,mscratch,ra
  lui s0,0x3
  add s0,s0,a0
  lui s1,0x4
  add s1,s1,a0
  addi a0,s1,-4 # accesses across pages
  addi a1,s0,1024
  csrrwi zero,frm,1
  mret`

const bytesOf = (word: number): number[] =>
  [word, word >> 8, word >> 16, word >> 24].map(b => b & 0xff).slice(0, (word & 3) === 3 ? 4 : 2)

/** Waiting for an interrupt that never comes ends a run. */
const rarely = new Set(['system', 'indirect', 'jump'])
/** What programs are better without, mostly: wild accesses, lost pointers, loops for ever. */
function wild({ row, rd, rs1, imm }: Insn): boolean {
  if (row.regs.rd === 'x' && pointers.has(rd)) return true
  if (/\(rs1\)|\(sp\)/.test(row.args)) return !pointers.has(rs1) || row.args.includes('(sp)')
  return row.ending === 'branch' && (imm <= 0 || imm > 64)
}

const csrs = [...csrNumbers.values()]

function options(xlen: Xlen): ContractOptions {
  const rows = rowsOf(xlen).filter(row => row.name !== 'wfi')
  const usual = rows.filter(row => !rarely.has(row.ending ?? ''))
  return {
    target: xlen === 32 ? riscv32() : riscv64(),
    board: xlen === 32 ? virt32 : virt64,
    memoryBytes: 1 << 20,
    // FS off, on and dirty, in M and in U.
    flags: [3, 0].flatMap(mode =>
      [Flags.fsOff, Flags.fsOn, Flags.fsDirty].map(fs => mode | (fs << Flags.fsShift)),
    ),
    random: {
      code,
      instruction: random => {
        const from = random() < 0.95 ? usual : rows
        const row = from[below(random, from.length)]
        if (!row) throw new Error('no rows')
        let word = randomWord(random, xlen, row)
        for (let n = 0; n < 20 && wild(decode(xlen, word) as Insn); n++) word = randomWord(random, xlen, row)
        // A CSR that exists, more often than not.
        const csr = row.ext === 'Zicsr' && random() < 0.8 ? csrs[below(random, csrs.length)] : undefined
        return bytesOf(csr === undefined ? word : (word & 0xfffff) | (csr << 20))
      },
      prepare: (machine: Machine, random: Random, bytes: number) => {
        const cpu = machine.cpus[0]
        if (!cpu) throw new Error('no hart')
        const general = machine.target.registers.filter(r => r.group === 'general' && r.name !== 'pc')
        for (const r of general)
          r.write?.(
            cpu,
            BigInt.asUintN(r.bits, random() < 0.3 ? data + BigInt(below(random, 4096)) : bits64(random)),
          )
        for (let n = 0; n < 32; n++) cpu.set64(S.f + 8 * n, bits64(random))
        const set = (name: string, value: bigint): void =>
          machine.target.registers.find(r => r.name === name)?.write?.(cpu, value)
        set('mtvec', handlerAt)
        set('mstatus', Mstatus.FS & -Mstatus.FS)
        const trap = assembleProgram(xlen, Number(handlerAt), handler(code + BigInt(bytes)))
        machine.memory.bytes.set(trap, machine.memory.linear(handlerAt))
        for (const n of pointers) cpu.set64(S.x + 8 * n, data + 8n * BigInt(n))
      },
    },
  }
}

/** Both widths in the long tests. */
const widths: readonly (32 | 64)[] = process.env.GUESTSCOPE_LONG ? [32, 64] : [64]

describe.each(widths)('RV%i', xlen => {
  for (const { name, skip, run } of targetContract(options(xlen))) test.skipIf(skip)(name, run)
})
