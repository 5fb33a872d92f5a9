/** What a user chooses about a machine. Names of options are those of the command `guestscope run`, where it has them. */
import type { GuestFiles, PluginDefinition, Tier } from '@guestscope/core'
import type { OptionInput, PluginHostIo } from '@guestscope/plugin-host'
import type { MachineNames, Targets } from './guests.ts'
import type { Companion, SourceFile } from './program.ts'

/** What is in a machine's memory at the start: a program, or firmware with a kernel. */
export interface MemoryContents {
  readonly targets: Targets
  /** The program that the machine starts with: an ELF or Intel HEX file; with `raw` any bytes. */
  readonly image?: SourceFile | undefined
  /** The image is a raw binary for this physical address. */
  readonly raw?: bigint | undefined
  /** Other files for the memory. */
  readonly load?: readonly Companion[] | undefined
  /** Firmware that starts instead of `image`, such as OpenSBI: an ELF file, or a raw binary for the start of RAM. */
  readonly bios?: SourceFile | undefined
  /** What the firmware starts: an ELF file or a raw binary. Both may be packed with gzip. */
  readonly kernel?: SourceFile | undefined
  /** Initial file system that the kernel finds in memory, as the kernel wants it. */
  readonly initrd?: SourceFile | undefined
  /** The kernel's command line. */
  readonly append?: string | undefined
}

/** Where the guest's characters go, and whether any may come. */
export interface ConsoleOptions {
  /** Takes bytes of the serial port, which are its to keep; absent: they are lost. */
  readonly write?: (bytes: Uint8Array) => void
  /**
   * What `send` brings reaches the serial port; default true. Semihosting calls that are served read it besides, in any
   * case.
   */
  readonly input?: boolean
  /**
   * Somebody may `send` at any time, until `endInput`: while the guest waits for it, so does a run. Default false: a run in
   * which nothing but input could happen ends as `asleep`, and semihosting calls find the end of the input behind what
   * was sent.
   */
  readonly interactive?: boolean
}

/** What semihosting calls may use. */
export interface SemihostingOptions {
  /** Files; absent: none can be opened. */
  readonly files?: GuestFiles
  /** Arguments of the program, its name first; default: the name of the image. */
  readonly commandLine?: string
  /** Takes what they print; default: `console.write`. */
  readonly write?: (bytes: Uint8Array) => void
}

/** A plugin with its options. */
export interface PluginChoice {
  readonly plugin: PluginDefinition
  /** By name; they are checked against the plugin's description. */
  readonly options?: OptionInput
}

/**
 * What plugins may use of the host; all of it may be absent. Reports (`output`) go to `console.log` then, and there are no
 * files: a plugin that wants one is refused with `file/none`.
 */
export type PluginIo = Partial<Omit<PluginHostIo, 'program' | 'symbol'>>

/** Options of `createMachine`. */
export interface MachineChoice extends MachineNames, MemoryContents {
  /**
   * Bytes of main memory, or a text such as `128M` (k, M, G: powers of 1024); default: what the board usually has. Boards
   * say what they can have: `virt` multiples of 4 KiB from 64 KiB on.
   */
  readonly memory?: number | string | undefined
  /** Number of CPUs, 1 … the board's most; default 1. */
  readonly cpus?: number | undefined
  /**
   * Guest time: so many instructions take a second, 1 … 10^12, or as many as the board's CPUs have clock cycles; default
   * 10^9. Guest time depends on nothing else: the same run is the same every time.
   */
  readonly rate?: number | 'board' | undefined
  /** What clocks of the day show at the start, whole seconds since 1970 UTC; default 2025-01-01. */
  readonly startTime?: number | undefined
  /** Highest tier of the engine; makes no difference to the guest. Default 1. */
  readonly tier?: Tier | undefined
  readonly console?: ConsoleOptions | undefined
  /** Semihosting calls of the guest are served; default false: to the guest they are breakpoints. */
  readonly semihosting?: boolean | SemihostingOptions | undefined
  /** Installed before the first instruction, in order; later ones by `GuestMachine.install`. */
  readonly plugins?: readonly PluginChoice[] | undefined
  readonly pluginIo?: PluginIo | undefined
  /** Hears what the user should know of the guest, one line of text each, each only once. */
  readonly notice?: ((text: string) => void) | undefined
}
