import type { TargetNames } from './common.ts'
import type { DisconType } from './discon.ts'

/** An interrupt, exception or host call, reported after the CPU is ready for the handler. Valid during the callback. */
export interface DisconEvent<Names extends TargetNames = TargetNames> {
  /** Number of the vCPU, from 0. */
  readonly cpu: number
  readonly type: DisconType
  /** Interrupt: the instruction that would have run next; else the instruction that caused it. */
  readonly from: bigint
  /** The instruction that runs next: the handler's first, or after a host call the next guest instruction. */
  readonly to: bigint
  /** The target's own name and number of the cause. */
  readonly cause: { readonly number: number; readonly name: Names['cause'] }
}
