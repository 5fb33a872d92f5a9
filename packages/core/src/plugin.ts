/**
 * The callback types of the plugin interface. `@guestscope/plugin-api` exports these to plugin authors; the plugin
 * host (`plugin-host.ts`) implements them. Addresses are bigint, zero-extended to 64 bits.
 */
import type { DisconMask, DisconType } from './discon.ts'

/** Ends a registration. Safe to call from any callback, and twice. */
export interface Disposable {
  dispose(): void
}

/**
 * What an execution callback may do with guest registers: `none` (the default, and the fastest) or `read`. Decides what
 * generated code puts into memory before the call.
 */
export type RegisterAccess = 'none' | 'read'

/** An interrupt, exception or host call, reported after the CPU is ready for the handler. Valid during the callback. */
export interface DisconEvent {
  /** Number of the vCPU, from 0. */
  readonly cpu: number
  readonly type: DisconType
  /** Interrupt: the instruction that would have run next; else the instruction that caused it. */
  readonly from: bigint
  /** The instruction that runs next: the handler's first, or after a host call the next guest instruction. */
  readonly to: bigint
  /** The target's own name and number of the cause. */
  readonly cause: { readonly number: number; readonly name: string }
}

/**
 * Something to count or remember per vCPU: a 64-bit cell that generated code updates without a call. A vCPU number that
 * does not exist is an error (`plugin/argument`). A reset of the machine leaves cells alone.
 */
export interface Cell {
  readonly name: string
  /** Value for one vCPU, unsigned 64 bits. */
  get(cpu: number): bigint
  /** Stores the value modulo 2^64. */
  set(cpu: number, value: bigint): void
  /** Adds modulo 2^64; the value may be negative. */
  add(cpu: number, value: bigint): void
  /** Sum over all vCPUs, modulo 2^64. */
  sum(): bigint
}

/** Named cells that belong together. */
export type Scoreboard<Name extends string> = { readonly [K in Name]: Cell }

/** Where a block or instruction can be instrumented. What is asked for first comes first. */
export interface Instrumentable {
  /**
   * Calls back before each execution, with the number of the vCPU. A block's callbacks come before those of its first
   * instruction. The instruction may still fault; then a discontinuity follows.
   */
  onExec(callback: (cpu: number) => void, access?: RegisterAccess): void
  /** Adds a constant (an integer, modulo 2^64) to the vCPU's cell at each execution, inline. */
  inlineAdd(cell: Cell, value: bigint | number): void
  /** Stores a constant (an integer, modulo 2^64) into the vCPU's cell at each execution, inline. */
  inlineStore(cell: Cell, value: bigint | number): void
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
  /**
   * May execution go on elsewhere than behind it? True for branches, jumps, returns, calls of the supervisor and the
   * like; then it is the last of its block. The last of a block that was cut short (page end, length) has false.
   */
  readonly endsBlock: boolean
  /** Assembly text. */
  disassemble(): string
  /** Symbol of the loaded image that covers the address. */
  symbol(): string | undefined
}

/**
 * A translation block: instructions that run one after the other unless a discontinuity comes between. The same address
 * can be translated again, in another block. Valid during the translation callback; later use throws
 * `plugin/stale-handle`.
 */
export interface TbHandle extends Instrumentable {
  /** Virtual address of the first instruction. */
  readonly address: bigint
  /** At least one. */
  readonly insns: readonly InsnHandle[]
}

/** A register of the target. */
export interface Register {
  readonly name: string
  /** `general`, `float`, `system` and so on, as the target has it. */
  readonly group: string
  /** Width. */
  readonly bits: number
}

/** Result of reading guest memory: a copy of all bytes asked for, or why there is none. */
export type MemoryResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string }

/**
 * What an installed plugin can do. Every registration also works later, during the run, and from any callback; blocks
 * are then translated again before the next one runs. Wrong arguments throw a `PluginError` (`plugin/argument` and
 * others); not caught, it ends the run, as any error of a plugin does.
 */
export interface PluginApi {
  /** The plugin's name in this run, for messages. */
  readonly name: string
  /** Name of the target, such as `riscv64`. */
  readonly target: string
  /** Number of vCPUs. */
  readonly cpus: number
  /** Calls back at each discontinuity whose type is in the mask. Costs nothing elsewhere. */
  onDiscon(types: DisconMask, callback: (event: DisconEvent) => void): Disposable
  /** Calls back for each block, when it is translated and before it runs. */
  onTranslate(callback: (tb: TbHandle) => void): Disposable
  /**
   * Calls back once when the run has ended: by the guest, the user, or an error of another plugin. `exit` here still
   * turns a successful run into a failed one.
   */
  onExit(callback: () => void): Disposable
  /** Makes cells, all zero. There are 65536 for all plugins together (`plugin/cells-exhausted`). */
  scoreboard<Name extends string>(...names: readonly Name[]): Scoreboard<Name>
  /** All registers of the target. */
  registers(): readonly Register[]
  /**
   * A register's value, unsigned. Inside an execution callback only with access `read` (`plugin/register-access`); an
   * unknown name is `plugin/register-unknown`.
   */
  readRegister(cpu: number, name: string): bigint
  /** Reads guest memory as the vCPU sees it now, without side effects; MMIO is refused. */
  readMemory(cpu: number, address: bigint, length: number): MemoryResult
  /** Reads guest physical memory; MMIO is refused. */
  readPhysical(address: bigint, length: number): MemoryResult
  /** Where a virtual address leads now (for instruction fetch if `fetch`), or undefined if it does not. */
  translateAddress(cpu: number, address: bigint, fetch?: boolean): bigint | undefined
  /** Instructions executed so far by all vCPUs, exact inside discontinuity callbacks. */
  clock(): number
  /** Writes text to the plugin output (stderr, or the file that the user named). Line ends are the plugin's. */
  output(text: string): void
  /** Opens a text file for output, named by the user in an option; the host decides where files go. */
  openOutput(path: string): OutputFile
  /**
   * Ends the run at the next safe point with this status (an integer from 0 to 255) and an optional message for the
   * user. The first reason to end counts; callbacks may come until it takes effect.
   */
  exit(status: number, message?: string): void
}

/** A text file that is written in the background; the host flushes it when the run ends, however it ends. */
export interface OutputFile {
  write(text: string): void
}
