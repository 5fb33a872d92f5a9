/** What the contract is given, and what it gives. */
import type { Board, Machine, Target } from '@guestscope/core'
import type { Random } from '../random.ts'

/** What the target's tests give. */
export interface ContractOptions {
  readonly target: Target
  /** A board for it that has RAM at `random.code`. */
  readonly board: Board
  /** Bytes of main memory. */
  readonly memoryBytes: number
  readonly random: RandomPrograms
  /** Translation flags to translate under; default: those after a reset. */
  readonly flags?: readonly number[]
  /** Is this a slot of the state without meaning between instructions, such as a second result of a function? */
  readonly scratch?: (offset: number) => boolean
  /** Cases that the target does not fulfil, by name, and why not. */
  readonly skip?: readonly { readonly reason: string; readonly cases: readonly string[] }[]
  /** Random programs per case; default 8. */
  readonly rounds?: number
  /** Where random choices begin; failures name the seed of their round. Default 1. */
  readonly seed?: number
}

/** How to make random programs for the target. */
export interface RandomPrograms {
  /** Where programs go: RAM. */
  readonly code: bigint
  /** Bytes of one valid instruction. */
  instruction(random: Random): readonly number[]
  /**
   * Puts the first CPU into a state to begin with: registers (whatever else than the reset state is wanted), a handler
   * for traps. The program, of this many bytes, lies at `code` already.
   */
  prepare(machine: Machine, random: Random, bytes: number): void
}

/** One promise. */
export interface ContractCase {
  readonly name: string
  /** Why it does not hold for this target. */
  readonly skip: string | undefined
  /** Throws an error that says what is wrong. */
  readonly run: () => void
}

/** A case before it is known whether it is skipped. */
export type Check = readonly [name: string, run: () => void]
