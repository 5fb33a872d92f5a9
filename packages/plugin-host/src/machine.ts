import type {
  Cpu,
  GuestMemory,
  InputFile,
  OutputFile,
  OutputOptions,
  Program,
  StopReason,
  Target,
} from '@guestscope/core'
import type { Instrumentation } from '@guestscope/core/hooks'

/** What the plugin host needs of the machine. All of it may be called from any callback. */
export interface PluginMachine {
  /** The plugin host puts itself in. */
  instrumentation: Instrumentation
  readonly cpus: readonly Cpu[]
  readonly target: Pick<Target, 'name' | 'registers' | 'cause' | 'disassemble' | 'describe' | 'privilege'>
  readonly memory: Pick<GuestMemory, 'placeAt' | 'traces' | 'wasm' | 'words'>
  /** Instructions executed so far. */
  clock(): number
  /** Why the run has ended. */
  readonly stopReason: StopReason | undefined
  /** Ends the run at the next safe point; the first reason wins. */
  stop(reason: StopReason): void
  /** Drops all translated code at the next safe point, because instrumentation has changed. */
  flushBlocks(): void
  /** Mirrors `Instrumentation.discons` into the vCPUs. */
  updateDiscon(): void
  /** Ends the slice that runs, so that a safe point comes soon. */
  requestSafePoint(): void
  /** Ends the call that runs the machine, so that whoever made it can look at something else. */
  yield(): void
  /**
   * Instead of the instruction whose callbacks run now, the CPU goes on where `go` sends it; `inAccess`: the instruction
   * has begun, and ends with the access that it has just made.
   */
  redirect(cpu: Cpu, go: () => void, inAccess: boolean): void
  virtualTime(): number
  /** Virtual time stands still at this value; undefined: it goes on. */
  holdTime(time: number | undefined): void
  readVirtual(cpu: Cpu, address: bigint, bytes: number, access?: number): Uint8Array | undefined
  readPhysical(address: bigint, bytes: number): Uint8Array | undefined
  writeVirtual(cpu: Cpu, address: bigint, data: Uint8Array): boolean
  writePhysical(address: bigint, data: Uint8Array): boolean
  translateDebug(cpu: Cpu, address: bigint, access: number): bigint | undefined
}

/** What the plugin host needs of whoever runs the machine: the command line, a browser page, a test. */
export interface PluginHostIo {
  /** Text for the user; ends with a line end if the plugin wrote one. */
  output(text: string): void
  /**
   * Opens a file that a plugin's option names; `plugin`: the name under which it is installed, no other's. Throws an error for
   * the user if it cannot.
   */
  openOutput(path: string, options?: OutputOptions, plugin?: string): OutputFile
  /** Reads a whole file that a plugin's option names; absent: plugins cannot read files here. */
  readFile?(path: string): Uint8Array
  /** Is there a plain file? Absent: there is none. */
  fileExists?(path: string): boolean
  /** Opens a file that a plugin's option names, to be read piece by piece. */
  openInput?(path: string): InputFile
  /** The program that the user gave. */
  readonly program?: Program | undefined
  /** Symbol of the loaded image that covers the address. */
  symbol?(address: bigint): string | undefined
  /** What becomes of a run when a plugin throws: it ends (the default), or goes on without that plugin. */
  readonly pluginErrors?: 'stop-run' | 'stop-plugin'
  /**
   * A plugin threw; it gets no more callbacks. Called at once: once per plugin, and once more if a promise that its
   * callback returned is rejected.
   */
  onError?(failure: PluginFailure): void
  /**
   * A callback of a plugin, or its `install`, is called; without arguments: it has returned. So that who watches the run
   * can name what does not return. Not for those that run with translated code, traps included: they are too many.
   */
  calling?(plugin?: string, callback?: string): void
}

/** An error of a plugin. */
export interface PluginFailure {
  readonly plugin: string
  /** `onDiscon`, `onTranslate`, `onExec`, `onExit` and so on, or in words what else of the plugin it was. */
  readonly callback: string
  readonly error: unknown
  /**
   * What it leads to. `ends-run`: it is the reason with which the run ends. `ends-plugin`: the plugin leaves, and the run
   * goes on. `nothing`: the run has ended for another reason already, or the plugin has; nobody else tells of it.
   */
  readonly outcome: 'ends-run' | 'ends-plugin' | 'nothing'
}
