/** A machine: CPUs, memory and devices, what they know of each other, and what others may ask of it. */
import { Head } from '@guestscope/codegen'
import {
  type BoardHost,
  type BoardOptions,
  type BuiltBoard,
  type CpuWiring,
  defaultStartTime,
} from '../board/board.ts'
import type { Stateful } from '../board/device.ts'
import type { SemihostingHost } from '../board/guest-files.ts'
import type { LoadedImage } from '../board/image.ts'
import type { GuestCode } from '../code/guest-code.ts'
import type { Tb, TbCache } from '../code/tb.ts'
import { type AddressRange, Cpu, type CpuHost, type TrapReturn } from '../cpu.ts'
import type { Engine } from '../engine/engine.ts'
import { type Instrumentation, noInstrumentation, translating } from '../hooks/instrument.ts'
import { Inspector } from '../memory/inspect.ts'
import { GuestMemory } from '../memory/memory.ts'
import type { Target } from '../target.ts'
import { boardHost } from './board-host.ts'
import { machineEngine } from './machine-engine.ts'
import { type MachineOptions, rateOf, tuningOf } from './machine-options.ts'
import { Notices } from './notices.ts'
import { clearMemory, powerOn } from './power.ts'
import { RunLoop, type RunState } from './run-loop.ts'
import { type MachineState, partsOf, restore, type SnapshotParts, save } from './snapshot.ts'
import { type MachineStatistics, machineStatistics } from './statistics.ts'
import type { StopReason } from './stop.ts'
import { MachineTime, usualRate } from './time.ts'
import { TrapReports } from './trap-reports.ts'

export class Machine implements CpuHost {
  readonly target: Target
  readonly memory: GuestMemory
  readonly cpus: readonly Cpu[]
  readonly console: BoardOptions['console']
  readonly semihosting: boolean
  readonly semihostingHost: SemihostingHost | undefined
  /** See `BoardOptions.startTime`. */
  readonly startTime: number
  readonly image: LoadedImage | undefined
  readonly engine: Engine
  /** What the board's devices, and those inside the CPUs, may use. */
  readonly host: BoardHost
  /** How the board wires the CPUs. */
  readonly wiring: CpuWiring
  readonly #board: BuiltBoard
  /** The board has no other size of memory. */
  readonly #fixedMemory: boolean
  readonly #code: GuestCode
  readonly #time = new MachineTime()
  readonly #loop: RunLoop
  readonly #traps: TrapReports
  readonly #notices: Notices
  readonly #inspector: Inspector
  /** An instruction takes a cycle of the board's clock. */
  readonly #followsClock: boolean
  /** Instructions executed before the last reset. */
  #executedBefore = 0

  constructor(options: MachineOptions) {
    this.target = options.target
    this.console = options.console
    this.semihosting = options.semihosting
    this.semihostingHost = options.semihostingHost
    this.startTime = options.startTime ?? defaultStartTime
    this.image = options.image
    this.#notices = new Notices(options.notice)
    this.host = boardHost({
      machine: this,
      target: this.target,
      time: this.#time,
      interrupt: () => this.#loop.interrupt(),
      reset: () => this.#loop.ask('reset'),
      clockChanged: hz => this.#clockChanged(hz),
      absentRead: address => this.#notices.absent(address),
    })
    this.#board = options.board.build(this.host, options)
    this.#fixedMemory = options.board.fixedMemory ?? false
    this.wiring = { ...this.#board.wiring }
    this.#followsClock = options.rate === 'board'
    this.#time.setRate(rateOf(options, this.wiring) ?? usualRate)
    this.memory = new GuestMemory(options.cpus, this.#board.regions, options.poolBytes)
    this.cpus = Array.from({ length: options.cpus }, (_, i) => new Cpu(this, i, this.memory))
    this.memory.attach(this.target.devices?.(this) ?? [], true)
    this.memory.attach(this.#board.devices, false)
    this.#inspector = new Inspector({
      memory: this.memory,
      translate: () => this.engine.translate,
      invalidate: (linear, length) => this.invalidate(linear, length),
    })
    const tuning = tuningOf(options)
    const { code, engine } = machineEngine({
      machine: this,
      options,
      tuning,
      redirected: cpu => this.#loop.redirected(cpu),
      instrumentation: translating(() => this.#loop.instrumentation),
      leaves: () => this.stopReason !== undefined || this.#loop.pending !== undefined,
      overwritten: (linear, length) => this.#overwritten(linear, length),
      absent: physical => this.#notices.absent(physical),
      report: (cpu, cause, low, high) => this.#traps.entered(cpu, cause, low, high),
    })
    this.#code = code
    this.engine = engine
    const [{ target, cpus }, time] = [this, this.#time]
    this.#traps = new TrapReports({
      ...{ target, cpus, code },
      run: () => this.#loop,
      notice: (key, text) => this.notice(key, text),
    })
    const [{ storms }, { sampleInterval }] = [this.#traps, tuning]
    this.#loop = new RunLoop(
      { target, cpus, engine, code, time, storms, sampleInterval, settle: () => this.#settle() },
      noInstrumentation,
    )
    this.#powerOn()
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
    const { cpus, executed, engine, memory } = this
    const run = { executed, clock: this.clock(), poolSize: memory.pool.end - memory.pool.start }
    return machineStatistics({ ...run, code: this.#code, tiers: engine.tiers, cpus })
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
    this.#notices.once(key, text)
  }

  /** What a CPU is caught in, so that it gets nowhere, in one sentence; undefined: nothing, as far as is known. */
  get storm(): string | undefined {
    return this.#traps.storm
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
  /** What devices and guests take for time, in nanoseconds: the instructions at their rate, unless a plugin says otherwise. */
  virtualTime(): number {
    return this.#time.virtual()
  }
  /** A plugin says what virtual time it is; undefined: it goes on from there with the clock. */
  holdTime(time: number | undefined): void {
    if (this.#time.hold(time)) this.#loop.interrupt()
  }

  /** The board's counter for its CPUs. */
  time(): bigint {
    return this.#board.time?.() ?? BigInt(Math.floor(this.virtualTime()))
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
    this.proceed(cpu)
    this.#loop.redirect(cpu, go, inAccess)
  }

  /**
   * In the course of a host call that a trap leads to: this was only a piece of it, and the target has not moved the pc
   * on. The run loop delivers the same trap again when others have had their turn; `waits`: when something may have come
   * from outside, for which `run` gives 'idle'. Until `proceed` the CPU stands still, takes no interrupt, and nobody
   * hears of the call.
   */
  pause(cpu: Cpu, waits: boolean): void {
    cpu.unfinished = { cause: cpu.get32(Head.trapCause), value: cpu.get64(Head.trapValue), waits }
    this.updateDiscon()
    this.#loop.interrupt()
  }
  /** The host call has come to its end. */
  proceed(cpu: Cpu): void {
    if (!cpu.unfinished) return
    cpu.unfinished = undefined
    this.updateDiscon()
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
    this.#traps.returned(cpu, from)
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
    this.#loop.ask('flush')
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
        this.charge(clearMemory(this.memory))
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
    this.#traps.update()
  }

  /** Feeds the console. */
  input(bytes: Uint8Array): void {
    this.#board.input(bytes)
  }

  /** The clock of the CPUs has another frequency. */
  #clockChanged(hz: number): void {
    this.wiring.clockHz = hz
    if (this.#followsClock && this.#time.setRate(hz)) this.#loop.interrupt()
    for (const cpu of this.cpus) this.target.clockChanged?.(cpu)
  }

  /** Memory is zero here. */
  #powerOn(): void {
    this.#time.cancelAll()
    this.#loop.reset()
    this.#traps.storms.reset()
    this.#code.flush()
    powerOn({ ...this.#whole, fixedMemory: this.#fixedMemory })
    this.updateDiscon()
  }

  // Snapshots.

  get #whole(): SnapshotParts {
    const { target } = this
    return { machine: this, target, board: this.#board, code: this.#code, time: this.#time, loop: this.#loop }
  }

  /** What has state besides CPUs and memory: devices by name and address (`uart16550@10000000`), and other parts. */
  get parts(): ReadonlyMap<string, Stateful> {
    return partsOf(this.#whole)
  }

  /** The machine as plain data, between calls of `run`: see `MachineState`. */
  save(): MachineState {
    return save(this.#whole, this.#executedBefore)
  }
  /** Goes on from a saved state, between calls of `run`. Throws a `ConfigError` if it does not fit. */
  restore(state: MachineState): void {
    restore(this.#whole, state)
    this.#executedBefore = state.executedBefore
    this.#traps.storms.reset()
    this.updateDiscon()
  }

  // For debuggers and plugins.

  /** Where an address leads, without side effects; undefined if it does not. */
  translateDebug(cpu: Cpu, address: bigint, access?: number): bigint | undefined {
    return this.#inspector.translate(cpu, address, access)
  }
  /** RAM or ROM bytes by physical address; undefined if any byte is something else. */
  readPhysical(address: bigint, length: number): Uint8Array | undefined {
    return this.#inspector.readPhysical(address, length)
  }
  /** RAM or ROM bytes as a CPU sees them; undefined if any byte is something else. */
  readVirtual(cpu: Cpu, address: bigint, length: number, access?: number): Uint8Array | undefined {
    return this.#inspector.readVirtual(cpu, address, length, access)
  }
  /** Writes RAM by physical address; false, and nothing written, if any byte is something else. */
  writePhysical(address: bigint, data: Uint8Array): boolean {
    return this.#inspector.writePhysical(address, data)
  }
  /** Writes RAM as a CPU sees it; false, and nothing written, if any byte is something else. */
  writeVirtual(cpu: Cpu, address: bigint, data: Uint8Array): boolean {
    return this.#inspector.writeVirtual(cpu, address, data)
  }
}
