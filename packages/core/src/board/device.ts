/** What devices and machines know of each other. Devices know neither the CPU nor the guest architecture. */

/** Bytes of an access that reaches a device. */
export type AccessSize = 1 | 2 | 4

/**
 * Something with state of its own. What changes while the guest runs is all in `state`, but deadlines (`Timer`): a
 * snapshot of the machine copies it, and restoring puts the copy in its place.
 */
export interface Stateful {
  /** Plain data that `structuredClone` copies. A reset makes it anew. */
  state: object
  /**
   * The state after power-on; drives the lines and cancels or sets the deadlines that belong to it. Called before the
   * first instruction too, after the CPUs' own reset: constructors leave host and lines alone.
   */
  reset?(): void
  /** `state` is that of a snapshot now, as is that of everything else: no line need be driven, no deadline set. */
  restored?(): void
}

/**
 * A memory-mapped device. Offsets are bytes from its base, below `size` and multiples of the access size: unaligned
 * accesses never reach a device. Values are unsigned (0 … 2^32 - 1), the first byte in the lowest bits: as guests see them
 * that keep the lowest byte first; others exchange the bytes. A 64-bit access
 * comes as two 32-bit ones, low half first, but for stores to a device that has `write64`.
 */
export interface MmioDevice extends Partial<Stateful> {
  readonly name: string
  /** Bytes of address space. */
  readonly size: number
  /** Bytes of the smallest access that it takes; default 1. Smaller ones are bus errors (access faults). */
  readonly smallest?: AccessSize
  /** `cpu`: index of the CPU that asks; undefined: a debugger or the host. */
  read(offset: number, size: AccessSize, cpu?: number): number
  write(offset: number, size: AccessSize, value: number, cpu?: number): void
  /** A store of 64 bits at once, in halves. */
  write64?(offset: number, low: number, high: number, cpu?: number): void
}

/** One deadline of a device, set or not. */
export interface Timer {
  /**
   * The device is called once when `DeviceHost.clock()` reaches `at` (nanoseconds); at once, before the next instruction,
   * if it has already; never after 2^53 (104 days). A deadline of the past that is set while this timer calls lies ahead.
   * Replaces the earlier deadline.
   */
  set(at: number): void
  /** Takes the deadline back, if there is one. */
  cancel(): void
}

/** What a device may use of its machine. */
export interface DeviceHost {
  /**
   * The machine's time in nanoseconds, not always whole. An instruction takes one of them unless the user chooses another
   * rate. During an access: the time before the accessing instruction.
   */
  clock(): number
  /**
   * Makes a timer that calls `due`. For constructors: a snapshot knows the timers of a machine by the order in which they
   * were made. Of deadlines at the same time, that of the timer made first comes first.
   */
  timer(due: () => void): Timer
  /** Ends the run; `status` as of a process, 0 … 255 by custom. Execution stops after the present instruction. */
  exit(status: number): void
}

/** A level-triggered line: what drives it calls it with each change; repeating a level is harmless. */
export type Line = (level: boolean) => void

/**
 * Where a machine's characters go. Input takes another path: the host pushes bytes into `BuiltBoard.input`, the
 * device holds what its FIFO cannot take yet.
 */
export interface Console {
  /** The bytes are the callee's to keep. */
  write(bytes: Uint8Array): void
}
