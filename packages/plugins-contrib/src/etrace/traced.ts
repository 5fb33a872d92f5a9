/** What an encoder is told of. */
import type { FlowInsn } from './flow.ts'

/** An instruction that begins to execute. */
export interface TracedInsn extends FlowInsn {
  readonly pc: bigint
}

/** An exception or interrupt. */
export interface TracedTrap {
  readonly interrupt: boolean
  readonly ecause: number
  /** Where the handler will return to. */
  readonly epc: bigint
  readonly handler: bigint
  readonly tval: bigint
  /** An exception of the instruction that began last; else that one has retired. */
  readonly ofLast: boolean
}
