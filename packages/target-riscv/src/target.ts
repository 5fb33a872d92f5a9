/** The RISC-V targets: what core needs to know of a hart. */
import { Head, type IrFunction } from '@guestscope/codegen'
import type { CodeReader, HostImport, Privilege, Semantics, Target } from '@guestscope/core'
import { Semihosting } from '@guestscope/devices'
import { bindInstructions, Decoder, type InsnParts } from '@guestscope/target-kit'
import { cause, causeType } from './causes.ts'
import { flowOf } from './flow.ts'
import { type Hart, usualHart } from './hart.ts'
import {
  type File,
  kindOf,
  language,
  type RegSlot,
  type Riscv,
  undefinedInsn,
  undefinedRows,
} from './isa/index.ts'
import { accessFault, createTranslate, mmuFunctions } from './mmu.ts'
import { pmpFunctions } from './pmp.ts'
import { createRegisters } from './registers.ts'
import { semihosting, unserved } from './semihosting.ts'
import { Flags, promoter, S, stateSize, TlbMode } from './state.ts'
import { createSysregs, type Sysregs } from './sysregs/index.ts'
import { semihostName, unservedName, withoutRow } from './translate/priv.ts'
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

/** The instructions of a hart. */
function instructions({ xlen, isa, rows }: Hart, semantics: readonly Semantics[]): InsnParts {
  const decoder = new Decoder(language, isa, [...rows])
  const { parts, handlerOf } = bindInstructions<Riscv>({
    title: isa,
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

/** A target that tells boards what its harts are. */
export interface RiscvTarget extends Target {
  readonly hart: Hart
}

/** The CSRs of a hart. */
export function sysregsOf(hart: Hart): Sysregs {
  const environments = hart.extensions.flatMap(({ environment }) => environment ?? [])
  const all = (which: 'machine' | 'supervisor'): bigint =>
    environments.reduce((bits, environment) => bits | environment[which], 0n)
  return createSysregs(hart.xlen, {
    misa: hart.misa,
    float: hart.has('f'),
    timer: hart.has('sstc'),
    environment: { machine: all('machine'), supervisor: all('supervisor') },
    csrs: hart.extensions.flatMap(({ csrs }) => csrs?.(hart.xlen) ?? []),
  })
}

/** What the hart's instructions do. Several extensions may have the same one. */
export function semanticsOf({ xlen, extensions }: Hart, sysregs: Sysregs): readonly Semantics[] {
  const all = extensions.flatMap(({ semantics, late }) => {
    const own = semantics?.(xlen, sysregs) ?? []
    return late ? own.map(one => ({ ...one, late })) : own
  })
  // The first one counts.
  return [...new Map([...all, ...withoutRow(xlen)].reverse().map(one => [one.name, one])).values()].reverse()
}

/** IR functions that the extensions' semantics and CSRs call. */
const functionsOf = (hart: Hart): readonly IrFunction[] => [
  ...new Set(hart.extensions.flatMap(({ functions }) => functions ?? [])),
]

/** Host functions that those call. */
const hostOf = (hart: Hart): readonly HostImport[] => [
  ...new Set(hart.extensions.flatMap(({ host }) => host ?? [])),
]

/** Makes the target for one kind of hart. */
export function createRiscvTarget(hart: Hart): RiscvTarget {
  const { xlen } = hart
  const sysregs = sysregsOf(hart)
  const semantics = semanticsOf(hart, sysregs)
  const system: readonly IrFunction[] = [...mmuFunctions, ...pmpFunctions, ...trapFunctions, ...sysregs.all]
  return {
    hart,
    name: `riscv${xlen}`,
    addressType: xlen === 32 ? 'i32' : 'i64',
    state: {
      size: stateSize,
      fixed: { zero: S.x, sink: S.sink },
      promote: promoter(xlen === 32 ? 'i32' : 'i64'),
      tlbModes: TlbMode.count,
    },
    ...instructions(hart, semantics),
    functions: {
      translate: createTranslate({ xlen, napot: hart.has('svnapot') }),
      others: [...system, ...functionsOf(hart)],
    },
    enterTrap: createEnterTrap(xlen),
    host: [semihosting(xlen === 32 ? 4 : 8), unserved, ...hostOf(hart)],
    registers: createRegisters(xlen, sysregs, [...system, ...functionsOf(hart)], hostOf(hart)),
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
    parts: Semihosting.parts,
    handleExit: (_cpu, code) => {
      throw new Error(`riscv: unexpected exit ${code}`)
    },
    flags: cpu => cpu.get32(Head.flags),
  }
}

let made32: RiscvTarget | undefined
let made64: RiscvTarget | undefined

/** The target for usual 32-bit harts, made when first asked for. */
export function riscv32(): RiscvTarget {
  made32 ??= createRiscvTarget(usualHart(32))
  return made32
}
/** The target for usual 64-bit harts, made when first asked for. */
export function riscv64(): RiscvTarget {
  made64 ??= createRiscvTarget(usualHart(64))
  return made64
}
