/** A machine: CPUs, memory, devices, time, and the run loop around generated code. */
import { Exit, Head } from '@guestscope/codegen'
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
import { Layout, PluginArea } from './layout.ts'
import { loadImage, place } from './load.ts'
import { GuestMemory, PageFlag } from './memory.ts'
import { defaultTuning, type RegionTuning } from './regions.ts'
import { type MachineStatistics, machineStatistics } from './statistics.ts'
import type { StopReason } from './stop.ts'
import { Access, type Target } from './target.ts'
import type { Tb, TbCache } from './tb.ts'
import { Timers } from './timers.ts'

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
}

/** What `run` says: instructions are left to run, the run has been stopped, or every CPU waits for the outside. */
export type RunState = 'running' | 'stopped' | 'idle'

/** Instructions that one CPU runs before the next gets its turn. */
const quantum = 2000
/** V8 replaces a function's code at its next call only: come back now and then; and for a sample. */
const maxSlice = 1_000_000

/** Instructions that a hot block waits for others to be compiled with. */
const batchPatience = 50_000

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
  /** Why the run has stopped. */
  stopReason: StopReason | undefined
  readonly #board: BuiltBoard
  readonly #code: GuestCode
  readonly #timers = new Timers()
  #instrumentation: Instrumentation = noInstrumentation
  /** Time at the start of the current slice. */
  #clock = 0
  #slice = 0
  #current: Cpu | undefined
  /** Number of the CPU whose turn it is, and what is left of its turn. */
  #turn = -1
  #turnLeft = 0
  /** Instructions to the next sample. */
  #toSample: number
  readonly #tuning: RegionTuning
  /** The slice must end: a deadline came nearer, or the machine's state is about to change. */
  #endSlice = false
  #flushPending = false
  #resetPending = false
  /** A plugin has sent the CPU that runs elsewhere. */
  #redirect: { readonly cpu: Cpu; readonly go: () => void; readonly inAccess: boolean } | undefined
  /** Virtual time is what a plugin says; else it is ahead of the clock by `#ahead`. */
  #heldTime: number | undefined
  #ahead = 0

  constructor(options: MachineOptions) {
    this.target = options.target
    this.console = options.console
    this.semihosting = options.semihosting
    this.semihostingHost = options.semihostingHost
    this.image = options.image
    this.host = this.#boardHost()
    this.#board = options.board.build(this.host, options)
    this.wiring = { ...this.#board.wiring }
    this.memory = new GuestMemory(options.cpus, this.#board.regions, options.poolBytes)
    this.cpus = Array.from({ length: options.cpus }, (_, i) => new Cpu(this, i, this.memory))
    for (const d of this.target.devices?.(this) ?? []) this.memory.attach(d.base, d.device, true)
    for (const d of this.#board.devices) this.memory.attach(d.base, d.device, false)
    const self = this
    const promotes = (options.tier ?? 1) === 2
    this.#tuning = {
      ...defaultTuning,
      ...(options.batch !== undefined && { batch: options.batch }),
      ...options.tuning,
      ...(!promotes && { hotSamples: Number.POSITIVE_INFINITY }),
    }
    this.#toSample = this.#tuning.sampleInterval
    this.#code = new GuestCode({
      target: this.target,
      memory: this.memory,
      cpus: this.cpus,
      tuning: this.#tuning,
      redirected: cpu => this.#redirect?.cpu === cpu,
      instrumentation: {
        get translates(): boolean {
          return self.#instrumentation.translates
        },
        discons: false,
        translate: block => this.#instrumentation.translate(block),
        discon: () => {},
        flushed: () => this.#instrumentation.flushed?.(),
      },
    })
    this.engine = this.#makeEngine(options)
    this.#code.engine = this.engine
    this.#powerOn()
  }

  #makeEngine(options: MachineOptions): Engine {
    const tier = options.tier ?? 1
    const leaves = (): boolean => this.stopReason !== undefined || this.#flushPending
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
          if (!this.stopReason) this.#instrumentation.discon(cpu, cause, low, high)
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
    this.#instrumentation = value
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
    return this.cpus[Math.max(this.#turn, 0)] as Cpu
  }

  /** What the machine has done so far. */
  statistics(): MachineStatistics {
    return machineStatistics(this, this.#code)
  }

  /** Instructions executed by all CPUs, up to the end of the last slice; idle time does not count. */
  get executed(): number {
    return this.cpus.reduce((sum, cpu) => sum + cpu.executed, 0)
  }

  // Time.

  /** Instructions so far, idle time included; exact outside generated code and in single steps. */
  clock(): number {
    return this.#current ? this.#clock + this.#slice - this.#current.get32(Head.budget) : this.#clock
  }

  /** Instructions that one CPU has executed; exact whenever `clock` is. */
  executedBy(cpu: Cpu): number {
    return cpu.executed + (cpu === this.#current ? this.#slice - cpu.get32(Head.budget) : 0)
  }

  /** What devices and guests take for time, in instructions or nanoseconds: the clock, unless a plugin says otherwise. */
  virtualTime(): number {
    return this.#heldTime ?? this.clock() + this.#ahead
  }

  /** A plugin says what virtual time it is; undefined: it goes on from there with the clock. */
  holdTime(time: number | undefined): void {
    if (time === undefined && this.#heldTime !== undefined) this.#ahead = this.#heldTime - this.clock()
    this.#heldTime = time
    if (time === undefined || this.#timers.next <= time) this.#interrupt()
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
    let left = instructions
    while (left > 0 && !this.stopReason) {
      this.#settle()
      this.#timers.fire(this.virtualTime())
      const cpu = this.#whoseTurn()
      if (this.stopReason || this.#unsettled) continue
      if (cpu) {
        const used = this.#runTurn(cpu, Math.min(left, this.#turnLeft, this.#toSample))
        left -= used
        this.#turnLeft -= used
        this.#toSample -= used
        if (this.#toSample <= 0) {
          this.#toSample = this.#tuning.sampleInterval
          this.#code.sample(cpu)
        }
      } else if (this.#timers.next < Number.POSITIVE_INFINITY) this.#sleep()
      else return 'idle'
    }
    return this.stopReason ? 'stopped' : 'running'
  }

  /** Instructions up to the next deadline. */
  #untilDeadline(): number {
    return this.#heldTime === undefined ? this.#timers.next - this.virtualTime() : maxSlice
  }
  /** Everybody waits: time jumps to the next deadline. */
  #sleep(): void {
    if (this.#heldTime === undefined) this.#clock = this.#timers.next - this.#ahead
    else this.#heldTime = this.#timers.next
  }

  /** The CPU that runs now: the last one until its turn is over or it waits, then the next one that does not wait. */
  #whoseTurn(): Cpu | undefined {
    if (this.#turnLeft <= 0) this.#nextTurn()
    for (let tried = 0; tried < this.cpus.length; tried++) {
      const cpu = this.cpus[this.#turn] as Cpu
      if (cpu.waiting && this.target.wakes(cpu)) {
        cpu.waiting = false
        this.#instrumentation.resume?.(cpu)
      }
      if (!cpu.waiting) return cpu
      this.#nextTurn()
    }
    return undefined
  }

  #nextTurn(): void {
    this.#turn = (this.#turn + 1) % this.cpus.length
    this.#turnLeft = this.cpus.length > 1 ? quantum : maxSlice
  }

  /** Runs one CPU from deadline to deadline, until something else is to be done; returns the instructions it used. */
  #runTurn(cpu: Cpu, most: number): number {
    let used = 0
    for (;;) {
      used += this.#runCpu(cpu, Math.min(most - used, this.#untilDeadline()))
      if (used >= most || cpu.waiting || this.#endSlice) return used
      this.#timers.fire(this.virtualTime())
      if (this.#endSlice || this.stopReason) return used
    }
  }

  /** Runs one CPU to the end of a slice; returns the instructions it used. */
  #runCpu(cpu: Cpu, slice: number): number {
    this.#current = cpu
    this.#setSlice(cpu, slice)
    this.#endSlice = false
    cpu.set32(Head.budget, slice)
    cpu.set32(Head.request, 0)
    this.#takeInterrupt(cpu)
    while (!this.stopReason && !this.#endSlice && !cpu.waiting) {
      const exit = this.engine.run(cpu.base)
      if (exit === Exit.budget || (exit === Exit.lookup && !cpu.get32(Head.budget))) break
      this.#handle(cpu, exit)
    }
    this.#code.regions.compileHot()
    this.#instrumentation.sliceEnded?.()
    if (cpu.waiting) this.#instrumentation.idle?.(cpu)
    const used = this.#slice - cpu.get32(Head.budget)
    this.#clock += used
    cpu.executed += used
    this.#current = undefined
    return used
  }

  #setSlice(cpu: Cpu, slice: number): void {
    this.#slice = slice
    const end = this.#clock + slice
    cpu.set32(PluginArea.sliceEnd, end | 0) // modulo 2^32; `%` on doubles would be slow
    cpu.set32(PluginArea.sliceEnd + 4, Math.floor(end / 2 ** 32))
  }

  #handle(cpu: Cpu, exit: number): void {
    switch (exit) {
      case Exit.lookup:
        return this.#enterBlock(cpu)
      case Exit.hot:
        return this.#heat(cpu)
      case Exit.request:
        cpu.set32(Head.request, 0)
        return this.#takeInterrupt(cpu)
      case Exit.wait:
        cpu.waiting = !this.target.wakes(cpu)
        return
      case Exit.hook:
        // The callbacks of this instruction have run; unless they stopped the run, it goes on alone.
        if (this.#redirect) {
          const { go, inAccess } = this.#redirect
          this.#redirect = undefined
          if (inAccess) cpu.set32(Head.budget, cpu.get32(Head.budget) - 1) // it began
          return go()
        }
        if (this.stopReason) return
        cpu.set32(Head.single, 1)
        cpu.set32(Head.skipHooks, 1)
        cpu.request()
        return this.#continue(cpu)
      default:
        return this.target.handleExit(cpu, exit)
    }
  }

  /** The CPU that runs goes on elsewhere, without the instruction whose callbacks have run, or the rest of it. */
  redirect(cpu: Cpu, go: () => void, inAccess: boolean): void {
    if (cpu !== this.#current) return go()
    this.#redirect = { cpu, go, inAccess }
    if (inAccess) cpu.set32(Head.exit, Exit.hook)
    else cpu.request()
  }

  #continue(cpu: Cpu): void {
    const exit = this.engine.run(cpu.base)
    if (exit !== Exit.budget) this.#handle(cpu, exit)
  }

  #takeInterrupt(cpu: Cpu): void {
    const cause = this.target.pendingInterrupt(cpu)
    if (cause === undefined) return
    cpu.set32(Head.trapCause, cause)
    cpu.set32(Head.trapValue, 0)
    cpu.set32(Head.trapValue + 4, 0)
    this.engine.deliver(cpu.base)
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
    this.#instrumentation.trapReturn?.(cpu, from)
    cpu.set32(Head.budget, cpu.get32(Head.budget) - 1)
  }

  #enterBlock(cpu: Cpu): void {
    // A fetch fault takes time, or it could loop for ever: see that the slice has some left.
    const budget = cpu.get32(Head.budget)
    if (budget === 0) return
    if (this.#code.enter(cpu)) return
    cpu.set32(Head.budget, budget - 1)
    this.engine.deliver(cpu.base)
  }

  /** A block got hot. Others may soon: do not wait for them longer than `batchPatience`. */
  #heat(cpu: Cpu): void {
    const surplus = cpu.get32(Head.budget) - batchPatience
    if (!this.#code.heat(cpu) || surplus <= 0) return
    this.#setSlice(cpu, this.#slice - surplus)
    cpu.set32(Head.budget, batchPatience)
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
    this.#flushPending = true
    this.#interrupt()
  }

  /**
   * Code in these ranges of virtual addresses cannot be executed any more under translation flags of which those in
   * `mask` are `flags`. The CPU's way to blocks by pc must be forgotten besides (`flushTranslations`).
   */
  forbidCode(ranges: readonly AddressRange[], mask: number, flags: number): void {
    this.#code.forbid(ranges, mask, flags)
  }

  /** The devices of the machine are about to change this much of linear memory: translations of it are void. */
  invalidate(linear: number, length: number): void {
    if (this.memory.flags(linear) & PageFlag.code) this.#overwritten(linear, length)
  }

  /** There was code: a region that runs and has reached a device must not go on. */
  #overwritten(linear: number, length: number): void {
    this.#code.invalidate(linear, length)
    this.#current?.request()
  }

  // Stopping, resetting.

  /** Does what had to wait until no generated code was running. */
  #settle(): void {
    this.#code.regions.installReady()
    do {
      const reset = this.#resetPending
      const flush = this.#flushPending
      this.#resetPending = false
      this.#flushPending = false
      if (reset) {
        for (const r of this.memory.regions) this.memory.bytes.fill(0, r.linear, r.linear + r.size)
        this.#powerOn()
        this.#instrumentation.reset?.()
      } else if (flush) this.#code.flush()
      this.#instrumentation.safePoint?.()
    } while (!this.stopReason && this.#unsettled)
  }
  /** Ends the slice that runs, so that a safe point comes soon. */
  requestSafePoint(): void {
    this.#interrupt()
  }
  /** Does something wait for `#settle`? */
  get #unsettled(): boolean {
    return this.#resetPending || this.#flushPending
  }

  /** Makes the CPU that runs come back before its next block, and its slice end. */
  #interrupt(): void {
    this.#endSlice = true
    this.#current?.request()
  }

  /** A deadline has come nearer than the end of the slice. While the time is exact the slice gets shorter. */
  #endSliceAt(at: number): void {
    const cpu = this.#current
    if (!cpu?.get32(Head.single)) return this.#interrupt()
    const budget = cpu.get32(Head.budget)
    const surplus = Math.min(budget, this.#clock + this.#slice - at)
    this.#setSlice(cpu, this.#slice - surplus)
    cpu.set32(Head.budget, budget - surplus)
  }

  /** Ends the run before the next instruction; the first reason stays. */
  stop(reason: StopReason): void {
    this.stopReason ??= reason
    this.updateDiscon()
    this.#interrupt()
  }

  /** The guest ends the run with a status. */
  exit(status: number): void {
    this.stop({ kind: 'exit', status })
  }

  /** Makes `Head.discon` agree with whether anybody listens. */
  updateDiscon(): void {
    const { discons, countsDiscons } = this.#instrumentation
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
      clock: () => this.virtualTime(),
      schedule: (token, at, callback) => {
        this.#timers.schedule(token, at, callback)
        if (this.#heldTime !== undefined) {
          if (at <= this.#heldTime) this.#interrupt()
        } else if (at < this.#clock + this.#slice + this.#ahead) this.#endSliceAt(at - this.#ahead)
      },
      cancel: token => this.#timers.cancel(token),
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
        this.#resetPending = true
        this.#interrupt()
      },
    }
  }

  /** Memory is zero here. */
  #powerOn(): void {
    this.#timers.clear()
    this.#turn = -1
    this.#turnLeft = 0
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
      (linear, n) => this.#code.invalidate(linear, n),
    )
  }
  /** Writes RAM as a CPU sees it; false, and nothing written, if any byte is something else. */
  writeVirtual(cpu: Cpu, address: bigint, data: Uint8Array): boolean {
    const physicalOf = (at: bigint): bigint | undefined => this.translateDebug(cpu, at, Access.store)
    return writeVirtual(this.memory, address, data, physicalOf, (linear, n) =>
      this.#code.invalidate(linear, n),
    )
  }
}
