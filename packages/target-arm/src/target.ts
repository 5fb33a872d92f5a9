/** The targets of M-profile cores: what core needs to know of them. */
import type { IrFunction } from '@guestscope/codegen'
import type { Cpu, CpuHost, DecodedInsn, HostImport, Privilege, Semantics, Target } from '@guestscope/core'
import { bindInstructions, type InsnParts } from '@guestscope/target-kit'
import { cause, causeType } from './causes.ts'
import { type Core, cortexM0, cortexM0Plus, cortexM3, cortexM4, cortexM7 } from './cores.ts'
import { flowOf } from './flow.ts'
import {
  decoderOf,
  type File,
  groups,
  insnOf,
  kindOf,
  nextIt,
  type Row,
  rows,
  rowsOf,
  type Thumb,
  undefinedRows,
} from './isa/thumb/index.ts'
import { busError, mmuFunctions, translate } from './mmu.ts'
import { createRegisters } from './registers.ts'
import { semihosting } from './semihosting.ts'
import { Flags, promoter, S, stateSize, TlbMode } from './state.ts'
import { BitBand, bitBands } from './system/bit-band.ts'
import { Bus } from './system/bus.ts'
import { PrivateBus, privateBusBase } from './system/private-bus.ts'
import { inHandler, isPrivileged, reg } from './system/registers.ts'
import { inIt } from './translate/context.ts'
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

/** State offset of a register operand. */
function offsetOf(file: File, n: number): number {
  if (file === 'r') return reg(n)
  return S.s + (file === 's' ? 4 : 8) * n
}

/** ITSTATE of a decoded instruction is in the top of its aux. */
const itShift = 24

/** Names of semantics that a row means; a shift by nothing becomes a plain register. */
const meanings = ({ sem }: Row): readonly string[] => [sem, sem.replace('.shift', '.reg')]

/** The instructions of a core. */
function instructions(core: Core, semantics: readonly Semantics[]): InsnParts {
  const { parts, handlerOf } = bindInstructions<Thumb>({
    title: core.name,
    decoder: decoderOf(core),
    semantics,
    undefinedRows:
      core.fpu === 'none' ? undefinedRows.filter(({ sem }) => sem !== 'undefined.fp') : undefinedRows,
    insnOf: (code, state) => insnOf(core, code, state & Flags.itMask),
    semanticsOf: row => meanings(row).flatMap(sem => [sem, inIt(sem)]),
    semOf: ({ sem, it }) => (it ? inIt(sem) : sem),
    offsetOf,
    // What comes next is part of it.
    stateMask: -1,
    nextState: (insn, state) => (state & ~Flags.itMask) | nextIt(insn),
    stateOf: ({ aux }) => aux >>> itShift,
    place: (pc, { it }) => ({ pc: Number(pc), it }),
    // Without what depends on operands: `add{s}.w`.
    mnemonicOf: ({ name }) => name.replaceAll(/\{.*?\}/g, ''),
    groupOf: ({ ext }) => groups[ext],
    kindOf,
    flowOf,
    isConditional: ({ it, row }) => it !== 0 && !row.more.unconditional,
  })
  const notThumb: DecodedInsn = {
    handler: handlerOf('notthumb'),
    endsBlock: true,
    regs: [0, 0, 0, 0],
    imm: 0,
    aux: 0,
    size: 2,
    word: 0,
  }
  return {
    ...parts,
    decode: (code, state) => (state & Flags.notThumb ? notThumb : parts.decode(code, state)),
  }
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

const meaningsOf = (rows: readonly Row[]): ReadonlySet<string> => new Set(rows.flatMap(meanings))

/**
 * The semantics of the core's instructions, and those that belong to no instruction (undefined ones). The others would
 * only make the start longer: every one becomes a handler of the interpreter.
 */
function semanticsOf(core: Core): readonly Semantics[] {
  const [own, all] = [meaningsOf(rowsOf(core)), meaningsOf(rows)]
  // DSP and floating point come late.
  const common = meaningsOf(rowsOf({ ...core, dsp: false, fpu: 'none' }))
  return [...integer, ...(core.fpu === 'none' ? [] : floating)].flatMap(one => {
    const outsideIt = one.name.replace(inIt(''), '')
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
    ...instructions(core, semantics),
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
