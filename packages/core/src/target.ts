import {
  AccessHow,
  type Builder,
  type Callee,
  type DecodedOperands,
  type FixedSlots,
  type IrFunction,
  type Node,
  type Operands,
  type Type,
} from '@guestscope/codegen'
import type { MmioDevice, Stateful } from './board/device.ts'
import type { Cpu, CpuHost } from './cpu.ts'
import type { DisconType } from './events/discon.ts'
import type { Flow, Privilege } from './events/index.ts'
import type { InsnKind } from './events/kind.ts'

/** What kind of access is being translated. Above these bits: `accessMode`. */
export const Access = { load: 0, store: 1, fetch: 2, debug: 4 } as const

/** 1 + the number of the soft TLB that an access being translated names (`AccessDescriptor.mode`), or 0: it names none. */
export const accessMode = (b: Builder, access: Node): Node => b.shrU(access, b.i32(AccessHow.modeShift))

/** Reads guest code while an instruction is decoded. */
export interface CodeReader {
  /**
   * Units of 8, 16 and 32 bits, unsigned, at `offset` bytes from the instruction's start, in the byte order of code
   * (`Target.bigEndianCode`). Throw a `FetchFault` (which the caller of `decode` handles) where nothing can be fetched.
   * Negative offsets down to the page start are allowed.
   */
  u8(offset: number): number
  u16(offset: number): number
  u32(offset: number): number
  /** Offset of the instruction within its page. */
  readonly inPage: number
}

/** A decoded instruction. Register numbers are already state offsets. */
export interface DecodedInsn extends DecodedOperands {
  /** Index into `Target.semantics`. */
  readonly handler: number
  /** True if no instruction of the same block can follow. */
  readonly endsBlock: boolean
  /** Decoding state for the instruction after this one in the block (such as ITSTATE of Arm); absent: as it was. */
  readonly nextState?: number
}

/** What an instruction is called, belongs to and is for. */
export interface InsnDescription {
  /** Without operands, such as `addi` or `c.lw`; `undefined` if it is none of the target's. */
  readonly mnemonic: string
  /** Part of the architecture, as the manual calls it; empty if it is none of the target's. */
  readonly group: string
  readonly kind: InsnKind
  readonly flow: Flow
  /** A condition outside the instruction may keep it from running (the IT blocks of Arm). */
  readonly conditional?: boolean
}

/**
 * The meaning of one kind of instruction. Speaks only the builder; `flags` are the block's translation flags when
 * the instruction is known, undefined when a handler for any instruction is made (then check at run time).
 * Ends with goto, branch, raise or leave if the instruction ends its block; otherwise it falls through.
 */
export interface Semantics {
  readonly name: string
  readonly emit: (b: Builder, o: Operands, flags: number | undefined) => void
  /**
   * Many programs do without instructions of this kind (floating point, SIMD): handlers of T0 for all such kinds are
   * made together when the first instruction is decoded, so that other programs start sooner.
   */
  readonly late?: boolean
}

/** A host function that a target's IR calls. */
export interface HostImport {
  readonly callee: Callee
  /** Gets the CPU and the arguments after it; i64 never crosses (split into two i32, low first). */
  readonly implement: (machine: CpuHost) => (cpu: Cpu, ...args: number[]) => number | void
}

/** A register that plugins, debuggers and tests can name. */
export interface RegisterInfo {
  readonly name: string
  /** Group as in gdb's target descriptions: general, float, system … */
  readonly group: string
  readonly bits: number
  readonly read: (cpu: Cpu) => bigint
  /** Absent: read-only. */
  readonly write?: (cpu: Cpu, value: bigint) => void
}

/** What a cause of a discontinuity is. Cause numbers are the target's own (any i32). */
export interface CauseInfo {
  readonly type: DisconType
  readonly name: string
}

/** Everything that core needs of one guest architecture. */
export interface Target {
  /** Such as `riscv64`. */
  readonly name: string
  /** Type of addresses in the IR. */
  readonly addressType: 'i32' | 'i64'
  readonly state: {
    /** Bytes of vCPU state, `Head.size` included; at most 8 KiB. */
    readonly size: number
    readonly fixed: FixedSlots
    /** Slots that a region may keep in locals: none that IR functions or host functions touch. */
    promote(offset: number): Type | undefined
    /** Number of soft TLBs: data access modes that must not share translations. */
    readonly tlbModes: number
  }
  readonly semantics: readonly Semantics[]
  /** `state` is the block's translation flags at its first instruction, then what `nextState` said. */
  decode(code: CodeReader, state: number): DecodedInsn
  /** Code is read in big-endian order. Absent: little. */
  readonly bigEndianCode?: boolean
  /** Text of a decoded instruction, `bytes` as they lie in memory. */
  disassemble(insn: DecodedInsn, pc: bigint, bytes: Uint8Array): string
  /** What the target's tables say of a decoded instruction. Calls and returns in regions are found by its `flow`. */
  describe(insn: DecodedInsn, bytes: Uint8Array): InsnDescription
  readonly functions: {
    /**
     * (cpu, address i64, access i32) → physical address i64, or -1 with `Head.trapCause` and `trapValue` set.
     * `access`: `Access` and `accessMode`. `Head.accessBytes` holds the size. Sets `Head.uncached` when the answer may not be cached for the page.
     */
    readonly translate: IrFunction
    /** Others that regions or handlers call. */
    readonly others: readonly IrFunction[]
  }
  /**
   * Emits the entry of the handler for a cause (i32) with its value (i64): sets pc, mode, saved registers. May set
   * `Head.trapCause` to what it turned out to be: plugins hear of that.
   */
  enterTrap(b: Builder, cause: Node, value: Node): void
  readonly host: readonly HostImport[]
  readonly registers: readonly RegisterInfo[]
  cause(cause: number): CauseInfo
  /** The type that `cause` gives for a cause (i32), in IR. */
  causeType(b: Builder, cause: Node): Node
  /** How privileged the CPU is now: one of a few objects, made once. */
  privilege(cpu: Cpu): Privilege
  /** Puts a vCPU into its reset state (memory is zero). */
  reset(cpu: Cpu): void
  /** The cause of the interrupt to take now, or undefined. */
  pendingInterrupt(cpu: Cpu): number | undefined
  /**
   * A device drives an interrupt line into the CPU; `line` is the target's own number (such as the bit of mip of RISC-V).
   * If an interrupt may follow, the target asks for the run loop (`Cpu.request`).
   */
  setLine(cpu: Cpu, line: number, level: boolean): void
  /** The cause to raise when a physical address that nobody answers is accessed (`Access`). */
  busError(access: number): number
  /** Does the CPU ignore bus errors of loads and stores now? Then loads give 0. Absent: never. */
  ignoresBusErrors?(cpu: Cpu): boolean
  /** Devices inside the CPUs, made once per machine; an access says which CPU asks. They hide the board's. */
  devices?(machine: CpuHost): readonly { readonly base: bigint; readonly device: MmioDevice }[]
  /** What the target keeps of a machine outside linear memory and `devices`, by name. Resetting it is part of `reset`. */
  parts?(machine: CpuHost): Readonly<Record<string, Stateful>>
  /** `Machine.wiring.clockHz` has changed. */
  clockChanged?(cpu: Cpu): void
  /** Are data accesses neither translated nor protected while these flags hold? Absent: not known of any. */
  flatData?(flags: number): boolean
  /** Are virtual addresses fixed while these flags hold, so that a region may span pages? */
  fixedMapping(flags: number): boolean
  /** Does a waiting CPU wake up (an enabled interrupt is pending, even if masked globally)? */
  wakes(cpu: Cpu): boolean
  /** `Head.exit` codes from `Exit.target` on. `Head.pc` is after the instruction. */
  handleExit(cpu: Cpu, code: number): void
  /** Translation flags (any i32) of the CPU's current state; mirrored into `Head.flags` by the target's code. */
  flags(cpu: Cpu): number
}
