/**
 * The names of registers and causes as types, for plugins: `install(api: PluginApi<ArmMNames>)`. A test holds them
 * against the targets.
 */
import type { TargetNames } from '@guestscope/core'

/** Registers that are one of their kind. */
export const namedRegisters = [
  'sp',
  'lr',
  'pc',
  'xpsr',
  'msp',
  'psp',
  'primask',
  'basepri',
  'faultmask',
  'control',
  'fpscr',
] as const

/** Name of a register of an M-profile core. Of the numbered ones every number is a name for the compiler. */
export type ArmMRegister = (typeof namedRegisters)[number] | `${'r' | 's' | 'd'}${number}`

/** What the compiler knows of M-profile cores. Names of causes say what was entered, too: any text. */
export interface ArmMNames extends TargetNames {
  readonly register: ArmMRegister
}
