/** What an installed plugin can do. */

import type { CallbackResult, Cell, Counter, Disposable, Scoreboard, TargetNames } from './common.ts'
import type { Privilege, Register, TimeControl } from './cpu.ts'
import type { DisconMask } from './discon.ts'
import type { DisconEvent } from './discon-event.ts'
import type { EdgeEvent, EdgeKind } from './edge.ts'
import type { InputFile } from './files.ts'
import type { MemoryResult, MemoryWriteResult } from './memory.ts'
import type { Program } from './program.ts'
import type { TraceBuffer, TraceField, TraceOptions } from './trace.ts'
import type { TbHandle } from './translation.ts'

/**
 * What an installed plugin can do. Every registration also works later, during the run, and from any callback; where it
 * concerns translated code, blocks are translated again before the next one runs. Wrong arguments throw a `PluginError`
 * (`plugin/argument` and others); not caught, it counts as any error of a plugin does. Callbacks are synchronous
 * (`plugin/async-callback`). After the plugin is gone
 * (`uninstall`, or an error of it) every call throws `plugin/gone`, but for those that only tell what was, and `output`.
 */
export interface PluginApi<Names extends TargetNames = TargetNames> {
  /** The plugin's name in this run, for messages. */
  readonly name: string
  /** Name of the target, such as `riscv64`. */
  readonly target: string
  /** Number of vCPUs; they are numbered from 0. */
  readonly cpus: number
  /** The program that the user gave; undefined if there is none. */
  readonly program: Program | undefined

  // Life.

  /**
   * Takes the plugin out of the run: from now on none of its callbacks comes, except those that hand over what its trace
   * buffers still hold. Its inline operations end, and its cells are given back, at the next safe point; then the
   * promise resolves. A promise of a run that does not give JavaScript its turn resolves when the run does; `done` is
   * called at the safe point itself.
   */
  uninstall(done?: () => CallbackResult): Promise<void>
  /**
   * Drops all registrations and trace buffers of the plugin, as `uninstall` does, but keeps it and its cells: at the
   * next safe point `callback` may register anew.
   */
  reset(callback?: () => CallbackResult): Promise<void>
  /**
   * Calls back once when the run has ended: by the guest, the user, or an error of another plugin. `exit` here still
   * turns a successful run into a failed one.
   */
  onExit(callback: () => CallbackResult): Disposable

  // vCPUs and machine.

  /** Calls back when a vCPU begins to exist; for those that do already, before the first instruction from now on. */
  onCpuInit(callback: (cpu: number) => CallbackResult): Disposable
  /** Calls back when a vCPU ceases to exist: at the end of the run, before `onExit`. */
  onCpuExit(callback: (cpu: number) => CallbackResult): Disposable
  /** Calls back when a vCPU begins to wait for an interrupt. */
  onCpuIdle(callback: (cpu: number) => CallbackResult): Disposable
  /** Calls back when a vCPU goes on after it has waited. */
  onCpuResume(callback: (cpu: number) => CallbackResult): Disposable
  /** Calls back after the machine has been reset, before its first instruction. */
  onReset(callback: () => CallbackResult): Disposable
  /** Calls back when all translations are thrown away: blocks that are still needed are translated anew. */
  onFlush(callback: () => CallbackResult): Disposable

  // Discontinuities.

  /** Calls back at each discontinuity whose type is in the mask. Costs nothing elsewhere. */
  onDiscon(types: DisconMask, callback: (event: DisconEvent<Names>) => CallbackResult): Disposable
  /** Counts discontinuities whose type is in the mask, without a call. */
  countDiscons(types: DisconMask): Counter

  // Code.

  /** Calls back for each block, when it is translated and before it runs. */
  onTranslate(callback: (tb: TbHandle) => CallbackResult): Disposable
  /** Calls back at each control-flow edge of these kinds (all, if not given); `deferred`: later, see `CallbackAccess`. */
  onEdge(
    callback: (edge: EdgeEvent) => CallbackResult,
    kinds?: readonly EdgeKind[],
    access?: 'none' | 'deferred',
  ): Disposable
  /** Counts control-flow edges of these kinds (all, if not given), inline. */
  countEdges(kinds?: readonly EdgeKind[]): Counter
  /** Records control-flow edges of these kinds (all, if not given), inline. */
  traceEdges(buffer: TraceBuffer, kinds?: readonly EdgeKind[]): Disposable
  /** Makes a buffer for records that generated code writes. */
  traceBuffer<const Field extends TraceField>(options: TraceOptions<Field>): TraceBuffer

  // Cells.

  /** Makes cells of different names, all zero. There are 65536 for all plugins together (`plugin/cells-exhausted`). */
  scoreboard<Name extends string>(...names: readonly Name[]): Scoreboard<Name>
  /** Gives cells of this plugin back; instrumentation that uses them ends at the next safe point. Using them now is `plugin/argument`. */
  freeScoreboard(scoreboard: { readonly [name: string]: Cell }): void

  // Registers, memory, time.

  /** All registers of the target. */
  registers(): readonly Register<Names>[]
  /**
   * A register's value, unsigned. Inside a callback that declares its access only with `read` or more
   * (`plugin/register-access`); an unknown name is `plugin/register-unknown`.
   */
  readRegister(cpu: number, name: Names['register']): bigint
  /**
   * Writes a register, modulo its width. Inside a callback that declares its access only with `write` or more; the pc
   * is written with `setPc`. Registers that cannot be written are `plugin/register-readonly`.
   */
  writeRegister(cpu: number, name: Names['register'], value: bigint): void
  /**
   * Goes on at this address. Inside an execution callback only with `write-pc`, and for its own vCPU: the instruction
   * does not run, and further callbacks of it do not come. Also in `onDiscon` (instead of the handler), `onCpuInit`,
   * `onReset` and `onCpuResume`.
   */
  setPc(cpu: number, address: bigint): void
  /** How privileged the vCPU is now; costs next to nothing, in any callback. */
  privilege(cpu: number): Privilege
  /** Reads guest memory as the vCPU sees it now, without side effects, 1 GiB at most; devices are refused. */
  readMemory(cpu: number, address: bigint, length: number): MemoryResult
  /** Writes guest memory as the vCPU sees it now: all bytes, or none. Code that is overwritten is translated anew. */
  writeMemory(cpu: number, address: bigint, bytes: Uint8Array): MemoryWriteResult
  /** Reads guest physical memory, 1 GiB at most; devices are refused. */
  readPhysical(address: bigint, length: number): MemoryResult
  /** Writes guest physical memory: all bytes, or none. */
  writePhysical(address: bigint, bytes: Uint8Array): MemoryWriteResult
  /** Where a virtual address leads now (for instruction fetch if `fetch`), or undefined if it does not. */
  translateAddress(cpu: number, address: bigint, fetch?: boolean): bigint | undefined
  /**
   * Instructions executed so far by all vCPUs, time slept included; exact inside discontinuity callbacks, and in
   * execution callbacks with register access.
   */
  clock(): number
  /** Takes virtual time into the plugin's hands; undefined if another plugin has it. */
  requestTimeControl(): TimeControl | undefined

  // The world outside.

  /** Writes text to the plugin output (stderr, or the file that the user named). Line ends are the plugin's. */
  output(text: string): void
  /** Opens a file for output, named by the user in an option; the host decides where files go. */
  openOutput(path: string, options?: OutputOptions): OutputFile
  /** Reads a whole file that the user named in an option. Throws an error for the user if it cannot be read. */
  readFile(path: string): Uint8Array
  /** Is there a plain file of this name? False where there are no files. */
  fileExists(path: string): boolean
  /** Opens a file or pipe that the user named in an option, to be read piece by piece. Throws an error for the user if it cannot. */
  openInput(path: string): InputFile
  /**
   * Lets the host look soon at what it has besides the guest: signals, limits, input. For callbacks that hold the guest up on
   * purpose; it makes no difference to the guest.
   */
  yield(): void
  /**
   * Ends the run at the next safe point with this status (an integer from 0 to 255) and an optional message for the
   * user. The first reason to end counts; callbacks may come until it takes effect.
   */
  exit(status: number, message?: string): void
}

/** How a file for output is opened. */
export interface OutputOptions {
  /** Makes the folder that the file lies in, if it is missing. The folder above must be there. */
  readonly makeFolder?: boolean
}

/** A file that is written in the background; the host flushes it when the run ends, however it ends. */
export interface OutputFile {
  /** Writes a text (as UTF-8) or bytes, which are copied. */
  write(data: string | Uint8Array): void
}
