/** Accesses to guest memory, seen and made by plugins. */

/** Which accesses: loads, stores, or both. Loads that fetch instructions or walk page tables are none. */
export type MemoryAccess = 'read' | 'write' | 'both'

/**
 * A successful access of an instruction to memory; an access that faults shows none. An instruction that makes several
 * (load multiple, atomic read-modify-write) has one event for each, in its order. Valid during the callback; later use
 * throws `plugin/stale-handle`. All is computed when asked for, and the numbers cost less than the bigints.
 */
export interface MemEvent {
  /** Number of the vCPU, from 0. */
  readonly cpu: number
  /** Virtual address of the first byte. */
  readonly address: bigint
  /** The low 32 bits of the address, unsigned. */
  readonly addressLow: number
  /** The high 32 bits of the address, unsigned. */
  readonly addressHigh: number
  /** Bytes: 1, 2, 4, 8 or 16. */
  readonly size: number
  /** A store; else a load. */
  readonly isStore: boolean
  /** The loaded value is sign-extended into its register. */
  readonly signed: boolean
  readonly bigEndian: boolean
  /** What was loaded or stored: `size` bytes, unsigned; in deferred callbacks the low 8 of 16. */
  readonly value: bigint
  /** The low 32 bits of the value, unsigned. */
  readonly valueLow: number
  /** Guest physical address of the first byte; undefined if the access itself has changed where the address leads. */
  readonly physical: bigint | undefined
  /** A device answered, not RAM or ROM. */
  readonly isIo: boolean
  /** Name of the memory region or device that holds the first byte; empty if `physical` is undefined. */
  readonly device: string
  /** Offset of the first byte from the beginning of that region or device. */
  readonly deviceOffset: bigint
}

/**
 * Why guest memory cannot be read or written as asked: nothing is mapped at a virtual address, nothing answers at the
 * physical one, a device would (plugins never touch devices), or it cannot be written.
 */
export type MemoryErrorCode = 'unmapped' | 'nothing-there' | 'device' | 'readonly'

/** Result of reading guest memory: a copy of all bytes asked for, or why there is none. */
export type MemoryResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly code: MemoryErrorCode; readonly reason: string }

/** Result of writing guest memory: all of it, or why nothing was written. */
export type MemoryWriteResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: MemoryErrorCode; readonly reason: string }
