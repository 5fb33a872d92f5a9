/** What the engine needs of the plugin host: hooks for the code it translates, and somewhere to report to. */
import type { Cpu, TrapReturn } from '../cpu.ts'
import type { Condition, RegisterAccess, TraceField } from '../events/index.ts'
import type { DecodedInsn } from '../target.ts'

/** A comparison of a cell (offset in the vCPU's area) with a constant, unsigned. */
export interface HookCondition {
  readonly offset: number
  readonly condition: Condition
  readonly value: bigint
}

/** A field of a record; `head`: number of a deferred callback (i32), then what the head of the vCPU says of the access or edge. */
export type RecordField = TraceField | 'head'

/** Where records go: one part of the buffer for each vCPU. Targets with the same slot write into the same buffer. */
export interface TraceTarget {
  /** Offset in the vCPU's area of two i32: linear address of the next record, and of the end of the part. */
  readonly slot: number
  /** Bytes of a vCPU's part. */
  readonly part: number
  /** Bytes of a record. */
  readonly stride: number
  /** Fields with their offset in bytes. */
  readonly fields: readonly { readonly field: RecordField; readonly offset: number }[]
  /** There is no room for what is to come: hands the records over and starts again. */
  full(cpu: number): void
}

/** One thing to do: call back, update a cell (offset in the vCPU's area) inline, or write a trace record inline. */
export type Hook =
  | {
      readonly kind: 'call'
      readonly run: (cpu: number) => void
      /** What the callback may do with registers. */
      readonly access: RegisterAccess
      /** Absent: always. */
      readonly when?: HookCondition
    }
  | { readonly kind: 'add' | 'store'; readonly offset: number; readonly value: bigint }
  | {
      readonly kind: 'trace'
      readonly target: TraceTarget
      /** Number of a deferred callback. */
      readonly id?: number
      /** Absent: always. */
      readonly when?: HookCondition
    }

/** Something to do after each successful load, store, or both, of an instruction. */
export interface AccessHook {
  readonly loads: boolean
  readonly stores: boolean
  readonly hook: Hook
}

/** Something to do at the edges of these kinds: bit n for the n-th of `edgeKinds`. */
export interface EdgeHook {
  readonly kinds: number
  readonly hook: Hook
}

/** What plugins want of a block. */
export interface BlockHooks {
  /** Before each instruction, in order; those of the block stand first at instruction 0. */
  readonly exec: readonly (readonly Hook[])[]
  /** At the accesses of each instruction. */
  readonly access: readonly (readonly AccessHook[])[]
  /** At the end of the block. */
  readonly edges: readonly EdgeHook[]
}

/** A block about to be translated, as the plugin host sees it. */
export interface BlockSource {
  readonly pc: bigint
  readonly insns: readonly {
    readonly pc: bigint
    readonly physical: bigint
    readonly insn: DecodedInsn
    readonly bytes: Uint8Array
  }[]
}

/** Implemented by the plugin host. Nothing here may throw: an error of a plugin ends the run through `Machine.stop`. */
export interface Instrumentation {
  /** Does anybody listen to translations? If not, `translate` is never called. */
  readonly translates: boolean
  /** Does anybody listen to discontinuities? Mirrored into `Head.discon` by the machine. */
  readonly discons: boolean
  /** Does anybody count discontinuities? Mirrored likewise. */
  readonly countsDiscons?: boolean
  /** undefined: nobody wants anything of the block. */
  translate(block: BlockSource): BlockHooks | undefined
  /** The CPU has entered the handler of `cause`; it came from an address in two halves (any i32). */
  discon(cpu: Cpu, cause: number, fromLow: number, fromHigh: number): void
  /** The CPU goes on at its pc because of an instruction that the target completed: a return from a trap handler. */
  trapReturn?(cpu: Cpu, from: TrapReturn): void
  /** The CPU begins to wait, or goes on. */
  idle?(cpu: Cpu): void
  resume?(cpu: Cpu): void
  /** The machine has been reset. */
  reset?(): void
  /** All translations have been thrown away. */
  flushed?(): void
  /** A slice of a CPU has ended; another may run next. */
  sliceEnded?(): void
  /** No generated code is running, and none of what was asked to be flushed is left. */
  safePoint?(): void
}

/** Nobody watches. */
export const noInstrumentation: Instrumentation = {
  translates: false,
  discons: false,
  translate: () => undefined,
  discon: () => {},
}

/** What translation asks of whoever watches at the time. */
export const translating = (current: () => Instrumentation): Instrumentation => ({
  ...noInstrumentation,
  get translates(): boolean {
    return current().translates
  },
  translate: block => current().translate(block),
  flushed: () => current().flushed?.(),
})
