import type { EtraceEncoder } from './encoder.ts'
import { FlowKind } from './flow.ts'
import type { TracedInsn, TracedTrap } from './traced.ts'

/** A block of instructions that run one after the other. */
export interface TracedBlock {
  readonly insns: readonly TracedInsn[]
}

/** Exception codes of what could not even be fetched: instruction access fault, instruction page fault. */
const fetchFaults: readonly number[] = [1, 12]

/**
 * Tells an encoder of one hart what it needs of whole blocks: their first and last instructions, and where a trap
 * leaves one early, those around it.
 */
export class BlockTracer {
  /** Instructions that have begun. */
  instructions = 0
  readonly #encoder: EtraceEncoder
  /** The block that has begun and not come to its last instruction. */
  #open: TracedBlock | undefined
  #privilege = 0
  #lastPc = 0n
  #on = false

  constructor(encoder: EtraceEncoder) {
    this.#encoder = encoder
  }

  /** Has any instruction been traced? */
  get on(): boolean {
    return this.#on
  }

  /** The first instruction of a block begins. */
  begin(block: TracedBlock, privilege: number): void {
    if (!this.#on) {
      this.#on = true
      this.#encoder.begin()
    }
    const [first] = block.insns as [TracedInsn]
    // Another block without a trap: the code of the one before has been overwritten under it.
    if (this.#open !== undefined) this.#leave(first.pc)
    this.#privilege = privilege
    this.#open = block
    this.#instruction(first)
    if (block.insns.length === 1) this.#close(1)
  }

  /** The last instruction of the block begins, the second or a later one. */
  last(): void {
    const block = this.#open
    if (block === undefined) return
    const { insns } = block
    const [before, last] = insns.slice(-2) as [TracedInsn, TracedInsn]
    const mayTrap = last.kind === FlowKind.other || last.kind === FlowKind.uninferable
    if (mayTrap && insns.length > 2) this.#instruction(before)
    this.#instruction(last)
    this.#close(insns.length)
  }

  /** A trap is taken. */
  trap(trap: Omit<TracedTrap, 'ofLast'>): void {
    const exception = !trap.interrupt && !fetchFaults.includes(trap.ecause)
    if (this.#open !== undefined) this.#leave(trap.epc, exception)
    this.#encoder.trap({ ...trap, ofLast: exception && trap.epc === this.#lastPc })
  }

  /** The run has ended before the instruction at `pc`. */
  end(pc: bigint): void {
    if (this.#open !== undefined) this.#leave(pc)
    if (this.#on) this.#encoder.end(pc)
  }

  /** The open block is left before the instruction at `pc`, or with it having `begun`. */
  #leave(pc: bigint, begun = false): void {
    const { insns } = this.#open as TracedBlock
    const at = insns.findIndex(insn => insn.pc === pc)
    const before = insns[at - 1]
    if (before !== undefined && at > 1) this.#instruction(before)
    const own = insns[at]
    if (own !== undefined && begun && at > 0) this.#instruction(own)
    this.#close(at + (begun ? 1 : 0))
  }

  #close(instructions: number): void {
    this.#open = undefined
    this.instructions += instructions
  }

  #instruction(insn: TracedInsn): void {
    this.#lastPc = insn.pc
    this.#encoder.instruction(insn, this.#privilege)
  }
}
