/** The targets of M-profile cores: what core needs to know of them. */
import type { IrFunction } from '@guestscope/codegen'
import type {
  CodeReader,
  Cpu,
  CpuHost,
  DecodedInsn,
  HostImport,
  InsnDescription,
  Privilege,
  Semantics,
  Target,
} from '@guestscope/core'
import { cause, causeType } from './causes.ts'
import { type Core, cortexM0, cortexM0Plus, cortexM3, cortexM4, cortexM7 } from './cores.ts'
import { flowOf } from './flow.ts'
import {
  decode,
  decodeThumb,
  disassemble,
  type File,
  groups,
  type Insn,
  kindOf,
  type Row,
  rows,
  rowsOf,
} from './isa/thumb/index.ts'
import { busError, mmuFunctions, translate } from './mmu.ts'
import { createRegisters } from './registers.ts'
import { semihosting } from './semihosting.ts'
import { Flags, promoter, S, stateSize, TlbMode } from './state.ts'
import { BitBand, bitBands } from './system/bit-band.ts'
import { Bus } from './system/bus.ts'
import { PrivateBus, privateBusBase } from './system/private-bus.ts'
import { inHandler, isPrivileged, reg } from './system/registers.ts'
import { floatFunctions, floatHost, floating, integer, integerFunctions } from './translate/index.ts'
import {
  enterTrap,
  handleExit,
  ignoresBusErrors,
  parts,
  pendingInterrupt,
  reset,
  setLine,
  systemHost,
  systemOf,
  wakes,
} from './trap.ts'

/** State offset of a register operand; 0: there is none. */
function offsetOf(file: File | null, n: number): number {
  if (file === null) return 0
  if (file === 'r') return reg(n)
  return S.s + (file === 's' ? 4 : 8) * n
}

function decoder(core: Core, semantics: readonly Semantics[]): Target['decode'] {
  const handlers = new Map(semantics.map((s, i) => [s.name, i]))
  const number = (name: string): number => {
    const found = handlers.get(name)
    if (found === undefined) throw new Error(`arm: no semantics for ${name}`)
    return found
  }
  const notThumb: DecodedInsn = {
    handler: number('notthumb'),
    endsBlock: true,
    regs: [0, 0, 0, 0],
    imm: 0,
    aux: 0,
    size: 2,
    word: 0,
  }
  return (code: CodeReader, state: number): DecodedInsn => {
    if (state & Flags.notThumb) return notThumb
    const { insn, nextState } = decodeThumb(code, state, core)
    const { row } = insn
    return {
      handler: number(insn.sem) + (insn.it ? 1 : 0),
      endsBlock: row.ending !== undefined,
      nextState: (state & ~Flags.itMask) | nextState,
      regs: [
        offsetOf(row.regs.rd, insn.rd),
        offsetOf(row.regs.rn, insn.rn),
        offsetOf(row.regs.rm, insn.rm),
        offsetOf(row.regs.ra, insn.ra),
      ],
      imm: insn.imm,
      aux: insn.aux | 0,
      size: insn.size,
      word: insn.word | 0,
    }
  }
}

/** ITSTATE of a decoded instruction is in the top of its aux. */
const itShift = 24

const decodeAgain = (core: Core, insn: DecodedInsn): Insn | undefined =>
  decode(core, insn.word >>> 0, insn.size, insn.aux >>> itShift)

function describe(core: Core, insn: DecodedInsn): InsnDescription {
  const known = decodeAgain(core, insn)
  if (known === undefined) return { mnemonic: 'undefined', group: '', kind: 'undefined', flow: 'trap' }
  const { row, it } = known
  return {
    // Without what depends on operands: `add{s}.w`.
    mnemonic: row.name.replaceAll(/\{.*?\}/g, ''),
    group: groups[row.ext],
    kind: kindOf(row),
    flow: flowOf(known),
    conditional: it !== 0 && !row.more.unconditional,
  }
}

function text(core: Core, insn: DecodedInsn, pc: bigint): string {
  const known = decodeAgain(core, insn)
  if (known) return disassemble(known, Number(pc))
  const bits = (insn.word >>> 0).toString(16).padStart(2 * insn.size, '0')
  return insn.size === 2 ? `.inst.n 0x${bits}` : `.inst.w 0x${bits}`
}

/** The devices inside a CPU. */
function devices(core: Core, machine: CpuHost): ReturnType<NonNullable<Target['devices']>> {
  const system = (cpu: number): ReturnType<typeof systemOf> =>
    systemOf(machine.cpus[cpu] as (typeof machine.cpus)[number])
  const own = { base: BigInt(privateBusBase), device: new PrivateBus(system) }
  if (!core.bitBand) return [own]
  const bus = new Bus(machine)
  return [own, ...bitBands.map(({ alias, target }) => ({ base: alias, device: new BitBand(bus, target) }))]
}

/** Thread mode with and without privilege, and Handler mode. */
const privileges = {
  user: { level: 0, name: 'unprivileged thread' },
  thread: { level: 1, name: 'privileged thread' },
  handler: { level: 2, name: 'handler' },
} as const

const privilege = (cpu: Cpu): Privilege =>
  inHandler(cpu) ? privileges.handler : isPrivileged(cpu) ? privileges.thread : privileges.user

/** Names of semantics that rows mean; a shift by nothing becomes a plain register. */
const meanings = (of: readonly Row[]): ReadonlySet<string> =>
  new Set(of.flatMap(({ sem }) => [sem, sem.replace('.shift', '.reg')]))

/**
 * The semantics of the core's instructions, and those that belong to no instruction (undefined ones). The others would
 * only make the start longer: every one becomes a handler of the interpreter.
 */
function semanticsOf(core: Core): readonly Semantics[] {
  const [own, all] = [meanings(rowsOf(core)), meanings(rows)]
  // DSP and floating point come late.
  const common = meanings(rowsOf({ ...core, dsp: false, fpu: 'none' }))
  return [...integer, ...(core.fpu === 'none' ? [] : floating)].flatMap(one => {
    const outsideIt = one.name.replace(/ if$/, '')
    if (!own.has(outsideIt) && all.has(outsideIt)) return []
    return { ...one, late: own.has(outsideIt) && !common.has(outsideIt) }
  })
}

/** Makes the target for a core. */
export function createArmMTarget(core: Core): Target {
  const hasFloat = core.fpu !== 'none'
  const semantics = semanticsOf(core)
  const functions: readonly IrFunction[] = [
    ...mmuFunctions,
    ...integerFunctions,
    ...(hasFloat ? floatFunctions : []),
  ]
  const host: readonly HostImport[] = hasFloat ? [...systemHost, ...floatHost] : systemHost
  return {
    name: core.name,
    addressType: 'i32',
    state: {
      size: stateSize,
      fixed: { zero: 0, sink: S.sink },
      promote: promoter(core.fpu === 'double'),
      tlbModes: TlbMode.count,
    },
    semantics,
    decode: decoder(core, semantics),
    disassemble: (insn, pc) => text(core, insn, pc),
    describe: insn => describe(core, insn),
    functions: { translate, others: functions },
    enterTrap,
    host,
    registers: createRegisters(core),
    cause,
    causeType,
    privilege,
    reset: cpu => reset(cpu, core, semihosting),
    pendingInterrupt,
    setLine,
    busError,
    ignoresBusErrors,
    devices: machine => devices(core, machine),
    clockChanged: cpu => systemOf(cpu).clockChanged(),
    // Addresses are never translated; where execution gets forbidden, all blocks are forgotten.
    fixedMapping: () => true,
    wakes,
    parts,
    handleExit,
    flags: cpu => systemOf(cpu).flags,
  }
}

const once = (core: Core): (() => Target) => {
  let made: Target | undefined
  return () => {
    made ??= createArmMTarget(core)
    return made
  }
}

/** The targets, each made when first asked for. */
export const cortexM0Target: () => Target = once(cortexM0)
export const cortexM0PlusTarget: () => Target = once(cortexM0Plus)
export const cortexM3Target: () => Target = once(cortexM3)
export const cortexM4Target: () => Target = once(cortexM4)
export const cortexM7Target: () => Target = once(cortexM7)
