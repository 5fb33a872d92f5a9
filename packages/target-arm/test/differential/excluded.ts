/** What random streams leave out, each with the reason. */
import type { Insn, Row } from '../../src/isa/thumb/index.ts'

const rows: readonly (readonly [RegExp, string])[] = [
  [/^it$/, 'IT blocks are made as a whole'],
  [/^sev$/, 'nothing to see'],
  [/\.lit/, 'reads the code, which is not where it was when a chunk is looked at alone'],
  [/^adr$|frompc$/, 'the same: the address of the code'],
  [
    /^(str|ldr)ex|^clrex/,
    'STREX without LDREX of the same address: whether it stores is up to the processor',
  ],
]

export const excluded = {
  /** PLDW: QEMU loads the pc; for the manual it is a hint (isa/thumb/README.md). */
  row: (row: Row): boolean => row.name === 'pldw' || rows.some(([sem]) => sem.test(row.sem)),

  /** Operands with which the instruction is UNPREDICTABLE, or that the runtime could not stand. */
  insn(insn: Insn, memory: 'single' | 'list' | undefined, written: ReadonlySet<number>): boolean {
    const { row, rd, rn, rm, ra, imm } = insn
    const { regs } = row
    // The stack pointer must be where exceptions can push to.
    if (written.has(13) && !(memory && rn === 13)) return true
    if (memory === 'list') {
      const core = !row.sem.startsWith('v')
      return (
        (core &&
          ((imm & (1 << 13)) !== 0 ||
            (row.size === 4 && ((imm & (1 << rn)) !== 0 || (imm & (imm - 1)) === 0)) ||
            (rn !== 13 && (imm & (1 << rn)) !== 0 && (imm & ((1 << rn) - 1)) !== 0))) ||
        (rd + imm > 32 && !core)
      )
    }
    if (memory === 'single') {
      const sp = regs.rd === 'r' && rd === 13 // loads would change it, byte stores are UNPREDICTABLE
      const index = regs.rm === 'r' && (rm === 13 || rm === rn)
      const double = regs.ra === 'r' && (ra === 13 || ra === rn || ra === rd)
      return (
        sp ||
        index ||
        double ||
        (regs.rd === 'r' && rd === rn && (regs.ra === 'r' || /[!]|\], /.test(row.args)))
      )
    }
    // Long multiplications: both halves into one register.
    if (regs.rd === 'r' && regs.ra === 'r' && rd === ra) return true
    if (row.sem === 'mrs') return imm === 8 // MSP
    return false
  },
}
