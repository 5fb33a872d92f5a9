/** Blocks and instructions under translation: where plugins ask for what shall happen when they run. */
import type { CallbackAccess, CallbackResult, Cell, Condition } from './common.ts'
import type { Flow } from './edge.ts'
import type { InsnKind } from './kind.ts'
import type { MemEvent, MemoryAccess } from './memory.ts'
import type { TraceBuffer } from './trace.ts'

/** Where a block or instruction can be instrumented. What is asked for first comes first. */
export interface Instrumentable {
  /**
   * Calls back before each execution, with the number of the vCPU. A block's callbacks come before those of its first
   * instruction. The instruction may still fault; then a discontinuity follows.
   */
  onExec(callback: (cpu: number) => CallbackResult, access?: CallbackAccess): void
  /**
   * Calls back before each execution at which the condition holds for the vCPU's cell. The comparison is inline:
   * where it does not hold it costs next to nothing. With `inlineAdd` before it and `cell.set` in the callback it is
   * a callback every so many executions.
   */
  onExecIf(
    cell: Cell,
    condition: Condition,
    value: bigint | number,
    callback: (cpu: number) => CallbackResult,
    access?: CallbackAccess,
  ): void
  /** Adds a constant (an integer, modulo 2^64) to the vCPU's cell at each execution, inline. */
  inlineAdd(cell: Cell, value: bigint | number): void
  /** Stores a constant (an integer, modulo 2^64) into the vCPU's cell at each execution, inline. */
  inlineStore(cell: Cell, value: bigint | number): void
  /** Writes a record into a trace buffer before each execution, inline. */
  trace(buffer: TraceBuffer): void
}

/** An instruction of a block under translation. Valid during the translation callback; later use throws `plugin/stale-handle`. */
export interface InsnHandle extends Instrumentable {
  /** Virtual address. */
  readonly address: bigint
  /** Guest physical address. */
  readonly physical: bigint
  /** Length in bytes. */
  readonly size: number
  /** The instruction as it lies in memory, a copy. */
  readonly bytes: Uint8Array
  /** Place in its block, from 0. */
  readonly index: number
  /**
   * May execution go on elsewhere than behind it? True for branches, jumps, returns, calls of the supervisor and the
   * like; then it is the last of its block. The last of a block that was cut short (page end, length) has false.
   */
  readonly endsBlock: boolean
  /** What it does to the flow of control. */
  readonly flow: Flow
  /** Name of the instruction in the target's tables, without operands, such as `addi` or `c.lw`. */
  readonly mnemonic: string
  /** Part of the architecture that it belongs to, as the target's manual has it, such as `M` or `Zba`. */
  readonly group: string
  /** What it is for, in the words that all targets share. */
  readonly kind: InsnKind
  /**
   * May a condition outside the instruction keep it from running (the IT blocks of Arm)? Callbacks and counts of its
   * execution come all the same.
   */
  readonly conditional: boolean
  /** Assembly text. */
  disassemble(): string
  /** Symbol of the loaded image that covers the address. */
  symbol(): string | undefined
  /**
   * Calls back after each successful access of the instruction to memory. Asking for it where no access is made costs
   * nothing. The event is one object that is used again: copy what you need. With `write`, registers that decide how code
   * is translated (mode, address translation) are refused: the instruction is not over. With `write-pc`, `setPc` ends it
   * there: what it has stored is stored, what it has not done yet (further accesses, its registers, its jump) does not
   * happen, and no further callback of it comes; it counts.
   */
  onMemory(
    access: MemoryAccess,
    callback: (event: MemEvent) => CallbackResult,
    registers?: CallbackAccess,
  ): void
  /** Adds a constant to the vCPU's cell at each successful access, inline. */
  inlineAddMemory(access: MemoryAccess, cell: Cell, value: bigint | number): void
  /** Stores a constant into the vCPU's cell at each successful access, inline. */
  inlineStoreMemory(access: MemoryAccess, cell: Cell, value: bigint | number): void
  /** Writes a record into a trace buffer at each successful access, inline. */
  traceMemory(access: MemoryAccess, buffer: TraceBuffer): void
}

/**
 * A translation block: instructions that run one after the other unless a discontinuity comes between. The same address
 * can be translated again, in another block. Valid during the translation callback; later use throws
 * `plugin/stale-handle`.
 */
export interface TbHandle extends Instrumentable {
  /** Virtual address of the first instruction. */
  readonly address: bigint
  /** Guest physical address of the first instruction. */
  readonly physical: bigint
  /** Length in bytes. */
  readonly size: number
  /** At least one. */
  readonly insns: readonly InsnHandle[]
}
