/** A machine with a program in it, to be run, looked into and stopped: what users of the library have in their hands. */
import {
  type Board,
  type Cpu,
  type LoadedImage,
  type Machine,
  type PluginDefinition,
  type RegisterInfo,
  type RunState,
  type StopReason,
  stopMessage,
} from '@guestscope/core'
import type { CpuModel, Guest } from '@guestscope/images'
import { type OptionInput, PluginHost, type PluginHostIo } from '@guestscope/plugin-host'
import { UsageError } from './errors.ts'
import type { GuestInput } from './input.ts'
import { type RunEnd, type RunOptions, runLoop } from './run.ts'
import type { SymbolTable } from './symbols.ts'
import { nearest } from './text.ts'
import { Wake } from './wake.ts'

/** A register and what it holds. */
export interface RegisterValue {
  readonly name: string
  /** Group as in gdb's target descriptions: general, float, system … */
  readonly group: string
  readonly bits: number
  /** Unsigned. */
  readonly value: bigint
}

/** Which memory is meant. */
export interface MemoryChoice {
  /** As this CPU sees it; default 0. */
  readonly cpu?: number
  /** The address is physical; default false. */
  readonly physical?: boolean
}

/** What `createMachine` makes a machine of. */
export interface GuestMachineParts {
  readonly core: Machine
  readonly guest: Guest
  readonly board: Board
  readonly cpu: CpuModel
  readonly image: LoadedImage
  readonly input: GuestInput
  /** Hear all that the guest prints. */
  readonly printed: Set<(bytes: Uint8Array) => void>
  readonly symbols: () => SymbolTable
  readonly pluginIo: PluginHostIo
}

/** A machine. Several live beside each other without knowing it. */
export class GuestMachine {
  /** The machine as core and debuggers see it. */
  readonly core: Machine
  readonly guest: Guest
  readonly board: Board
  readonly cpu: CpuModel
  /** All that was loaded. */
  readonly image: LoadedImage
  readonly plugins: PluginHost
  readonly #input: GuestInput
  readonly #printed: Set<(bytes: Uint8Array) => void>
  readonly #symbols: () => SymbolTable
  readonly #wake = new Wake()
  /** Guest code may be under way: plugins do not report in the middle of it. */
  #running = false

  /** For `createMachine`. */
  constructor(parts: GuestMachineParts) {
    this.core = parts.core
    this.guest = parts.guest
    this.board = parts.board
    this.cpu = parts.cpu
    this.image = parts.image
    this.#input = parts.input
    this.#printed = parts.printed
    this.#symbols = parts.symbols
    this.plugins = new PluginHost(this.core, parts.pluginIo)
  }

  // Running.

  /**
   * Runs until the guest, a plugin or `stop` ends it for good, or until one of the options is reached: then another `run`
   * goes on. Others have their turn about every 10 ms. When the end is for good, plugins have reported before the promise
   * is resolved. Rejected with a `UsageError` (`usage/running`) while another run is under way.
   */
  async run(options: RunOptions = {}): Promise<RunEnd> {
    if (this.#running)
      throw new UsageError(
        'usage/running',
        'The machine runs already.',
        'Await the end of the other run first.',
      )
    this.#running = true
    try {
      const { core: machine } = this
      const mayWake = (): boolean => this.#input.mayWake(machine)
      const end = await runLoop({ machine, wake: this.#wake, printed: this.#printed, mayWake }, options)
      options.host?.ended?.(end)
      return this.#finish() ?? end
    } finally {
      this.#running = false
    }
  }

  /**
   * Executes so many instructions (of all CPUs together; default 1) at once, and nothing beside them. `stopped`: the end is
   * for good; `idle`: every CPU waits for something from outside.
   */
  step(instructions = 1): RunState {
    const inRun = this.#running
    this.#running = true
    try {
      return this.core.run(instructions)
    } finally {
      this.#running = inRun
      if (!inRun) this.#finish()
    }
  }

  /** Ends it for good before the next instruction, unless something else has; also in the middle of a run. */
  stop(status = 0, message?: string): void {
    this.core.stop({ kind: 'exit', status, ...(message !== undefined && { message }) })
    this.#wake.call()
    if (!this.#running) this.#finish()
  }

  /** Why it has ended for good; undefined: it has not. */
  get stopReason(): StopReason | undefined {
    return this.plugins.ended ?? this.core.stopReason
  }

  /** The plugins report, once. */
  #finish(): StopReason | undefined {
    const { stopReason } = this.core
    if (stopReason === undefined || this.plugins.ended !== undefined) return this.stopReason
    return this.plugins.finish(stopReason)
  }

  /** Ends a wait of the run: something has changed outside of the machine. */
  wake(): void {
    this.#wake.call()
  }

  // Input.

  /** Input for the guest, a text as UTF-8: it waits until the guest takes it. */
  send(data: Uint8Array | string): void {
    this.#input.receive(this.core, typeof data === 'string' ? new TextEncoder().encode(data) : data)
    this.#wake.call()
  }
  /** No more input will come. */
  endInput(): void {
    this.#input.end()
    this.#wake.call()
  }

  // Plugins.

  /**
   * Installs a plugin, also while the machine is in use. Throws a `PluginError` that names it, and leaves nothing behind,
   * if it or its options are refused.
   */
  install(plugin: PluginDefinition, options: OptionInput = {}): void {
    this.plugins.install(plugin, options)
  }

  // Looking into it.

  /** Virtual address of the next instruction. */
  pc(cpu = 0): bigint {
    return this.#cpuAt(cpu).pc
  }

  /** All registers of a CPU, in the target's order. */
  registers(cpu = 0): RegisterValue[] {
    const at = this.#cpuAt(cpu)
    return this.core.target.registers.map(({ name, group, bits, read }) => ({
      name,
      group,
      bits,
      value: read(at),
    }))
  }
  /** What a register holds, unsigned. Throws a `UsageError` (`usage/register`) if there is none of that name. */
  register(name: string, cpu = 0): bigint {
    return this.#register(name).read(this.#cpuAt(cpu))
  }
  /** Sets a register. Throws a `UsageError` (`usage/register`) if there is no such one, or it cannot be written. */
  setRegister(name: string, value: bigint, cpu = 0): void {
    const { write } = this.#register(name)
    if (write === undefined)
      throw new UsageError('usage/register', `Register ${name} cannot be written.`, 'Write another one.')
    write(this.#cpuAt(cpu), value)
  }

  /** Bytes of RAM or ROM, without side effects: a copy. Undefined if any of them is something else. */
  readMemory(
    address: bigint,
    length: number,
    { cpu = 0, physical = false }: MemoryChoice = {},
  ): Uint8Array | undefined {
    const bytes = physical
      ? this.core.readPhysical(address, length)
      : this.core.readVirtual(this.#cpuAt(cpu), address, length)
    return bytes?.slice()
  }
  /** Writes RAM; false, and nothing is written, if any of the bytes is something else. */
  writeMemory(address: bigint, bytes: Uint8Array, { cpu = 0, physical = false }: MemoryChoice = {}): boolean {
    if (physical) return this.core.writePhysical(address, bytes)
    return this.core.writeVirtual(this.#cpuAt(cpu), address, bytes)
  }

  /** Names of places in the program. */
  get symbols(): SymbolTable {
    return this.#symbols()
  }

  #cpuAt(index: number): Cpu {
    const cpu = this.core.cpus[index]
    if (cpu !== undefined) return cpu
    throw new UsageError(
      'usage/cpu-number',
      `There is no CPU ${index}.`,
      `The machine has ${this.core.cpus.length}; the first is 0.`,
    )
  }

  #register(name: string): RegisterInfo {
    const { registers } = this.core.target
    const found = registers.find(register => register.name === name)
    if (found !== undefined) return found
    const near = nearest(
      name,
      registers.map(register => register.name),
    )
    throw new UsageError(
      'usage/register',
      `${this.core.target.name} has no register '${name}'.`,
      near === undefined ? '`registers()` lists them.' : `Did you mean '${near}'?`,
    )
  }
}

/** What there is to say about the end of a run; undefined: its status says it all. */
export function endMessage(end: RunEnd): string | undefined {
  switch (end.kind) {
    case 'exit':
    case 'plugin':
    case 'plugin-error':
      return stopMessage(end)
    default:
      return end.message
  }
}
