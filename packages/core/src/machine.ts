/** A machine: CPUs, memory, devices, time, and the run loop around generated code. */
import { Exit, Head, JumpCache, Rec, Tlb } from '@guestscope/codegen'
import { slowLoad, slowProbe, slowStore } from './access.ts'
import type { Board, BoardHost, BoardOptions, BuiltBoard } from './board.ts'
import { Cpu } from './cpu.ts'
import type { LoadedImage } from './elf.ts'
import { Engine, type HostFunction } from './engine.ts'
import { ImageError } from './errors.ts'
import type { Hook, Instrumentation } from './instrument.ts'
import { Layout } from './layout.ts'
import { GuestMemory, PageFlag } from './memory.ts'
import type { StopReason } from './stop.ts'
import { Access, type Target } from './target.ts'
import { type CompiledRegion, type Tb, TbCache } from './tb.ts'
import { Timers } from './timers.ts'
import { FetchFault, Translator } from './translator.ts'

/** Highest tier that runs: 0 the interpreter, 1 regions too; or the oracle alone, for tests. */
export type Tier = 0 | 1 | 'oracle'

export interface MachineOptions extends BoardOptions {
  readonly target: Target
  readonly board: Board
  readonly tier?: Tier
  /** Executions of a block before it heads a region. */
  readonly hotThreshold?: number
  /** Hot blocks that are compiled together. */
  readonly batch?: number
}

/** What `run` says: instructions are left to run, the run has been stopped, or every CPU waits for the outside. */
export type RunState = 'running' | 'stopped' | 'idle'

/** Instructions that one CPU runs before the next gets its turn. */
const quantum = 2000
/** V8 replaces a function's code at its next call only: come back now and then. */
const maxSlice = 2_000_000

/** Instructions that a hot block waits for others to be compiled with. */
const batchPatience = 20_000

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
  readonly image: LoadedImage | undefined
  readonly blocks: TbCache
  readonly engine: Engine
  /** Why the run has stopped. */
  stopReason: StopReason | undefined
  /** Instructions executed by all CPUs, up to the end of the last slice; idle time does not count. */
  executed = 0
  readonly #board: BuiltBoard
  readonly #translator: Translator
  readonly #timers = new Timers()
  readonly #tier: Tier
  readonly #batch: number
  readonly #hot = new Set<Tb>()
  #instrumentation: Instrumentation = noInstrumentation
  /** Time at the start of the current slice. */
  #clock = 0
  #slice = 0
  #current: Cpu | undefined
  /** The slice must end: a deadline came nearer, or the machine's state is about to change. */
  #endSlice = false
  #flushPending = false
  #resetPending = false
  /** Has the machine been powered on before? */
  #used = false

  constructor(options: MachineOptions) {
    this.target = options.target
    this.console = options.console
    this.semihosting = options.semihosting
    this.image = options.image
    this.#tier = options.tier ?? 1
    this.#batch = options.batch ?? 8
    this.#board = options.board.build(this.#boardHost(), options)
    this.memory = new GuestMemory(options.cpus, this.#board.regions)
    for (const d of this.#board.devices) this.memory.attach(d.base, d.device)
    this.cpus = Array.from({ length: options.cpus }, (_, i) => new Cpu(this, i, this.memory.view))
    this.blocks = new TbCache(this.memory, page => this.#protect(page))
    const self = this
    this.#translator = new Translator(this.target, this.memory, this.blocks, {
      get translates(): boolean {
        return self.#instrumentation.translates
      },
      discons: false,
      translate: block => this.#instrumentation.translate(block),
      discon: () => {},
    })
    this.engine = new Engine({
      target: this.target,
      memory: this.memory,
      host: this.#hostFunctions(),
      hotThreshold: this.#tier === 1 ? (options.hotThreshold ?? 1000) : 0,
    })
    if (this.#tier === 'oracle') {
      this.engine.useOracle({
        cpuAt: base => this.#cpuAt(base),
        blockAt: address => this.#byAddress.get(address) as Tb,
        runHooks: (cpu, tb, index) => {
          this.#runHooks(cpu, tb.hooks?.[index] ?? [])
          return this.#leaves()
        },
      })
    }
    this.#powerOn()
  }

  /** Puts the plugin host in. Blocks translated before are forgotten. */
  set instrumentation(value: Instrumentation) {
    this.#instrumentation = value
    this.updateDiscon()
    this.flushBlocks()
  }

  // Time.

  /** Instructions so far, idle time included; exact outside generated code and in single steps. */
  clock(): number {
    return this.#current ? this.#clock + this.#slice - this.#current.get32(Head.budget) : this.#clock
  }

  // Running.

  /** Runs up to so many instructions on each CPU's turn; waiting for the next timer costs none. */
  run(instructions: number): RunState {
    let left = instructions
    while (left > 0 && !this.stopReason) {
      this.#settle()
      this.#timers.fire(this.#clock)
      let ran = 0
      for (const cpu of this.cpus) {
        if (cpu.waiting && !this.#wake(cpu)) continue
        const share = this.cpus.length > 1 ? quantum : maxSlice
        const slice = Math.min(left - ran, share, this.#timers.next - this.#clock)
        if (slice <= 0) break
        ran += this.#runCpu(cpu, slice)
        if (this.stopReason) break
        this.#timers.fire(this.#clock)
      }
      left -= ran
      if (this.stopReason || this.cpus.some(c => !c.waiting || this.target.wakes(c))) continue
      if (this.#timers.next === Number.POSITIVE_INFINITY) return 'idle'
      this.#clock = Math.max(this.#clock, this.#timers.next)
    }
    return this.stopReason ? 'stopped' : 'running'
  }

  #wake(cpu: Cpu): boolean {
    if (!this.target.wakes(cpu)) return false
    cpu.waiting = false
    return true
  }

  /** Runs one CPU; returns the instructions it used. */
  #runCpu(cpu: Cpu, slice: number): number {
    this.#current = cpu
    this.#slice = slice
    this.#endSlice = false
    cpu.set32(Head.budget, slice)
    cpu.set32(Head.request, 0)
    this.#takeInterrupt(cpu)
    while (!this.stopReason && !this.#endSlice && !cpu.waiting) {
      const exit = this.engine.run(cpu.base)
      if (exit === Exit.budget) break
      this.#handle(cpu, exit)
    }
    if (this.#hot.size) this.#compileHot()
    const used = this.#slice - cpu.get32(Head.budget)
    this.#clock += used
    this.executed += used
    this.#current = undefined
    return used
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
        if (this.stopReason) return
        cpu.set32(Head.single, 1)
        cpu.set32(Head.skipHooks, 1)
        cpu.request()
        return this.#continue(cpu)
      default:
        return this.target.handleExit(cpu, exit)
    }
  }

  #continue(cpu: Cpu): void {
    const exit = this.engine.run(cpu.base)
    if (exit !== Exit.budget) this.#handle(cpu, exit)
  }

  #takeInterrupt(cpu: Cpu): void {
    const cause = this.target.pendingInterrupt(cpu)
    if (cause !== undefined) this.deliverTrap(cpu, cause, 0n)
  }

  /** Delivers a trap that did not arise in generated code. */
  deliverTrap(cpu: Cpu, cause: number, value: bigint): void {
    cpu.set32(Head.trapCause, cause)
    cpu.set64(Head.trapValue, value)
    this.engine.deliver(cpu.base)
  }

  // Translation.

  /** Finds or makes the block at the CPU's pc and enters it into the jump cache; or delivers the fetch fault. */
  #enterBlock(cpu: Cpu): void {
    const budget = cpu.get32(Head.budget)
    if (budget === 0) {
      this.#endSlice = true // a fault would take time that this slice does not have
      return
    }
    const { pc } = cpu
    let tb: Tb
    try {
      tb = this.#block(cpu, pc)
    } catch (error) {
      if (!(error instanceof FetchFault)) throw error
      cpu.set32(Head.budget, budget - 1) // a fault takes time, or it could loop for ever
      this.engine.deliver(cpu.base)
      return
    }
    const entry = this.#jumpCacheEntry(cpu, pc)
    this.memory.view.setBigUint64(entry + JumpCache.pc, pc, true)
    this.memory.view.setInt32(entry + JumpCache.context, cpu.get32(Head.context), true)
    this.memory.view.setInt32(entry + JumpCache.block, tb.address, true)
    this.#byAddress.set(tb.address, tb)
  }
  readonly #byAddress = new Map<number, Tb>()

  #jumpCacheEntry(cpu: Cpu, pc: bigint): number {
    const index = Number((pc >> 1n) & BigInt(JumpCache.entries - 1))
    return cpu.base + Layout.jumpCache + index * JumpCache.entrySize
  }

  /** Linear address of code, or a `FetchFault` with the fault described in the head. */
  #fetch(cpu: Cpu, address: bigint): number {
    cpu.set32(Head.accessBytes, 2)
    const physical = this.engine.translate(cpu.base, BigInt.asIntN(64, address), Access.fetch)
    if (physical === -1n) throw new FetchFault(address)
    const linear = this.memory.linear(BigInt.asUintN(64, physical))
    if (linear) return linear
    cpu.set32(Head.trapCause, this.target.busError(Access.fetch))
    cpu.set64(Head.trapValue, address)
    throw new FetchFault(address)
  }

  #block(cpu: Cpu, pc: bigint): Tb {
    const flags = cpu.get32(Head.context) & 0xfff
    const code = this.#fetch(cpu, pc)
    // Protection finer than a page: ask for every piece, one instruction at a time.
    const check = cpu.get32(Head.uncached) ? (address: bigint) => void this.#fetch(cpu, address) : undefined
    const nextPage = (address: bigint): number => this.#fetch(cpu, address)
    const known = this.blocks.find(pc, flags, code)
    if (known) {
      if (known.secondPage < 0 || nextPage((pc | 0xfffn) + 1n) >>> 12 === known.secondPage) return known
      this.#drop(known)
    }
    const block = this.#translator.block(pc, flags, code, nextPage, check)
    if (!this.blocks.fits(block.insns.length)) this.#flushNow()
    return this.blocks.add(block)
  }

  #heat(cpu: Cpu): void {
    const entry = this.#jumpCacheEntry(cpu, cpu.pc)
    const tb = this.#byAddress.get(this.memory.view.getInt32(entry + JumpCache.block, true))
    if (!tb) return
    this.#hot.add(tb)
    if (this.#hot.size >= this.#batch) return this.#compileHot()
    // Others may get hot soon; but do not wait for them longer than this.
    const surplus = cpu.get32(Head.budget) - batchPatience
    if (surplus > 0) {
      this.#slice -= surplus
      cpu.set32(Head.budget, batchPatience)
    }
  }

  #compileHot(): void {
    const found = [...this.#hot].map(head => ({ head, ...this.#translator.region(head) }))
    this.#hot.clear()
    const slots = this.engine.compile(found.map(f => f.region))
    found.forEach(({ head, blocks }, i) => {
      const region: CompiledRegion = { head, blocks, slot: slots[i] as number }
      for (const b of blocks) b.regions.add(region)
      this.memory.view.setInt32(head.address, region.slot, true)
    })
  }

  #dropRegion(region: CompiledRegion): void {
    for (const b of region.blocks) b.regions.delete(region)
    this.memory.view.setInt32(region.head.address, 0, true)
    this.memory.view.setInt32(region.head.address + 4, 0, true) // may become hot again
    this.engine.release(region.slot)
  }

  #drop(tb: Tb): void {
    this.blocks.remove(tb)
    this.#byAddress.delete(tb.address)
    this.#hot.delete(tb)
    for (const region of [...tb.regions]) this.#dropRegion(region)
    for (const cpu of this.cpus) {
      const entry = this.#jumpCacheEntry(cpu, tb.pc)
      if (this.memory.view.getInt32(entry + JumpCache.block, true) === tb.address) this.#forget(entry)
    }
  }

  #forget(entry: number): void {
    this.memory.view.setInt32(entry + JumpCache.context, -1, true)
  }

  /** Linear memory changes: blocks with code there are void. */
  invalidate(linear: number, length: number): void {
    for (const tb of this.blocks.touching(linear, length)) this.#drop(tb)
  }

  /** Throws all translations away at the next safe point. */
  flushBlocks(): void {
    this.#flushPending = true
    this.#current?.request()
    this.#endSlice = true
  }

  #flushNow(): void {
    this.#flushPending = false
    const regions = new Set<CompiledRegion>()
    for (const tb of this.blocks) for (const r of tb.regions) regions.add(r)
    for (const r of regions) this.engine.release(r.slot)
    this.blocks.clear()
    this.#byAddress.clear()
    this.#hot.clear()
    this.#translator.calls.length = 0
    for (const cpu of this.cpus) this.#emptyJumpCache(cpu)
  }

  #emptyJumpCache(cpu: Cpu): void {
    for (let i = 0; i < JumpCache.entries; i++)
      this.#forget(cpu.base + Layout.jumpCache + i * JumpCache.entrySize)
  }

  /** The CPU's address translation has changed. */
  flushTranslations(cpu: Cpu): void {
    const tlbs = cpu.base + Layout.tlb
    this.memory.bytes.fill(0xff, tlbs, tlbs + this.target.state.tlbModes * Tlb.entries * Tlb.entrySize)
    const context = cpu.get32(Head.context)
    const generation = ((context >>> 12) + 1) & 0x7ffff
    if (generation === 0) this.#emptyJumpCache(cpu)
    cpu.set32(Head.context, (generation << 12) | (context & 0xfff))
  }

  /** Takes the right to store to a linear page without notice out of every soft TLB. */
  #protect(page: number): void {
    const { view } = this.memory
    for (const cpu of this.cpus) {
      const first = cpu.base + Layout.tlb
      const end = first + this.target.state.tlbModes * Tlb.entries * Tlb.entrySize
      for (let entry = first; entry < end; entry += Tlb.entrySize) {
        const tag = view.getInt32(entry + Tlb.writeTag, true)
        if ((tag + view.getInt32(entry + Tlb.addend, true)) >>> 12 === page) {
          view.setBigInt64(entry + Tlb.writeTag, -1n, true)
        }
      }
    }
  }

  // Stopping, resetting.

  /** Does what had to wait until no generated code was running. */
  #settle(): void {
    if (this.#flushPending) this.#flushNow()
    if (this.#resetPending) {
      this.#resetPending = false
      // At first it is zero anyway; touching every page of it would take longer than small guests run.
      // New memory is zero; filling it again would touch every page.
      if (this.#used)
        for (const r of this.memory.regions) this.memory.bytes.fill(0, r.linear, r.linear + r.size)
      this.#used = true
      this.#powerOn()
    }
  }

  /** Ends the run before the next instruction; the first reason stays. */
  stop(reason: StopReason): void {
    this.stopReason ??= reason
    this.#endSlice = true
    this.#current?.request()
  }

  /** The guest ends the run with a status. */
  exit(status: number): void {
    this.stop({ kind: 'exit', status })
  }

  /** Makes `Head.discon` agree with whether anybody listens. */
  updateDiscon(): void {
    for (const cpu of this.cpus) cpu.set32(Head.discon, this.#instrumentation.discons ? 1 : 0)
  }

  /** Feeds the console. */
  input(bytes: Uint8Array): void {
    this.#board.input(bytes)
  }

  #boardHost(): BoardHost {
    return {
      clock: () => this.clock(),
      schedule: (token, at, callback) => {
        this.#timers.schedule(token, at, callback)
        if (this.#current && at < this.#clock + this.#slice) {
          this.#endSlice = true
          this.#current.request()
        }
      },
      cancel: token => this.#timers.cancel(token),
      exit: status => this.exit(status),
      setLine: (cpu, line, level) => {
        const target = this.cpus[cpu]
        if (!target) return
        this.target.setLine(target, line, level)
        target.request()
      },
      reset: () => {
        this.#resetPending = true
        this.#endSlice = true
        this.#current?.request()
      },
    }
  }

  #powerOn(): void {
    this.#timers.clear()
    this.#flushNow()
    for (const c of this.#board.contents) this.#place(c.base, c.bytes, 'board contents')
    for (const s of this.image?.segments ?? []) this.#place(s.physical, s.bytes, 'segment', s.memorySize)
    for (const cpu of this.cpus) {
      this.memory.bytes.fill(0, cpu.base, cpu.base + Layout.cells)
      cpu.waiting = false
      cpu.set32(Head.index, cpu.index)
      cpu.set32(Head.jumpCache, cpu.base + Layout.jumpCache)
      cpu.set32(Head.tlb, cpu.base + Layout.tlb)
      this.target.reset(cpu)
      cpu.pc = this.#board.resetPc
      this.flushTranslations(cpu)
      this.#emptyJumpCache(cpu)
    }
    for (const d of this.memory.devices) d.reset?.() // they drive lines into the CPUs
    this.updateDiscon()
  }

  #place(physical: bigint, bytes: Uint8Array, what: string, length: number = bytes.length): void {
    const size = BigInt(length)
    const region = this.memory.regions.find(
      r => physical >= r.base && physical + size <= r.base + BigInt(r.size),
    )
    if (!region) {
      const ram = this.memory.regions.map(
        r => `${r.name} 0x${r.base.toString(16)}…0x${(r.base + BigInt(r.size) - 1n).toString(16)}`,
      )
      throw new ImageError(
        'image/outside-memory',
        `A ${what} of the image (0x${physical.toString(16)}, ${size} bytes) lies outside the machine's memory (${ram.join(', ')}).`,
        'Link the program to an address in RAM, or give the machine more memory with --memory.',
      )
    }
    this.memory.bytes.set(bytes, region.linear + Number(physical - region.base))
  }

  // For debuggers and plugins.

  /** Where an address leads, without side effects; undefined if it does not. */
  translateDebug(cpu: Cpu, address: bigint, access: number = Access.load): bigint | undefined {
    const [cause, value, uncached] = [
      cpu.get32(Head.trapCause),
      cpu.get64(Head.trapValue),
      cpu.get32(Head.uncached),
    ]
    const exit = cpu.get32(Head.exit)
    cpu.set32(Head.accessBytes, 1)
    const physical = this.engine.translate(cpu.base, BigInt.asIntN(64, address), access | Access.debug)
    cpu.set32(Head.trapCause, cause)
    cpu.set64(Head.trapValue, value)
    cpu.set32(Head.uncached, uncached)
    cpu.set32(Head.exit, exit)
    return physical === -1n ? undefined : BigInt.asUintN(64, physical)
  }

  /** RAM or ROM bytes by physical address; undefined if any byte is something else. */
  readPhysical(address: bigint, length: number): Uint8Array | undefined {
    const region = this.memory.regions.find(
      r => address >= r.base && address + BigInt(length) <= r.base + BigInt(r.size),
    )
    if (!region) return undefined
    const linear = region.linear + Number(address - region.base)
    return this.memory.bytes.slice(linear, linear + length)
  }

  readVirtual(
    cpu: Cpu,
    address: bigint,
    length: number,
    access: number = Access.load,
  ): Uint8Array | undefined {
    const result = new Uint8Array(length)
    for (let done = 0; done < length; ) {
      const at = address + BigInt(done)
      const physical = this.translateDebug(cpu, at, access)
      const n = Math.min(length - done, 0x1000 - Number(at & 0xfffn))
      const part = physical === undefined ? undefined : this.readPhysical(physical, n)
      if (!part) return undefined
      result.set(part, done)
      done += n
    }
    return result
  }

  writeVirtual(cpu: Cpu, address: bigint, data: Uint8Array): boolean {
    const places: { linear: number; from: number; length: number }[] = []
    for (let done = 0; done < data.length; ) {
      const at = address + BigInt(done)
      const physical = this.translateDebug(cpu, at, Access.store)
      const linear = physical === undefined ? 0 : this.memory.linear(physical)
      if (!linear || this.memory.flags(linear) & PageFlag.readonly) return false
      const length = Math.min(data.length - done, 0x1000 - Number(at & 0xfffn))
      places.push({ linear, from: done, length })
      done += length
    }
    for (const p of places) {
      this.invalidate(p.linear, p.length)
      this.memory.bytes.set(data.subarray(p.from, p.from + p.length), p.linear)
    }
    return true
  }

  // What generated code calls.

  #cpuAt(base: number): Cpu {
    return this.cpus[(base - Layout.firstCpu) / Layout.cpuSize] as Cpu
  }

  #hostFunctions(): Map<string, HostFunction> {
    const access = {
      target: this.target,
      memory: this.memory,
      translate: (cpu: Cpu, address: bigint, kind: number) =>
        this.engine.translate(cpu.base, BigInt.asIntN(64, address), kind),
      invalidate: (linear: number, length: number) => this.invalidate(linear, length),
    }
    const join = (low: number, high: number): bigint => BigInt(low >>> 0) | (BigInt(high >>> 0) << 32n)
    const leave = (): number => (this.#leaves() ? 1 : 0)
    const own: Record<string, (cpu: Cpu, a?: number, b?: number, c?: number) => number | void> = {
      'core.flush': cpu => this.flushTranslations(cpu),
      'core.clock': cpu => cpu.set64(Head.value, BigInt(this.clock())),
      'core.load': (cpu, low = 0, high = 0, bytes = 0) => slowLoad(access, cpu, low, high, bytes),
      'core.store': (cpu, low = 0, high = 0, bytes = 0) => slowStore(access, cpu, low, high, bytes),
      'core.probe': (cpu, low = 0, high = 0, bytes = 0) => slowProbe(access, cpu, low, high, bytes),
      'core.hook': (cpu, id = 0) => {
        this.#translator.calls[id]?.(cpu.index)
        return leave()
      },
      'core.recordHook': (cpu, record = 0) => {
        this.#runHooks(cpu, this.#hooksAt(record))
        return leave()
      },
      'core.report': (cpu, cause = 0, low = 0, high = 0) => {
        if (!this.stopReason) this.#instrumentation.discon(cpu, cause, join(low, high))
      },
    }
    const host = new Map<string, HostFunction>()
    const enter = (name: string, f: (cpu: Cpu, ...args: number[]) => number | void): void => {
      host.set(name, (base, ...args) => f(this.#cpuAt(base), ...args))
    }
    // Those on hot roads have a fixed number of arguments: a rest parameter costs an array on every call.
    const enterFixed = (
      name: string,
      f: (cpu: Cpu, a?: number, b?: number, c?: number) => number | void,
    ): void => {
      host.set(name, (base, a, b, c) => f(this.#cpuAt(base), a, b, c))
    }
    for (const [name, f] of Object.entries(own)) enterFixed(name, f)
    for (const h of this.target.host) if (!host.has(h.callee.name)) enter(h.callee.name, h.implement(this))
    return host
  }

  /** Does something wait that needs the run loop before the next instruction? */
  #leaves(): boolean {
    return this.stopReason !== undefined || this.#flushPending
  }

  #hooksAt(record: number): readonly Hook[] {
    const tb = this.#byAddress.get(this.memory.view.getInt32(record + Rec.block, true))
    const left = this.memory.view.getUint16(record + Rec.left, true)
    return tb?.hooks?.[tb.insns.length - left] ?? []
  }

  #runHooks(cpu: Cpu, hooks: readonly Hook[]): void {
    for (const hook of hooks) {
      if (hook.kind === 'call') hook.run(cpu.index)
      else if (hook.kind === 'add') cpu.set64(hook.offset, cpu.get64(hook.offset) + hook.value)
      else cpu.set64(hook.offset, hook.value)
    }
  }
}
