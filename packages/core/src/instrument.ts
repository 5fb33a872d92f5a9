/** What the engine needs of the plugin host: hooks for the code it translates, and somewhere to report to. */
import type { Cpu } from './cpu.ts'
import type { DecodedInsn } from './target.ts'

/** One thing to do before an instruction: call back, or update a cell (offset in the vCPU's area) inline. */
export type Hook =
  | {
      readonly kind: 'call'
      readonly run: (cpu: number) => void
      /** The callback reads registers: they must be in memory. */
      readonly reads: boolean
    }
  | { readonly kind: 'add' | 'store'; readonly offset: number; readonly value: bigint }

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
  /** Hooks of each instruction, in order; block hooks stand first on instruction 0. undefined: none at all. */
  translate(block: BlockSource): readonly (readonly Hook[])[] | undefined
  /** The CPU has entered the handler of `cause`; it came from an address in two halves (any i32). */
  discon(cpu: Cpu, cause: number, fromLow: number, fromHigh: number): void
}
