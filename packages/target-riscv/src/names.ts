/**
 * The names of registers and causes as types, for plugins: `install(api: PluginApi<RiscvNames>)`. Tests hold them
 * against the target.
 */
import type { TargetNames } from '@guestscope/core'
import type { RiscvCause } from './causes.ts'

/** Registers without a number in their name that have one of their kind, besides x and f. */
export const systemRegisters = [
  'fflags',
  'frm',
  'fcsr',
  'sstatus',
  'sie',
  'stvec',
  'scounteren',
  'senvcfg',
  'sscratch',
  'sepc',
  'scause',
  'stval',
  'sip',
  'stimecmp',
  'stimecmph',
  'satp',
  'mstatus',
  'mstatush',
  'misa',
  'medeleg',
  'mideleg',
  'mie',
  'mtvec',
  'mcounteren',
  'menvcfg',
  'menvcfgh',
  'mcountinhibit',
  'mscratch',
  'mepc',
  'mcause',
  'mtval',
  'mip',
  'mcycle',
  'mcycleh',
  'minstret',
  'minstreth',
  'cycle',
  'cycleh',
  'time',
  'timeh',
  'instret',
  'instreth',
  'mvendorid',
  'marchid',
  'mimpid',
  'mhartid',
  'mconfigptr',
] as const

/** Integer registers. */
export const integerRegisters = [
  'zero',
  'ra',
  'sp',
  'gp',
  'tp',
  't0',
  't1',
  't2',
  's0',
  's1',
  'a0',
  'a1',
  'a2',
  'a3',
  'a4',
  'a5',
  'a6',
  'a7',
  's2',
  's3',
  's4',
  's5',
  's6',
  's7',
  's8',
  's9',
  's10',
  's11',
  't3',
  't4',
  't5',
  't6',
] as const

/** Floating-point registers. */
export const floatRegisters = [
  'ft0',
  'ft1',
  'ft2',
  'ft3',
  'ft4',
  'ft5',
  'ft6',
  'ft7',
  'fs0',
  'fs1',
  'fa0',
  'fa1',
  'fa2',
  'fa3',
  'fa4',
  'fa5',
  'fa6',
  'fa7',
  'fs2',
  'fs3',
  'fs4',
  'fs5',
  'fs6',
  'fs7',
  'fs8',
  'fs9',
  'fs10',
  'fs11',
  'ft8',
  'ft9',
  'ft10',
  'ft11',
] as const

/** Name of a register of RISC-V. Of the numbered families every number is a name for the compiler. */
export type RiscvRegister =
  | 'pc'
  | 'priv'
  | (typeof integerRegisters)[number]
  | (typeof floatRegisters)[number]
  | (typeof systemRegisters)[number]
  | `pmpcfg${number}`
  | `pmpaddr${number}`
  | `mhpmevent${number}`
  | `${'m' | ''}hpmcounter${number}${'h' | ''}`

/** What the compiler knows of RISC-V. */
export interface RiscvNames extends TargetNames {
  readonly register: RiscvRegister
  readonly cause: RiscvCause
}
