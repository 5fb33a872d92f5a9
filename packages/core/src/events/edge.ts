/**
 * What a control-flow edge is, by the instruction that ends a block:
 *
 * - `taken`, `not-taken`: a conditional branch
 * - `jump`, `indirect-jump`: a jump to an address in the instruction, or out of a register or memory
 * - `call`, `indirect-call`, `return`: jumps that the target's manual names so (link register, stack hints)
 * - `trap-return`: the return from a trap handler, such as `mret`, or a jump to EXC_RETURN on a Cortex-M
 *
 * Entries of traps are no edges but discontinuities. A conditional call or return that is not taken is `not-taken`.
 */
export type EdgeKind =
  | 'taken'
  | 'not-taken'
  | 'jump'
  | 'indirect-jump'
  | 'call'
  | 'indirect-call'
  | 'return'
  | 'trap-return'

/** All kinds, in the order of their numbers in trace records. */
export const edgeKinds: readonly EdgeKind[] = [
  'taken',
  'not-taken',
  'jump',
  'indirect-jump',
  'call',
  'indirect-call',
  'return',
  'trap-return',
]

/** A control-flow edge that has been taken; the next instruction has not run yet. Valid during the callback. */
export interface EdgeEvent {
  /** Number of the vCPU, from 0. */
  readonly cpu: number
  readonly kind: EdgeKind
  /** The branch, jump, call or return. */
  readonly from: bigint
  /** The instruction that runs next, if no discontinuity comes between. */
  readonly to: bigint
}

/** What the instruction does to the flow of control; `next`: it goes on behind itself. */
export type Flow =
  | 'next'
  | 'branch'
  | 'jump'
  | 'indirect-jump'
  | 'call'
  | 'indirect-call'
  | 'return'
  | 'trap'
  | 'trap-return'
