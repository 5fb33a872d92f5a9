/**
 * Capstone 5 as a second opinion on the disassembler. How its text differs from ours stands here alone: the
 * aliases it cannot be told to leave out, the spelling of operands, and what it does not know.
 */

import load from '@alexaltea/capstone-js'
import { csrNumbers, type Insn, type Xlen } from '../../src/isa/index.ts'

/** Capstone's text of an instruction, in our terms; undefined: it does not know the word. */
export async function openCapstone(xlen: Xlen): Promise<(insn: Insn) => string | undefined> {
  const capstone = await load()
  const mode = xlen === 32 ? capstone.MODE_RISCV32 : capstone.MODE_RISCV64
  const disassembler = new capstone.Capstone(capstone.ARCH_RISCV, mode | capstone.MODE_RISCVC)
  return insn => {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setUint32(0, insn.word, true)
    try {
      const [found] = disassembler.disasm(bytes.subarray(0, insn.size), 0)
      return found && unalias(`${found.mnemonic} ${found.op_str.replaceAll(', ', ',')}`.trim())
    } catch {
      return undefined
    }
  }
}

/** ustatus … uip, sedeleg and sideleg; pmpaddr13 and 14; dscratch0. */
const badCsrs = [0, 4, 5, 0x40, 0x41, 0x42, 0x43, 0x44, 0x102, 0x103, 0x3bd, 0x3be, 0x7b2]

const itsExtensions = ['I', 'M', 'A', 'F', 'D', 'C', 'Zcf', 'Zcd', 'Zicsr', 'Zifencei', 'Machine', 'S']

/** What is not compared, and why. */
export const skip: readonly { reason: string; cases: (insn: Insn) => boolean }[] = [
  { reason: 'Capstone 5 has no other extensions', cases: ({ row }) => !itsExtensions.includes(row.ext) },
  {
    reason: 'Capstone decodes conversions that are always exact with rounding mode 0 only',
    cases: ({ row, aux }) => row.args.endsWith('rmExact') && aux !== 0,
  },
  {
    reason: 'Capstone has CSRs of the withdrawn N extension, swaps two of PMP, has one of a debug draft',
    cases: ({ row, imm }) => row.ext === 'Zicsr' && badCsrs.includes(imm),
  },
  {
    reason: 'Capstone refuses these hints',
    cases: ({ row, rd }) => ['c.add', 'c.li', 'c.lui', 'c.mv', 'c.slli'].includes(row.name) && rd === 0,
  },
  {
    reason: 'Capstone refuses or shortens c.nop with an immediate',
    cases: ({ row, imm }) => row.name === 'c.nop' && imm !== 0,
  },
]

/** Numbers in one spelling: Capstone writes small ones in decimal, targets as offsets, some CSRs unnamed. */
export function sameSpelling(text: string, xlen: Xlen): string {
  const [name = '', ...rest] = text.split(' ')
  const args = rest.join(' ').replace(/-?\b(0x[0-9a-f]+|\d+)\b/g, number => {
    const magnitude = BigInt(number.replace('-', ''))
    return String(BigInt.asIntN(xlen, number.startsWith('-') ? -magnitude : magnitude))
  })
  if (!name.startsWith('csr')) return `${name} ${args}`.trim()
  return `${name} ${args.replace(/(?<=,)\w+/, csr => String(csrNumbers.get(csr) ?? csr))}`
}

/** Capstone's pseudo-instruction, and what it stands for. */
const aliases: readonly (readonly [alias: string, base: string])[] = [
  ['nop', 'addi zero,zero,0'],
  ['li A,B', 'addi A,zero,B'],
  ['mv A,B', 'addi A,B,0'],
  ['not A,B', 'xori A,B,-1'],
  ['neg A,B', 'sub A,zero,B'],
  ['negw A,B', 'subw A,zero,B'],
  ['sext.w A,B', 'addiw A,B,0'],
  ['seqz A,B', 'sltiu A,B,1'],
  ['snez A,B', 'sltu A,zero,B'],
  ['sltz A,B', 'slt A,B,zero'],
  ['sgtz A,B', 'slt A,zero,B'],
  ['beqz A,B', 'beq A,zero,B'],
  ['bnez A,B', 'bne A,zero,B'],
  ['blez A,B', 'bge zero,A,B'],
  ['bgez A,B', 'bge A,zero,B'],
  ['bltz A,B', 'blt A,zero,B'],
  ['bgtz A,B', 'blt zero,A,B'],
  ['j A', 'jal zero,A'],
  ['jal A', 'jal ra,A'],
  ['ret', 'jalr zero,0(ra)'],
  ['jr A', 'jalr zero,0(A)'],
  ['jalr A', 'jalr ra,0(A)'],
  ['jalr A,B', 'jalr ra,B(A)'],
  ['jalr A,B,C', 'jalr A,C(B)'],
  ['csrr A,B', 'csrrs A,B,zero'],
  ['csrw A,B', 'csrrw zero,A,B'],
  ['csrs A,B', 'csrrs zero,A,B'],
  ['csrc A,B', 'csrrc zero,A,B'],
  ['csrwi A,B', 'csrrwi zero,A,B'],
  ['csrsi A,B', 'csrrsi zero,A,B'],
  ['csrci A,B', 'csrrci zero,A,B'],
  ['frcsr A', 'csrrs A,fcsr,zero'],
  ['frrm A', 'csrrs A,frm,zero'],
  ['frflags A', 'csrrs A,fflags,zero'],
  ['fscsr A', 'csrrw zero,fcsr,A'],
  ['fsrm A', 'csrrw zero,frm,A'],
  ['fsflags A', 'csrrw zero,fflags,A'],
  ['fscsr A,B', 'csrrw A,fcsr,B'],
  ['fsrm A,B', 'csrrw A,frm,B'],
  ['fsflags A,B', 'csrrw A,fflags,B'],
  ['fsrmi A', 'csrrwi zero,frm,A'],
  ['fsflagsi A', 'csrrwi zero,fflags,A'],
  ['fsrmi A,B', 'csrrwi A,frm,B'],
  ['fsflagsi A,B', 'csrrwi A,fflags,B'],
  ['rdcycle A', 'csrrs A,cycle,zero'],
  ['rdtime A', 'csrrs A,time,zero'],
  ['rdinstret A', 'csrrs A,instret,zero'],
  ['rdcycleh A', 'csrrs A,cycleh,zero'],
  ['rdtimeh A', 'csrrs A,timeh,zero'],
  ['rdinstreth A', 'csrrs A,instreth,zero'],
  ['fmv.s A,B', 'fsgnj.s A,B,B'],
  ['fneg.s A,B', 'fsgnjn.s A,B,B'],
  ['fabs.s A,B', 'fsgnjx.s A,B,B'],
  ['fmv.d A,B', 'fsgnj.d A,B,B'],
  ['fneg.d A,B', 'fsgnjn.d A,B,B'],
  ['fabs.d A,B', 'fsgnjx.d A,B,B'],
  ['fence', 'fence iorw,iorw'],
  ['sfence.vma', 'sfence.vma zero,zero'],
  ['sfence.vma A', 'sfence.vma A,zero'],
]

function unalias(text: string): string {
  // An empty set of accesses.
  const known = text.replaceAll('unknown', '0')
  const [name = '', list = ''] = known.split(' ')
  const args = list === '' ? [] : list.split(',')
  const letters = ['A', 'B', 'C'].slice(0, args.length)
  const found = aliases.find(([alias]) => alias === `${name} ${letters}`.trim())
  if (found === undefined) return known
  return found[1].replaceAll(/[ABC]/g, letter => args[letters.indexOf(letter)] ?? '')
}
