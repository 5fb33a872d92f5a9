/** A board: memory map, devices and wiring around the CPUs of one target. */
import type { Console, DeviceHost, MmioDevice, Stateful } from './device.ts'
import type { SemihostingHost } from './guest-files.ts'
import type { LoadedImage } from './image.ts'

/** Clocks of the day begin at 2025-01-01 00:00 UTC unless told otherwise, so that a run is the same every time. */
export const defaultStartTime: number = Date.UTC(2025, 0, 1) / 1000

/** What the user chooses about a machine. */
export interface BoardOptions {
  /** Bytes of main memory; the board checks what it can address. */
  memoryBytes: number
  /** Number of CPUs, 1 … `Board.maxCpus`. */
  cpus: number
  /** What the CPUs are, for boards that tell the guest; the machine's own options have it. */
  target?: { readonly name: string }
  console: Console
  /** The program, which core loads; boards look at its entry and its width. */
  image: LoadedImage | undefined
  /** Are semihosting calls serviced? */
  semihosting: boolean
  /** What they may use of the host; the console in any case. */
  semihostingHost?: SemihostingHost
  /** What clocks of the day show at power-on, whole seconds since 1970-01-01 UTC; default `defaultStartTime`. */
  startTime?: number
  /** Kernel's command line, for boards that hand one over. */
  commandLine?: string
  /** Where the user's initial file system will be loaded, physical address and bytes. */
  initrd?: { base: bigint; size: number }
  /** Where firmware goes on: the kernel's first instruction, for boards that tell firmware. */
  nextEntry?: bigint
}

/** What a machine starts from, as a boot loader would have put it into memory. */
export interface BootFiles {
  /** Runs first; bytes are a raw binary, which the board knows a place for. */
  first: LoadedImage | Uint8Array
  /** What the first one starts. */
  kernel?: LoadedImage | Uint8Array
  /** Initial file system, as the kernel wants it. */
  initrd?: Uint8Array
}

/** `BootFiles` with their places: options for the machine. */
export interface BootPlan extends Pick<BoardOptions, 'initrd' | 'nextEntry'> {
  /** All files in one. */
  readonly image: LoadedImage
}

/** A piece of memory. */
export interface MemoryRegionSpec {
  name: string
  /** Physical address, a multiple of 4096. */
  base: bigint
  /** Bytes, a multiple of 4096. */
  size: number
  /** Stores of the guest have no effect. */
  readonly?: boolean
  /**
   * Hears of stores of the guest to read-only memory, such as flash: offset in the region, bytes (1 … 8), value. What it
   * makes of them it writes with `BoardHost.writeMemory`.
   */
  stored?(offset: number, length: number, value: bigint): void
  /** The same memory as an earlier piece of this name and size, at a second address. */
  mirrorOf?: string
}

/** How a board wires its CPUs, as far as their target asks for it. */
export interface CpuWiring {
  /** Frequency of the CPUs' clock, Hz. */
  clockHz?: number
  /** Frequency of a second clock that timers inside the CPUs can count, Hz. */
  referenceHz?: number
  /** External interrupt lines of each CPU. */
  interrupts?: number
  /** Bits of an interrupt's priority. */
  priorityBits?: number
  /**
   * Comparators of the CPUs with `BuiltBoard.time`: from when that is at least `value` (unsigned) on, the board holds a line
   * of the CPU; undefined: it does not compare.
   */
  compareTime?(cpu: number, value: bigint | undefined): void
}

/** What a board may use of its machine. */
export interface BoardHost extends DeviceHost {
  /** Drives an interrupt line of a CPU; `line` is the target's number (such as the bit of mip of RISC-V). */
  setLine(cpu: number, line: number, level: boolean): void
  /** From now on the CPUs' clock (`CpuWiring.clockHz`) has this frequency. */
  setClock(hz: number): void
  /** Resets the machine (CPUs, devices, initial contents) after the present instruction. */
  reset(): void
  /** Host work that costs as much time as so many instructions: see `Machine.charge`. */
  charge(instructions: number): void
  /** Bytes of RAM or ROM by physical address, for devices; undefined if any of them is something else. */
  readMemory(address: number, length: number): Uint8Array | undefined
  /** Writes RAM or ROM by physical address, for devices; false, and nothing written, if any byte is something else. */
  writeMemory(address: number, bytes: Uint8Array): boolean
  /**
   * A CPU (not a debugger) has read a physical address where the board has nothing, and got some value: if it goes on doing
   * so the user is told. Reads that end in bus errors need no call.
   */
  absentRead(address: number): void
  /** Tells the user something about the guest in one line, once for each key; no news for a debugger's accesses. */
  notice(key: string, text: string): void
}

/** A kind of machine. Building twice gives two independent machines. */
export interface Board {
  /** Such as `virt`. */
  readonly name: string
  /** One line for a list. */
  readonly description: string
  /** Name of the target it needs, such as `riscv64`. */
  readonly target: string
  readonly maxCpus: number
  /** Bytes. */
  readonly defaultMemory: number
  /** The real board has so much memory, and no other size is taken. */
  readonly fixedMemory?: boolean
  /**
   * Finds places for firmware, kernel and initial file system; throws a `ConfigError` if they do not fit. Absent: the
   * board starts programs alone, and has no use for a command line.
   */
  boot?(files: BootFiles, memoryBytes: number): BootPlan
  /** Throws a `ConfigError` for options that it cannot satisfy. */
  build(host: BoardHost, options: BoardOptions): BuiltBoard
}

/** What core maps and runs. */
export interface BuiltBoard {
  /** RAM and ROM, disjoint from each other and from the devices. */
  regions: MemoryRegionSpec[]
  devices: { base: bigint; device: MmioDevice }[]
  /** What else has state, by name: sensors on a bus, switches. Reset before the devices. */
  parts?: Readonly<Record<string, Stateful>>
  /** Initial contents besides the image, by physical address; read-only regions included. */
  contents: { base: bigint; bytes: Uint8Array }[]
  /** Where every CPU starts; absent: where the target's reset says. */
  resetPc?: bigint
  wiring?: CpuWiring
  /** A counter that the board lends to its CPUs (such as mtime of RISC-V), unsigned 64 bits; absent: they see the clock. */
  time?(): bigint
  /** Feeds the console device; bytes wait until the guest takes them. */
  input(bytes: Uint8Array): void
}
