/**
 * An invented guest that is unlike RISC-V and Arm wherever a contract of core is wider than these two need: big-endian code
 * of 1 to 15 bytes, delay slots, a TLB that software fills, vectors, translation flags above bit 12.
 */
import { Head, irFunction } from '@guestscope/codegen'
import {
  type Board,
  type CodeReader,
  type Cpu,
  type DecodedInsn,
  Discon,
  type Target,
} from '@guestscope/core'
import { type Field, fieldBytes, type Row, rows, semantics } from './rows.ts'
import { Cause, Flag, tlbEntries, X } from './state.ts'

/** RAM; its first half is reached untranslated, below `mapped`. */
export const exoticRam = 0x1000n
const mapped = 0x10_0000

const sizeOf = ({ fields }: Row): number => fields.reduce((sum, field) => sum + fieldBytes[field], 1)
const sizes = rows.map(sizeOf)

/** Reads the operand of a field. */
const read: Readonly<Record<Field, (code: CodeReader, at: number) => number>> = {
  d: (code, at) => code.u8(at) & 15,
  s: (code, at) => code.u8(at) & 15,
  vd: (code, at) => code.u8(at) & 7,
  vs: (code, at) => code.u8(at) & 7,
  imm8: (code, at) => (code.u8(at) << 24) >> 24,
  imm16: (code, at) => (code.u16(at) << 16) >> 16,
  imm32: (code, at) => code.u32(at) | 0,
  aux32: (code, at) => code.u32(at) | 0,
  pad: (code, at) => code.u8(at),
}

function decode(code: CodeReader, flags: number): DecodedInsn {
  const op = code.u8(0)
  const row = rows[op]
  const regs: [number, number, number, number] = [X.sink, X.r, 0, X.r]
  let [imm, aux, at] = [0, 0, 1]
  for (const field of row?.fields ?? []) {
    const value = read[field](code, at)
    at += fieldBytes[field]
    if (field === 'd') [regs[0], regs[3]] = [value ? X.r + 8 * value : X.sink, X.r + 8 * value]
    else if (field === 's') regs[1] = X.r + 8 * value
    else if (field === 'vd') regs[0] = regs[3] = X.v + 16 * value
    else if (field === 'vs') regs[1] = X.v + 16 * value
    else if (field === 'aux32') aux = value
    else if (field !== 'pad') imm = value
  }
  const slot = (flags & Flag.slot) !== 0
  return {
    handler: row ? op + (slot ? rows.length : 0) : 2 * rows.length,
    endsBlock: slot || !row || row.ends === 'itself',
    nextState: !slot && row?.ends === 'delayed' ? Flag.slot : 0,
    regs,
    imm,
    aux,
    size: at,
    word: op,
  }
}

const nameOf = (bytes: Uint8Array): string => rows[bytes[0] as number]?.name ?? 'reserved'

const translate = irFunction('exotic.translate', ['i64', 'i32'], 'i64', b => {
  const address = b.vget(0)
  b.if(b.cmp('lt_u', address, b.i64(mapped)), () => b.return(address))
  const page = b.shrU(address, b.i64(12))
  const index = b.resize(b.and(page, b.i64(tlbEntries - 1)), 'i32')
  const entry = b.add(b.shl(index, b.i32(4)), b.i32(X.tlb))
  b.if(b.eq(b.getx(entry, 'i64'), b.add(page, b.i64(1))), () =>
    b.return(b.or(b.getx(b.add(entry, b.i32(8)), 'i64'), b.and(address, b.i64(0xfff)))),
  )
  b.set(Head.trapCause, b.i32(Cause.refill))
  b.set(Head.trapValue, address)
  b.return(b.i64(-1))
})

const bitsOf = (offset: number): 'i64' | 'v128' | 'i32' | undefined => {
  if (offset >= X.v && offset < X.r) return offset % 16 === 0 ? 'v128' : undefined
  if (offset > X.r && offset < X.sink) return offset % 8 === 0 ? 'i64' : undefined
  return offset === X.taken ? 'i32' : offset === X.target || offset === X.branch ? 'i64' : undefined
}

export const exoticTarget: Target = {
  name: 'exotic',
  addressType: 'i64',
  state: {
    size: X.size,
    fixed: { zero: X.r, sink: X.sink },
    promote: bitsOf,
    tlbModes: 1,
  },
  bigEndianCode: true,
  semantics,
  decode,
  disassemble: (_insn, _pc, bytes) => [nameOf(bytes), ...bytes.subarray(1)].join(' '),
  describe: (_insn, bytes) => {
    const row = rows[bytes[0] as number]
    if (!row) return { mnemonic: 'undefined', group: '', kind: 'undefined', flow: 'trap' }
    return { mnemonic: row.name, group: 'exotic', kind: 'integer', flow: row.flow ?? 'next' }
  },
  privilege: () => ({ level: 1, name: 'exotic' }),
  functions: { translate, others: [] },
  enterTrap(b, cause, value) {
    // What faults in a delay slot begins again at its branch.
    const inSlot = b.and(b.get(Head.flags, 'i32'), b.i32(Flag.slot))
    b.set(X.epc, b.select(inSlot, b.get(X.branch, 'i64'), b.get(Head.pc, 'i64')))
    b.set(Head.flags, b.i32(0))
    b.set(X.cause, b.resize(cause, 'i64'))
    b.set(X.bad, value)
    b.set(X.line, b.i64(0))
    b.set(Head.pc, b.get(X.vector, 'i64'))
  },
  host: [],
  registers: Array.from({ length: 16 }, (_, n) => ({
    name: `r${n}`,
    group: 'general',
    bits: 64,
    read: (cpu: Cpu) => cpu.get64(X.r + 8 * n),
    ...(n > 0 && { write: (cpu: Cpu, value: bigint) => cpu.set64(X.r + 8 * n, value) }),
  })),
  causeType: (b, cause) =>
    b.select(b.eq(cause, b.i32(Cause.interrupt)), b.i32(Discon.Interrupt), b.i32(Discon.Exception)),
  cause: cause => ({
    type: cause === Cause.interrupt ? Discon.Interrupt : Discon.Exception,
    name: `cause${cause}`,
  }),
  reset: () => {},
  setLine: (cpu, _line, level) => {
    cpu.set64(X.line, level ? 1n : 0n)
    if (level) cpu.request()
  },
  busError: access => Cause.bus + access,
  fixedMapping: () => false,
  // Never between a branch and its delay slot.
  pendingInterrupt: cpu =>
    cpu.get64(X.line) && !(cpu.get32(Head.flags) & Flag.slot) ? Cause.interrupt : undefined,
  wakes: cpu => cpu.get64(X.line) !== 0n,
  handleExit: cpu => cpu.machine.exit(Number(cpu.get64(X.r + 8) & 0xffn)),
  flags: cpu => cpu.get32(Head.flags),
}

/** Encodes an instruction; operands in the order of its fields, padding left out. */
export function exotic(name: string, ...operands: number[]): number[] {
  const op = rows.findIndex(row => row.name === name)
  const row = rows[op]
  if (!row) throw new Error(`no instruction ${name}`)
  const bytes = [op]
  const rest = [...operands]
  for (const field of row.fields) {
    const value = field === 'pad' ? 0 : (rest.shift() ?? 0)
    for (let left = fieldBytes[field]; left > 0; left--) bytes.push((value >> (8 * (left - 1))) & 0xff)
  }
  return bytes
}

/** Bytes of each instruction. */
export const exoticSizes: ReadonlyMap<string, number> = new Map(
  rows.map((row, i) => [row.name, sizes[i] as number]),
)

/** RAM alone. */
export const exoticBoard = (code: readonly number[]): Board => ({
  name: 'exotic',
  description: 'RAM at 0x1000',
  target: 'exotic',
  maxCpus: 4,
  defaultMemory: 0x20000,
  build: () => ({
    regions: [{ name: 'ram', base: exoticRam, size: 0x20000 }],
    devices: [],
    contents: [{ base: exoticRam, bytes: Uint8Array.from(code) }],
    resetPc: exoticRam,
    input: () => {},
  }),
})
