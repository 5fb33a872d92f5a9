/** The RISC-V targets: what core needs to know of RV32GC and RV64GC. */
import { Head, type IrFunction } from '@guestscope/codegen'
import type { CodeReader, Privilege, Semantics, Target } from '@guestscope/core'
import { bindInstructions, type InsnParts } from '@guestscope/target-kit'
import { cause, causeType } from './causes.ts'
import { flowOf } from './flow.ts'
import {
  decoderOf,
  type File,
  kindOf,
  type RegSlot,
  type Riscv,
  undefinedInsn,
  undefinedRows,
  type Xlen,
} from './isa/index.ts'
import { accessFault, createTranslate, mmuFunctions } from './mmu.ts'
import { pmpFunctions } from './pmp.ts'
import { createRegisters } from './registers.ts'
import { semihosting, unserved } from './semihosting.ts'
import { Flags, promoter, S, stateSize, TlbMode } from './state.ts'
import { createSysregs } from './sysregs/index.ts'
import { floatFunctions } from './translate/float-functions.ts'
import { floatHost } from './translate/float-host.ts'
import { chapters } from './translate/index.ts'
import { semihostName, unservedName } from './translate/priv.ts'
import { createEnterTrap, Priv, pendingInterrupt, reset, setLine, trapFunctions, wakes } from './trap.ts'

/** The instructions around an ebreak that make it a semihosting call: slli x0, x0, 31 and srai x0, x0, 7. */
const [before, after] = [0x01f01013, 0x40705013]
const pageSize = 4096
const ebreak = 0x00100073

/** Is the ebreak here a semihosting call? All three instructions lie in one page. Not in U-mode, as in QEMU. */
function isSemihosting(code: CodeReader, flags: number): boolean {
  if ((flags & Flags.privMask) === Priv.U) return false
  if (code.inPage < 4 || code.inPage > pageSize - 8) return false
  const word = (offset: number): number => code.u16(offset) | (code.u16(offset + 2) << 16)
  return word(-4) === before && word(4) === after
}

/** State offset of a register operand; writes to x0 go to the sink. */
function offsetOf(file: File, n: number, slot: RegSlot): number {
  if (file === 'f') return S.f + 8 * n
  return slot === 'rd' && n === 0 ? S.sink : S.x + 8 * n
}

/** The instructions of a base. */
function instructions(xlen: Xlen, semantics: readonly Semantics[]): InsnParts {
  const decoder = decoderOf(xlen)
  const { parts, handlerOf } = bindInstructions<Riscv>({
    title: `riscv${xlen}`,
    decoder,
    semantics,
    undefinedRows,
    insnOf: code => decoder.decode(code) ?? undefinedInsn(code),
    offsetOf,
    place: pc => ({ pc, xlen }),
    kindOf,
    flowOf,
  })
  const [serves, ignores] = [handlerOf(semihostName), handlerOf(unservedName)]
  return {
    ...parts,
    decode: (code, flags) => {
      const insn = parts.decode(code, flags)
      if (insn.word !== ebreak || !isSemihosting(code, flags)) return insn
      return { ...insn, handler: flags & Flags.semihosting ? serves : ignores }
    },
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
  const system: readonly IrFunction[] = [...mmuFunctions, ...pmpFunctions, ...trapFunctions, ...sysregs.all]
  return {
    name: `riscv${xlen}`,
    addressType: xlen === 32 ? 'i32' : 'i64',
    state: {
      size: stateSize,
      fixed: { zero: S.x, sink: S.sink },
      promote: promoter(xlen === 32 ? 'i32' : 'i64'),
      tlbModes: TlbMode.count,
    },
    ...instructions(xlen, semantics),
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
