import type { TargetNames } from './common.ts'

/** A register of the target. */
export interface Register<Names extends TargetNames = TargetNames> {
  readonly name: Names['register']
  /** `general`, `float`, `system` and so on, as the target has it. */
  readonly group: string
  /** Width. */
  readonly bits: number
  /** Can it be written (with `writeRegister`, or `setPc` for the pc)? */
  readonly writable: boolean
}

/**
 * Virtual time in a plugin's hands. From the first `update` on, the clock that guests and devices see is what the plugin
 * says, not the number of instructions. While all vCPUs wait it still jumps to the next deadline, as always.
 * Disposing of it lets time go on with the instructions, from where it is.
 */
export interface TimeControl {
  /** Virtual time now, in nanoseconds. */
  now(): number
  /** Moves virtual time forward to so many nanoseconds; earlier than now is `plugin/argument`. Due timers fire at the next safe point. */
  update(nanoseconds: number): void
  dispose(): void
}

/** How privileged a vCPU is. */
export interface Privilege {
  /** The target's own number, the greater the more may be done; RISC-V: 0 U, 1 S, 3 M. */
  readonly level: number
  /** The target's own name, such as `M`. */
  readonly name: string
}
