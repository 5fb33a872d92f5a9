/** What several parts of the plugin interface speak of. Addresses are bigint, zero-extended to 64 bits. */

/**
 * What a callback may give back: anything, and nothing is done with it, except a promise, which nothing would wait for: an
 * async function is an error of types, and `plugin/async-callback` when it is registered or has returned.
 */
export type CallbackResult =
  | void
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | symbol
  | (object & { readonly then?: never })

/** Ends a registration. Safe to call from any callback, and twice. */
export interface Disposable {
  dispose(): void
}

/**
 * What a callback may do with guest registers; decides what generated code puts into memory before the call, and reads
 * again after it:
 *
 * - `none` (the default, and the fastest): no registers
 * - `read`: `readRegister`
 * - `write`: `writeRegister` too, of every register but the pc; what is written counts from the instruction on
 * - `write-pc`: `setPc` too; the instruction does not run then, or ends with the access that `onMemory` tells of
 *
 * Anything else is `plugin/register-access`.
 */
export type RegisterAccess = 'none' | 'read' | 'write' | 'write-pc'

/**
 * What a callback may do with registers, and when it is called. `deferred`: no registers, and later. Generated code records
 * the calls without leaving; the plugin gets them in a batch, each once, in their order and with the same arguments:
 * before anything else of the plugin is called, and at the latest when the slice of the vCPU ends (some thousand times a
 * second; with several vCPUs, when it is the next one's turn). So the guest has gone on meanwhile: memory, cells, `clock`
 * and what is asked of the address translation (`MemEvent.physical`, `isIo`, `device`, `deviceOffset`) are as they are then,
 * and `exit` comes later. Several times as fast as `none`; for what counts, models or prints.
 */
export type CallbackAccess = RegisterAccess | 'deferred'

/**
 * When a conditional callback is called: the vCPU's cell, compared with a constant, both unsigned 64 bits. `never` and
 * `always` do not look at the cell.
 */
export type Condition = 'never' | 'always' | '==' | '!=' | '<' | '<=' | '>' | '>='

/**
 * Names that the compiler knows of one target. Each target package exports such a type: with
 * `install(api: PluginApi<RiscvNames>)` a misspelt register is an error while you type. Any text otherwise.
 */
export interface TargetNames {
  readonly register: string
  readonly cause: string
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

/** A count per vCPU that generated code keeps while the registration lasts; afterwards it stays as it is. */
export interface Counter extends Disposable {
  /** Count of one vCPU. */
  get(cpu: number): bigint
  /** Count of all vCPUs together. */
  sum(): bigint
}
