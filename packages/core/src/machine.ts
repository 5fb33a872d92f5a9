/** A machine: CPUs, memory and devices, what they know of each other, and what others may ask of it. */
import { Head } from '@guestscope/codegen'
import type { Board, BoardHost, BoardOptions, BuiltBoard, CpuWiring } from './board.ts'
import { Cpu } from './cpu.ts'
import type { LoadedImage } from './elf.ts'
import { Engine } from './engine.ts'
import { Listens } from './functions.ts'
import { type AddressRange, GuestCode } from './guest-code.ts'
import type { SemihostingHost } from './guest-files.ts'
import { cpuAt, hostFunctions } from './host-functions.ts'
import { readPhysical, readVirtual, translateDebug, writeVirtual } from './inspect.ts'
import type { Instrumentation, TrapReturn } from './instrument.ts'
import { Layout } from './layout.ts'
import { loadImage, place } from './load.ts'
import { GuestMemory } from './memory.ts'
import { defaultTuning, type RegionTuning } from './regions.ts'
import { RunLoop, type RunState } from './run-loop.ts'
import { type MachineStatistics, machineStatistics } from './statistics.ts'
import type { StopReason } from './stop.ts'
import { Access, type Target } from './target.ts'
import type { Tb, TbCache } from './tb.ts'
import { MachineTime } from './time.ts'

/**
 * Highest tier that runs: 0 the interpreter, 1 regions by the quick compiler too, 2 those by the optimising compiler; or
 * the oracle alone, for tests.
 */
export type Tier = 0 | 1 | 2 | 'oracle'

export interface MachineOptions extends BoardOptions {
  readonly target: Target
  readonly board: Board
  /** Default 1: V8 optimises hot regions by itself (docs/performance.md). Makes no difference to the guest. */
  readonly tier?: Tier
  /** Executions of a block before it heads a region. */
  readonly hotThreshold?: number
  /** Hot blocks that are compiled together. */
  readonly batch?: number
  /** Other settings of the tiers, for tests. */
  readonly tuning?: Partial<RegionTuning>
  /** Bytes for decoded blocks; default 64 MiB. When they are used up, all translations are thrown away. */
  readonly poolBytes?: number
  /** Hears what the user should know of the guest, one line of text each, each only once. */
  readonly notice?: (text: string) => void
}

/** What a reset costs the host, in instructions, and how many bytes it clears in the time of one. */
const [resetCost, clearedPerInstruction] = [20_000, 4]

const noInstrumentation: Instrumentation = {
  translates: false,
  discons: false,
  translate: () => undefined,
  discon: () => {},
}

export class Machine {
  readonly target: Target
  readonly memory: GuestMemory
  readonly cpus: readonly Cpu[]
  readonly console: BoardOptions['console']
  readonly semihosting: boolean
  readonly semihostingHost: SemihostingHost | undefined
  readonly image: LoadedImage | undefined
  readonly engine: Engine
  /** What the board's devices, and those inside the CPUs, may use. */
  readonly host: BoardHost
  /** How the board wires the CPUs. */
  readonly wiring: CpuWiring
  readonly #board: BuiltBoard
  readonly #code: GuestCode
  readonly #time = new MachineTime()
  readonly #loop: RunLoop
  readonly #notice: (text: string) => void
  /** Notices given, by key. */
  readonly #noticed = new Set<string>()
  /** Instructions executed before the last reset. */
  #executedBefore = 0

  constructor(options: MachineOptions) {
    this.target = options.target
    this.console = options.console
    this.semihosting = options.semihosting
    this.semihostingHost = options.semihostingHost
    this.image = options.image
    this.#notice = options.notice ?? (() => {})
    this.host = this.#boardHost()
    this.#board = options.board.build(this.host, options)
    this.wiring = { ...this.#board.wiring }
    this.memory = new GuestMemory(options.cpus, this.#board.regions, options.poolBytes)
    this.cpus = Array.from({ length: options.cpus }, (_, i) => new Cpu(this, i, this.memory))
    for (const d of this.target.devices?.(this) ?? []) this.memory.attach(d.base, d.device, true)
    for (const d of this.#board.devices) this.memory.attach(d.base, d.device, false)
    const self = this
    const promotes = (options.tier ?? 1) === 2
    const tuning = {
      ...defaultTuning,
      ...(options.batch !== undefined && { batch: options.batch }),
      ...options.tuning,
      ...(!promotes && { hotSamples: Number.POSITIVE_INFINITY }),
    }
    this.#code = new GuestCode({
      target: this.target,
      memory: this.memory,
      cpus: this.cpus,
      tuning,
      redirected: cpu => this.#loop.redirected(cpu),
      instrumentation: {
        get translates(): boolean {
          return self.#loop.instrumentation.translates
        },
        discons: false,
        translate: block => this.#loop.instrumentation.translate(block),
        discon: () => {},
        flushed: () => this.#loop.instrumentation.flushed?.(),
      },
    })
    this.engine = this.#makeEngine(options)
    this.#code.engine = this.engine
    this.#loop = new RunLoop(
      {
        target: this.target,
        cpus: this.cpus,
        engine: this.engine,
        code: this.#code,
        time: this.#time,
        sampleInterval: tuning.sampleInterval,
        settle: () => this.#settle(),
      },
      noInstrumentation,
    )
    this.#powerOn()
  }

  #makeEngine(options: MachineOptions): Engine {
    const tier = options.tier ?? 1
    const leaves = (): boolean => this.stopReason !== undefined || this.#loop.pending !== undefined
    const engine = new Engine({
      target: this.target,
      memory: this.memory,
      hook: id => this.#code.hook(id),
      hotThreshold: tier === 1 || tier === 2 ? (options.hotThreshold ?? 2500) : 0,
      host: hostFunctions({
        machine: this,
        code: this.#code,
        leaves,
        access: {
          target: this.target,
          memory: this.memory,
          translate: (cpu, address, kind) => engine.translate(cpu.base, BigInt.asIntN(64, address), kind),
          invalidate: (linear, length) => this.#overwritten(linear, length),
          reached: record => this.#code.reachedDevice(record),
        },
        report: (cpu, cause, low, high) => {
          if (!this.stopReason) this.#loop.instrumentation.discon(cpu, cause, low, high)
        },
      }),
    })
    if (tier === 'oracle') {
      engine.useOracle({
        cpuAt: base => cpuAt(this, base),
        blockAt: address => this.#code.at(address),
        isValid: tb => this.#code.isValid(tb),
        hooks: this.#code.hooks,
        leaves: cpu => leaves() || cpu.get32(Head.request) !== 0,
      })
    }
    return engine
  }

  /** Puts the plugin host in. Blocks translated before are forgotten. */
  set instrumentation(value: Instrumentation) {
    this.#loop.instrumentation = value
    this.updateDiscon()
    this.flushBlocks()
  }

  /** The blocks that the CPU's pc is in, the longest first. */
  blocksAt(cpu: Cpu): Tb[] {
    return this.#code.blocksAt(cpu)
  }

  /** All translation blocks. */
  get blocks(): TbCache {
    return this.#code.blocks
  }

  /** The CPU that ran last. */
  get lastCpu(): Cpu {
    return this.#loop.lastCpu
  }

  /** Why the run has stopped. */
  get stopReason(): StopReason | undefined {
    return this.#loop.stopReason
  }

  /** What the machine has done so far. */
  statistics(): MachineStatistics {
    return machineStatistics(this, this.#code)
  }

  /** Instructions executed by all CPUs since the machine was made, up to the end of the last slice; idle time does not count. */
  get executed(): number {
    return this.cpus.reduce((sum, cpu) => sum + cpu.executed, this.#executedBefore)
  }

  /** `executed`, and what was charged besides: what limits of a run are compared with. */
  get spent(): number {
    return this.executed + this.#loop.charged
  }

  /**
   * The host has done work for the guest that costs as much time as about so many instructions: a large transfer, the
   * clearing of memory. It counts for `run` and for `spent`, not for the guest's time. For devices and targets.
   */
  charge(instructions: number): void {
    this.#loop.charge(instructions)
  }

  /** Tells the user something about the guest in one line; the first time only for each key. */
  notice(key: string, text: string): void {
    if (this.#noticed.has(key)) return
    this.#noticed.add(key)
    this.#notice(text)
  }

  // Time.

  /** Instructions so far, idle time included; exact outside generated code and in single steps. */
  clock(): number {
    return this.#time.now()
  }
  /** Instructions that one CPU has executed; exact whenever `clock` is. */
  executedBy(cpu: Cpu): number {
    return this.#time.executedBy(cpu)
  }
  /** What devices and guests take for time, in instructions or nanoseconds: the clock, unless a plugin says otherwise. */
  virtualTime(): number {
    return this.#time.virtual()
  }
  /** A plugin says what virtual time it is; undefined: it goes on from there with the clock. */
  holdTime(time: number | undefined): void {
    if (this.#time.hold(time)) this.#loop.interrupt()
  }

  /** The board's counter for its CPUs. */
  time(): bigint {
    return this.#board.time?.() ?? BigInt(this.virtualTime())
  }

  // Running.

  /**
   * Runs so many instructions, all CPUs together; waiting for the next timer costs none. CPUs take turns, and a turn
   * that this call cuts short goes on in the next one: how a run is cut into calls makes no difference to the guest.
   */
  run(instructions: number): RunState {
    return this.#loop.run(instructions)
  }

  /** The CPU that runs goes on elsewhere, without the instruction whose callbacks have run, or the rest of it. */
  redirect(cpu: Cpu, go: () => void, inAccess: boolean): void {
    this.#loop.redirect(cpu, go, inAccess)
  }

  /** Delivers a trap that did not arise in generated code. */
  deliverTrap(cpu: Cpu, cause: number, value: bigint): void {
    cpu.set32(Head.trapCause, cause)
    cpu.set64(Head.trapValue, value)
    this.engine.deliver(cpu.base)
  }

  /**
   * In the course of `Target.handleExit`: this instruction has returned from a trap handler, and the pc is where to.
   * Plugins hear of the edge at the time of the instruction, as of every other edge.
   */
  trapReturned(cpu: Cpu, from: TrapReturn): void {
    if (this.stopReason) return
    cpu.set32(Head.budget, cpu.get32(Head.budget) + 1)
    this.#loop.instrumentation.trapReturn?.(cpu, from)
    cpu.set32(Head.budget, cpu.get32(Head.budget) - 1)
  }

  /** The CPU's address translation has changed. */
  flushTranslations(cpu: Cpu): void {
    this.#code.spaces.flush(cpu)
  }

  /** The CPU enters another address space: see `coreHost.enterSpace`. */
  enterSpace(cpu: Cpu, asid: number, key: bigint): void {
    this.#code.spaces.enter(cpu, asid, key)
  }

  /** Throws all translations away at the next safe point. */
  flushBlocks(): void {
    this.#loop.pending ??= 'flush'
    this.#loop.interrupt()
  }

  /**
   * Code in these ranges of virtual addresses cannot be executed any more under translation flags of which those in
   * `mask` are `flags`. The CPU's way to blocks by pc must be forgotten besides (`flushTranslations`).
   */
  forbidCode(ranges: readonly AddressRange[], mask: number, flags: number): void {
    this.#code.forbid(ranges, mask, flags)
  }

  /** This much of linear memory is about to change, by other ways than stores of generated code: translations of it are void. */
  invalidate(linear: number, length: number): void {
    if (this.memory.holdsCode(linear, length)) this.#overwritten(linear, length)
  }

  /** There was code: a region that runs and has reached a device must not go on. */
  #overwritten(linear: number, length: number): void {
    this.#code.invalidate(linear, length)
    this.#time.current?.request()
  }

  // Stopping, resetting.

  /** Does what had to wait until no generated code was running. */
  #settle(): void {
    this.#code.regions.installReady()
    do {
      const { pending } = this.#loop
      this.#loop.pending = undefined
      if (pending === 'reset') {
        for (const r of this.memory.regions) {
          this.memory.bytes.fill(0, r.linear, r.linear + r.size)
          this.charge(resetCost + r.size / clearedPerInstruction)
        }
        this.#executedBefore = this.executed
        this.#powerOn()
        this.#loop.instrumentation.reset?.()
      } else if (pending === 'flush') this.#code.flush()
      this.#loop.instrumentation.safePoint?.()
    } while (!this.stopReason && this.#loop.pending)
  }
  /** Ends the slice that runs, so that a safe point comes soon. */
  requestSafePoint(): void {
    this.#loop.interrupt()
  }
  /** `run` comes back soon, though there is something left to run. */
  yield(): void {
    this.#loop.yield()
  }
  /** Ends the run before the next instruction; the first reason stays. */
  stop(reason: StopReason): void {
    this.#loop.stopReason ??= reason
    this.updateDiscon()
    this.#loop.interrupt()
  }

  /** The guest ends the run with a status. */
  exit(status: number): void {
    this.stop({ kind: 'exit', status })
  }

  /** Makes `Head.discon` agree with whether anybody listens. */
  updateDiscon(): void {
    const { discons, countsDiscons } = this.#loop.instrumentation
    // After the run has been ended nothing is reported any more, not even the call that has ended it.
    const live = !this.stopReason
    const listens = live ? (discons ? Listens.hears : 0) | (countsDiscons ? Listens.counts : 0) : 0
    for (const cpu of this.cpus) cpu.set32(Head.discon, listens)
  }

  /** Feeds the console. */
  input(bytes: Uint8Array): void {
    this.#board.input(bytes)
  }

  #boardHost(): BoardHost {
    return {
      clock: () => this.#time.virtual(),
      schedule: (token, at, callback) => {
        if (this.#time.schedule(token, at, callback)) this.#loop.interrupt()
      },
      cancel: token => this.#time.cancel(token),
      exit: status => this.exit(status),
      setLine: (cpu, line, level) => {
        const target = this.cpus[cpu]
        if (!target) return
        this.target.setLine(target, line, level)
      },
      setClock: hz => {
        this.wiring.clockHz = hz
        for (const cpu of this.cpus) this.target.clockChanged?.(cpu)
      },
      reset: () => {
        this.#loop.pending = 'reset'
        this.#loop.interrupt()
      },
      charge: instructions => this.charge(instructions),
      notice: (key, text) => this.notice(key, text),
    }
  }

  /** Memory is zero here. */
  #powerOn(): void {
    this.#time.forgetDeadlines()
    this.#loop.reset()
    this.#code.flush()
    for (const c of this.#board.contents) place(this.memory, c.base, c.bytes, 'part of the board')
    if (this.image) loadImage(this.memory, this.image)
    for (const cpu of this.cpus) {
      this.memory.bytes.fill(0, cpu.base, cpu.base + Layout.stateSize)
      cpu.waiting = false
      cpu.executed = 0
      cpu.set32(Head.index, cpu.index)
      this.#code.spaces.reset(cpu)
      this.target.reset(cpu)
      if (this.#board.resetPc !== undefined) cpu.pc = this.#board.resetPc
    }
    for (const d of this.memory.devices) d.reset?.() // they drive lines into the CPUs
    this.updateDiscon()
  }

  // For debuggers and plugins.

  /** Where an address leads, without side effects; undefined if it does not. */
  translateDebug(cpu: Cpu, address: bigint, access: number = Access.load): bigint | undefined {
    return translateDebug(this.engine.translate, cpu, address, access)
  }
  /** RAM or ROM bytes by physical address; undefined if any byte is something else. */
  readPhysical(address: bigint, length: number): Uint8Array | undefined {
    return readPhysical(this.memory, address, length)
  }
  /** RAM or ROM bytes as a CPU sees them; undefined if any byte is something else. */
  readVirtual(cpu: Cpu, address: bigint, length: number, access?: number): Uint8Array | undefined {
    return readVirtual(this.memory, address, length, at => this.translateDebug(cpu, at, access))
  }
  /** Writes RAM by physical address; false, and nothing written, if any byte is something else. */
  writePhysical(address: bigint, data: Uint8Array): boolean {
    return writeVirtual(
      this.memory,
      address,
      data,
      at => at,
      (linear, n) => this.invalidate(linear, n),
    )
  }
  /** Writes RAM as a CPU sees it; false, and nothing written, if any byte is something else. */
  writeVirtual(cpu: Cpu, address: bigint, data: Uint8Array): boolean {
    const physicalOf = (at: bigint): bigint | undefined => this.translateDebug(cpu, at, Access.store)
    return writeVirtual(this.memory, address, data, physicalOf, (linear, n) => this.invalidate(linear, n))
  }
}
