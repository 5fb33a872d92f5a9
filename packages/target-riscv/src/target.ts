/** The RISC-V targets: what core needs to know of RV32GC and RV64GC. */
import { Head, type IrFunction } from '@guestscope/codegen'
import type { CodeReader, DecodedInsn, InsnDescription, Privilege, Semantics, Target } from '@guestscope/core'
import { cause, causeType } from './causes.ts'
import { flowOf } from './flow.ts'
import { decode, disassemble, type File, type Insn, kindOf, lengthOf, type Xlen } from './isa/index.ts'
import { accessFault, createTranslate, mmuFunctions } from './mmu.ts'
import { pmpFunctions } from './pmp.ts'
import { createRegisters } from './registers.ts'
import { semihosting, unserved } from './semihosting.ts'
import { Flags, S, stateSize, TlbMode } from './state.ts'
import { createSysregs } from './sysregs/index.ts'
import { floatFunctions } from './translate/float-functions.ts'
import { floatHost } from './translate/float-host.ts'
import { chapters } from './translate/index.ts'
import { illegalName, semihostName, unservedName } from './translate/priv.ts'
import { createEnterTrap, Priv, pendingInterrupt, reset, setLine, trapFunctions, wakes } from './trap.ts'

/** The instructions around an ebreak that make it a semihosting call: slli x0, x0, 31 and srai x0, x0, 7. */
const [before, after] = [0x01f01013, 0x40705013]
const pageSize = 4096
const ebreak = 0x00100073
/** Entries, a power of two. */
const decodeCache = 1 << 14

/** Number of each semantics by name. */
type Handlers = ReadonlyMap<string, number>

/** Is the ebreak here a semihosting call? All three instructions lie in one page. Not in U-mode, as in QEMU. */
function isSemihosting(code: CodeReader, flags: number): boolean {
  if ((flags & Flags.privMask) === Priv.U) return false
  if (code.inPage < 4 || code.inPage > pageSize - 8) return false
  const word = (offset: number): number => code.u16(offset) | (code.u16(offset + 2) << 16)
  return word(-4) === before && word(4) === after
}

/** State offset of a register operand; writes to x0 go to the sink. */
function offsetOf(file: File | null, n: number, isRd: boolean): number {
  if (file === null) return 0
  if (file === 'f') return S.f + 8 * n
  return isRd && n === 0 ? S.sink : S.x + 8 * n
}

const endsBlock = (insn: Insn): boolean => insn.row.ending !== undefined

function decoder(xlen: Xlen, handlers: Handlers): Target['decode'] {
  const number = (name: string): number => {
    const found = handlers.get(name)
    if (found === undefined) throw new Error(`riscv: no semantics for ${name}`)
    return found
  }
  const [illegal, serves, ignores] = [number(illegalName), number(semihostName), number(unservedName)]
  const decodeWord = (word: number, size: number): DecodedInsn => {
    const insn = decode(xlen, word)
    if (!insn) return { handler: illegal, endsBlock: true, regs: [0, 0, 0, 0], imm: 0, aux: 0, size, word }
    const { row } = insn
    return {
      handler: number(row.sem),
      endsBlock: endsBlock(insn),
      regs: [
        offsetOf(row.regs.rd, insn.rd, true),
        offsetOf(row.regs.rs1, insn.rs1, false),
        offsetOf(row.regs.rs2, insn.rs2, false),
        offsetOf(row.regs.rs3, insn.rs3, false),
      ],
      imm: insn.imm,
      aux: insn.aux,
      size,
      word: insn.word | 0,
    }
  }
  // What was decoded lately, by a hash of the word: programs repeat themselves.
  const known: { readonly word: number; readonly insn: DecodedInsn }[] = []
  return (code, flags): DecodedInsn => {
    const low = code.u16(0)
    const size = lengthOf(low)
    const word = size === 2 ? low : low | (code.u16(2) << 16)
    if (word === ebreak && isSemihosting(code, flags))
      return { ...decodeWord(word, size), handler: flags & Flags.semihosting ? serves : ignores }
    const slot = (word ^ (word >>> 13)) & (decodeCache - 1)
    let found = known[slot]
    if (found?.word !== word) {
      found = { word, insn: decodeWord(word, size) }
      known[slot] = found
    }
    return found.insn
  }
}

function text(xlen: Xlen, insn: DecodedInsn, pc: bigint): string {
  const known = decode(xlen, insn.word)
  if (known) return disassemble(known, pc, xlen)
  const bits = (insn.size === 2 ? insn.word & 0xffff : insn.word >>> 0)
    .toString(16)
    .padStart(2 * insn.size, '0')
  return insn.size === 2 ? `.2byte 0x${bits}` : `.4byte 0x${bits}`
}

function describe(xlen: Xlen, insn: DecodedInsn): InsnDescription {
  const known = decode(xlen, insn.word)
  if (known === undefined) return { mnemonic: 'undefined', group: '', kind: 'undefined', flow: 'trap' }
  const { row } = known
  return { mnemonic: row.name, group: row.ext, kind: kindOf(row), flow: flowOf(known) }
}

/** Registers that regions keep in locals: x1 … x31, f0 … f31, fflags, frm. */
function promoter(xlen: Xlen): Target['state']['promote'] {
  const x = xlen === 32 ? 'i32' : 'i64'
  return offset => {
    if (offset > S.x && offset < S.x + 256) return x
    if (offset >= S.f && offset < S.f + 256) return 'i64'
    return offset === S.fflags || offset === S.frm ? 'i32' : undefined
  }
}

/** By the value of `S.priv`. */
const privileges: Readonly<Record<number, Privilege>> = {
  [Priv.U]: { level: Priv.U, name: 'U' },
  [Priv.S]: { level: Priv.S, name: 'S' },
  [Priv.M]: { level: Priv.M, name: 'M' },
}

/** Makes the target for one base. */
export function createRiscvTarget(xlen: Xlen): Target {
  const sysregs = createSysregs(xlen)
  const semantics: readonly Semantics[] = chapters(xlen, sysregs)
  const handlers: Handlers = new Map(semantics.map((s, i) => [s.name, i]))
  const system: readonly IrFunction[] = [...mmuFunctions, ...pmpFunctions, ...trapFunctions, ...sysregs.all]
  return {
    name: `riscv${xlen}`,
    addressType: xlen === 32 ? 'i32' : 'i64',
    state: {
      size: stateSize,
      fixed: { zero: S.x, sink: S.sink },
      promote: promoter(xlen),
      tlbModes: TlbMode.count,
    },
    semantics,
    decode: decoder(xlen, handlers),
    disassemble: (insn, pc) => text(xlen, insn, pc),
    describe: insn => describe(xlen, insn),
    functions: {
      translate: createTranslate(xlen),
      others: [...system, ...floatFunctions],
    },
    enterTrap: createEnterTrap(xlen),
    host: [semihosting(xlen === 32 ? 4 : 8), unserved, ...floatHost],
    registers: createRegisters(xlen, sysregs, system),
    cause,
    causeType,
    privilege: cpu => privileges[cpu.get32(S.priv)] as Privilege,
    reset: cpu => reset(cpu, xlen),
    pendingInterrupt,
    setLine,
    busError: accessFault,
    // Only M-mode fetches are never translated, nor refused unless a PMP entry is locked.
    flatData: flags => (flags & Flags.flat) !== 0,
    fixedMapping: flags => (flags & (Flags.privMask | Flags.locked)) === Priv.M,
    wakes,
    handleExit: (_cpu, code) => {
      throw new Error(`riscv: unexpected exit ${code}`)
    },
    flags: cpu => cpu.get32(Head.flags),
  }
}

let made32: Target | undefined
let made64: Target | undefined

/** The target for 32-bit harts, made when first asked for. */
export function riscv32(): Target {
  made32 ??= createRiscvTarget(32)
  return made32
}
/** The target for 64-bit harts, made when first asked for. */
export function riscv64(): Target {
  made64 ??= createRiscvTarget(64)
  return made64
}
