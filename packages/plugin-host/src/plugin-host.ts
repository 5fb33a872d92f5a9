/**
 * The plugin host: installs plugins, hands the engine what they want in translated code, and tells them what happens.
 * Whatever a plugin throws is caught here: it ends the run or that plugin, named, and nothing else.
 */
import { Head } from '@guestscope/codegen'
import {
  type Cpu,
  type DisconEvent,
  GuestscopeError,
  type PluginDefinition,
  PluginError,
  type StopReason,
  type TbHandle,
  type TraceBuffer,
  type TraceField,
  type TraceOptions,
} from '@guestscope/core'
import {
  type BlockHooks,
  type BlockSource,
  describeError,
  edgeTaken,
  edgeTraceKind,
  edgeTrapReturn,
  type Hook,
  type HookCondition,
  hookRunner,
  type Instrumentation,
  type TrapReturn,
} from '@guestscope/core/hooks'
import { Callbacks } from './callbacks.ts'
import { CellAllocator } from './cells.ts'
import { isThenable } from './check.ts'
import { type Deferred, DeferredCalls } from './deferred.ts'
import { asPluginDefinition, checkApiVersion } from './definition.ts'
import { Ending } from './ending.ts'
import { type HandleHost, HostEvent, HostTb } from './handles.ts'
import { Installed } from './installed.ts'
import { Listeners } from './listeners.ts'
import type { PluginHostIo, PluginMachine } from './machine.ts'
import { type OptionInput, resolveOptions } from './options.ts'
import type { Owner } from './owner.ts'
import { RecordSpace } from './record-space.ts'
import { Level, Registers } from './registers.ts'
import { Scope } from './scope.ts'
import { HostTraceBuffer } from './traces.ts'

/** The plugins of one machine. */
export class PluginHost implements Instrumentation {
  readonly machine: PluginMachine
  readonly io: PluginHostIo
  readonly cells: CellAllocator
  readonly registers: Registers
  /** Trace buffers, and those of deferred callbacks. */
  readonly records: RecordSpace
  readonly callbacks: Callbacks
  readonly ending: Ending
  readonly onDiscon: Listeners<(event: DisconEvent) => void> = new Listeners(() =>
    this.machine.updateDiscon(),
  )
  readonly onTranslate: Listeners<(tb: TbHandle) => void> = new Listeners(() => this.machine.flushBlocks())
  readonly onEdge: Listeners<Hook> = new Listeners(() => this.machine.flushBlocks())
  readonly onExit: Listeners<() => void> = new Listeners()
  readonly onCpuInit: Listeners<(cpu: number) => void> = new Listeners()
  readonly onCpuExit: Listeners<(cpu: number) => void> = new Listeners()
  readonly onCpuIdle: Listeners<(cpu: number) => void> = new Listeners()
  readonly onCpuResume: Listeners<(cpu: number) => void> = new Listeners()
  readonly onReset: Listeners<() => void> = new Listeners()
  readonly onFlush: Listeners<() => void> = new Listeners()
  /** Counters of discontinuities in use. */
  #disconCounters = 0
  readonly #plugins: Installed[] = []
  /** Those that have, or had, deferred callbacks. */
  readonly #deferring = new Set<Owner>()
  /** What waits for the next safe point. */
  #tasks: (() => void)[] = []
  /** The plugin that has virtual time in its hands. */
  timekeeper: Owner | undefined

  /** Puts itself into the machine, as its instrumentation. */
  constructor(machine: PluginMachine, io: PluginHostIo) {
    this.machine = machine
    this.io = io
    this.cells = new CellAllocator(machine)
    this.registers = new Registers(machine)
    this.ending = new Ending(machine, io, plugin => this.remove(plugin))
    this.callbacks = new Callbacks(this.registers, this.ending)
    this.records = new RecordSpace(machine, buffer => {
      machine.flushBlocks()
      this.atSafePoint(() => this.records.free(buffer))
    })
    machine.instrumentation = this
  }

  get translates(): boolean {
    return this.onTranslate.list.length > 0 || this.onEdge.list.length > 0
  }
  get discons(): boolean {
    return this.onDiscon.list.length > 0
  }
  get countsDiscons(): boolean {
    return this.#disconCounters > 0
  }
  /** Somebody more, or less, counts discontinuities. */
  countDiscons(by: 1 | -1): void {
    this.#disconCounters += by
    this.machine.updateDiscon()
  }
  /** Names of the installed plugins, in order. */
  get names(): readonly string[] {
    return this.#plugins.map(plugin => plugin.name)
  }

  /**
   * Installs a plugin. `options` are checked against its description; `name` is what outputs and errors call it (a
   * second plugin of the same name becomes `name#2`). Throws a `PluginError` and leaves nothing behind if the plugin
   * or its options are refused.
   */
  install(plugin: PluginDefinition, options: OptionInput = {}, name: string = plugin.name): void {
    asPluginDefinition(plugin, name)
    checkApiVersion(name, plugin.apiVersion)
    const values = resolveOptions(name, plugin.options ?? {}, options)
    const installed = new Installed(this, this.#freeName(name))
    try {
      this.io.calling?.(installed.name, 'install')
      const result: unknown = plugin.install(installed, values)
      if (isThenable(result)) {
        result.then(undefined, () => {})
        throw new PluginError(
          'plugin/install-async',
          'install returned a promise.',
          'It has to be synchronous.',
        )
      }
    } catch (error) {
      this.remove(installed)
      if (error instanceof GuestscopeError && !(error instanceof PluginError)) throw error
      const code = error instanceof PluginError ? error.code : 'plugin/install-failed'
      const problem = `Plugin ${installed.name} cannot be installed:`
      throw new PluginError(code, problem, describeError(error), { cause: error })
    } finally {
      this.io.calling?.()
    }
    this.#plugins.push(installed)
  }

  // What the machine tells.

  translate(block: BlockSource): BlockHooks | undefined {
    const found: HostTb[] = []
    for (const registration of this.onTranslate.list) {
      if (!registration.active) continue
      const scope = new Scope('onTranslate')
      const tb = new HostTb(scope, this.#handleHost(registration), block)
      if (this.call(registration.owner, 'onTranslate', Level.read, () => registration.callback(tb)))
        found.push(tb)
      scope.end()
    }
    const exec = block.insns.map((_, i): readonly Hook[] => {
      const own = found.flatMap(tb => tb.insnHooks[i] ?? [])
      return i === 0 ? [...found.flatMap(tb => tb.blockHooks), ...own] : own
    })
    const access = block.insns.map((_, i) => found.flatMap(tb => tb.accessHooks[i] ?? []))
    const last = block.insns.at(-1)
    const ends =
      last !== undefined && edgeTaken(this.machine.target.describe(last.insn, last.bytes).flow) !== undefined
    const edges = ends ? this.onEdge.list.map(({ mask, callback }) => ({ kinds: mask, hook: callback })) : []
    const any = edges.length > 0 || [...exec, ...access].some(list => list.length > 0)
    return any ? { exec, access, edges } : undefined
  }

  /** On the path of every trap: no closures, and no bigint unless a plugin asks for an address. */
  discon(cpu: Cpu, cause: number, fromLow: number, fromHigh: number): void {
    const info = this.machine.target.cause(cause)
    const level = this.registers.level
    this.registers.level = Level.free
    for (const registration of this.onDiscon.list) {
      if ((registration.mask & info.type) === 0) continue
      registration.owner.deferred?.flush()
      if (!registration.active) continue
      const event = new HostEvent(cpu, cause, info, fromLow, fromHigh)
      try {
        const result: unknown = registration.callback(event)
        if (result !== undefined) this.ending.returned(registration.owner, 'onDiscon', result)
      } catch (error) {
        this.ending.fail(registration.owner, 'onDiscon', error)
      }
      event.end()
    }
    this.registers.level = level
  }

  /** An edge that no translated code shows: the same hooks as there. */
  trapReturn(cpu: Cpu, from: TrapReturn): void {
    cpu.set64(Head.accessAddress, cpu.pc)
    cpu.set64(Head.accessValue, from.pc)
    cpu.set32(Head.accessInfo, edgeTrapReturn)
    const site = { ...from, kind: edgeTraceKind(edgeTrapReturn) }
    for (const { mask, callback } of this.onEdge.list)
      if ((mask >> edgeTrapReturn) & 1) hookRunner(callback)(cpu, site)
  }

  idle(cpu: Cpu): void {
    this.#tell(this.onCpuIdle, 'onCpuIdle', cpu.index)
  }
  resume(cpu: Cpu): void {
    this.#tell(this.onCpuResume, 'onCpuResume', cpu.index)
  }
  reset(): void {
    this.#tell(this.onReset, 'onReset')
  }
  flushed(): void {
    for (const plugin of this.#deferring) plugin.deferred?.forget()
    this.#tell(this.onFlush, 'onFlush')
  }
  sliceEnded(): void {
    for (const plugin of this.#deferring) plugin.deferred?.flush()
  }
  safePoint(): void {
    const tasks = this.#tasks
    if (!tasks.length) return
    this.#tasks = []
    for (const task of tasks) task()
  }

  #tell<Args extends readonly number[]>(
    listeners: Listeners<(...args: Args) => void>,
    what: string,
    ...args: Args
  ): void {
    for (const { active, owner, callback } of listeners.list)
      if (active) this.call(owner, what, Level.free, () => callback(...args))
  }

  /** Does something when no generated code runs, and none is left of what was flushed before. */
  atSafePoint(task: () => void): void {
    this.#tasks.push(task)
    this.machine.requestSafePoint()
  }

  /**
   * Tells the plugins that the run has ended, and says how it ended now: a plugin that fails or calls `exit` here
   * replaces a reason with status 0. To be called once.
   */
  finish(reason: StopReason): StopReason {
    this.ending.begin(reason)
    this.safePoint()
    this.records.flush()
    for (const cpu of this.machine.cpus) this.#tell(this.onCpuExit, 'onCpuExit', cpu.index)
    this.#tell(this.onExit, 'onExit')
    this.records.flush()
    this.safePoint()
    return this.ending.reason ?? reason
  }
  /** How the run has ended, after `finish`: what a promise of a plugin throws later still turns success into failure. */
  get ended(): StopReason | undefined {
    return this.ending.reason
  }

  // Records.

  /** A trace buffer for a plugin. */
  traceBuffer(owner: Owner, options: TraceOptions<TraceField>): TraceBuffer {
    return new HostTraceBuffer(this.records, owner, options, (plugin, run) =>
      this.call(plugin, 'onBatch', Level.none, run),
    )
  }
  /** The buffer that a plugin gave; throws if it is none, or not in use. */
  checkTrace(owner: Owner, buffer: TraceBuffer): HostTraceBuffer {
    if (buffer instanceof HostTraceBuffer && buffer.owner === owner && this.records.has(buffer)) return buffer
    throw new PluginError(
      'plugin/argument',
      'That is not a trace buffer in use of this plugin.',
      'Make one with api.traceBuffer, and do not dispose of it before.',
    )
  }
  /** A hook that records the call of a deferred callback. */
  deferred(owner: Owner, callback: Deferred, when?: HookCondition): Hook {
    owner.deferred ??= new DeferredCalls(this.records, owner, this.registers, this.ending)
    this.#deferring.add(owner)
    return owner.deferred.hook(callback, when)
  }

  // Calling plugins.

  #handleHost(registration: { readonly owner: Owner; readonly active: boolean }): HandleHost {
    const { target } = this.machine
    return {
      callHook: (callback, access, when) => {
        if (access === 'deferred')
          return this.deferred(
            registration.owner,
            { shape: 'exec', guarded: registration, call: callback },
            when,
          )
        const run = this.callbacks.exec(registration, callback, access)
        return { kind: 'call', run, access, ...(when && { when }) }
      },
      accessHook: (callback, access) => {
        if (access === 'deferred')
          return this.deferred(registration.owner, { shape: 'access', guarded: registration, call: callback })
        return { kind: 'call', run: this.callbacks.memory(registration, callback, access), access }
      },
      traceHook: buffer => ({ kind: 'trace', target: this.checkTrace(registration.owner, buffer) }),
      cellOffset: cell => this.cells.offset(cell),
      disassemble: source => target.disassemble(source.insn, source.pc, source.bytes),
      describe: source => target.describe(source.insn, source.bytes),
      symbol: address => this.io.symbol?.(address),
    }
  }

  /** Calls a plugin; false if it threw. */
  call(plugin: Owner, callback: string, level: number, run: () => unknown): boolean {
    const { gone } = plugin
    plugin.deferred?.flush()
    if (plugin.gone !== gone) return false
    const before = this.registers.level
    this.registers.level = level
    this.io.calling?.(plugin.name, callback)
    try {
      const result = run()
      if (result !== undefined) this.ending.returned(plugin, callback, result)
      return true
    } catch (error) {
      this.ending.fail(plugin, callback, error)
      return false
    } finally {
      this.io.calling?.()
      this.registers.level = before
    }
  }

  /**
   * A plugin of this name (one of `names`) has thrown outside of its callbacks, in a promise or timer, where only
   * whoever runs the machine could catch it: the same as an error in a callback.
   */
  stray(name: string, error: unknown): void {
    const plugin = this.#plugins.find(installed => installed.name === name)
    if (plugin) this.ending.stray(plugin, error)
  }

  /** Takes a plugin out; what it has is given back at the next safe point, then `done` is called. */
  remove(plugin: Owner, done: () => void = () => {}): void {
    plugin.gone = true
    this.dropRegistrations(plugin)
    this.records.abandon(plugin)
    this.#deferring.delete(plugin)
    if (this.timekeeper === plugin) {
      this.timekeeper = undefined
      this.machine.holdTime(undefined)
    }
    // Others may use its cells, and must not find somebody else's there.
    if (plugin.hasCells) this.machine.flushBlocks()
    this.atSafePoint(() => {
      done()
      plugin.freeCells()
    })
  }

  /** Ends all registrations of a plugin. */
  dropRegistrations(plugin: Owner): void {
    this.onDiscon.drop(plugin)
    this.onTranslate.drop(plugin)
    this.onEdge.drop(plugin)
    this.onExit.drop(plugin)
    for (const listeners of [this.onCpuInit, this.onCpuExit, this.onCpuIdle, this.onCpuResume])
      listeners.drop(plugin)
    this.onReset.drop(plugin)
    this.onFlush.drop(plugin)
    plugin.dropCounters()
  }

  #freeName(name: string): string {
    let free = name
    for (let n = 2; this.#plugins.some(plugin => plugin.name === free); n++) free = `${name}#${n}`
    return free
  }
}
