import type { Machine } from '@guestscope/core'
import { below, bits64, type ContractOptions, type Random, targetContract } from '@guestscope/core/testing'
import { describe, test } from 'vitest'
import { riscv32, riscv64, virt32, virt64 } from '../src/index.ts'
import { assemble, csrNumbers, randomWord, rowsOf, type Xlen } from '../src/isa/index.ts'
import { Flags, Mstatus, S } from '../src/state.ts'

const code = 0x8000_1000n
const handlerAt = 0x8000_2000n
const data = 0x8000_3000n

/**
 * The trap handler: on behind the instruction (four bytes: into the middle of a compressed pair at times), from outside
 * the program back to its start. Registers of compressed instructions point to data again.
 */
const handler = (end: bigint): string[] => [
  'csrrw ra,mscratch,ra',
  'csrrs ra,mepc,zero',
  'addi ra,ra,4',
  'lui s0,0x80001',
  'bltu ra,s0,0x80002020',
  `lui s1,0x${(end >> 12n).toString(16)}`,
  `addi s1,s1,${end & 0xfffn}`,
  'bltu ra,s1,0x80002024',
  'c.mv ra,s0',
  'c.nop',
  'csrrw zero,mepc,ra',
  'csrrw ra,mscratch,ra',
  'lui s0,0x80003',
  'lui a0,0x80004',
  'addi a0,a0,-4', // accesses across pages
  'c.mv a2,s0',
  'c.mv sp,s0',
  'csrrwi zero,fcsr,1',
  'mret',
]

const bytesOf = (word: number): number[] =>
  (word & 3) === 3
    ? [word, word >> 8, word >> 16, word >> 24].map(b => b & 0xff)
    : [word & 0xff, (word >> 8) & 0xff]

/** Waiting for an interrupt that never comes ends a run. */
const rarely = new Set(['system', 'indirect', 'jump'])

const csrs = [...csrNumbers.values()]

function options(xlen: Xlen): ContractOptions {
  const rows = rowsOf(xlen).filter(row => row.name !== 'wfi')
  const usual = rows.filter(row => !rarely.has(row.flow ?? ''))
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
        const word = randomWord(random, xlen, row)
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
        let at = handlerAt
        for (const text of handler(code + BigInt(bytes))) {
          const encoded = bytesOf(assemble(xlen, text, at))
          machine.memory.bytes.set(encoded, machine.memory.linear(at))
          at += BigInt(encoded.length)
        }
      },
    },
  }
}

describe.each([32, 64] as const)('RV%i', xlen => {
  for (const { name, skip, run } of targetContract(options(xlen))) test.skipIf(skip)(name, run)
})
