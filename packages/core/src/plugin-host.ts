/**
 * The plugin host: installs plugins, hands the engine what they want in translated code, and tells them what happens.
 * Whatever a plugin throws is caught here: it ends the run, named, and nothing else.
 */
import type { Cpu } from './cpu.ts'
import { GuestscopeError } from './errors.ts'
import type { BlockSource, Hook, Instrumentation } from './instrument.ts'
import { type OptionInput, resolveOptions } from './options.ts'
import type { Cell, DisconEvent, Disposable, RegisterAccess, TbHandle } from './plugin/index.ts'
import { asPluginDefinition, checkApiVersion, type PluginDefinition } from './plugin-definition.ts'
import { PluginError } from './plugin-error.ts'
import { CellAllocator, cpuAt } from './plugin-host/cells.ts'
import { type HandleHost, HostEvent, HostTb } from './plugin-host/handles.ts'
import { Installed, type Registration } from './plugin-host/installed.ts'
import type { PluginHostIo, PluginMachine } from './plugin-host/machine.ts'
import { Scope } from './plugin-host/scope.ts'
import { describeError, type StopReason, stopMessage, stopStatus } from './stop.ts'
import type { RegisterInfo } from './target.ts'

/** The plugins of one machine. */
export class PluginHost implements Instrumentation {
  readonly machine: PluginMachine
  readonly io: PluginHostIo
  readonly cells: CellAllocator
  readonly #plugins: Installed[] = []
  readonly #registers: ReadonlyMap<string, RegisterInfo>
  // Replaced, never changed: a callback that registers or disposes does not disturb the round it is part of.
  #discon: readonly Registration<(event: DisconEvent) => void>[] = []
  #translate: readonly Registration<(tb: TbHandle) => void>[] = []
  #exit: readonly Registration<() => void>[] = []
  /** A callback without register access is running. */
  #registersHidden = false
  /** Set while the exit callbacks run: the reason so far. */
  #finishing: StopReason | undefined

  /** Puts itself into the machine, as its instrumentation. */
  constructor(machine: PluginMachine, io: PluginHostIo) {
    this.machine = machine
    this.io = io
    this.cells = new CellAllocator(machine)
    this.#registers = new Map(machine.target.registers.map(register => [register.name, register]))
    machine.instrumentation = this
  }

  get translates(): boolean {
    return this.#translate.length > 0
  }
  get discons(): boolean {
    return this.#discon.length > 0
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
      // Typed void, but nothing keeps an author from writing `async`.
      const result: unknown = plugin.install(installed, values)
      if (result instanceof Promise) {
        result.catch(() => {})
        throw new PluginError(
          'plugin/install-async',
          'install returned a promise.',
          'It has to be synchronous.',
        )
      }
    } catch (error) {
      this.#remove(installed)
      if (error instanceof GuestscopeError && !(error instanceof PluginError)) throw error
      const code = error instanceof PluginError ? error.code : 'plugin/install-failed'
      const problem = `Plugin ${installed.name} cannot be installed:`
      throw new PluginError(code, problem, describeError(error), { cause: error })
    }
    this.#plugins.push(installed)
  }

  translate(block: BlockSource): readonly (readonly Hook[])[] | undefined {
    const found: HostTb[] = []
    for (const registration of this.#translate) {
      if (!registration.active) continue
      const scope = new Scope('onTranslate')
      const tb = new HostTb(scope, this.#handleHost(registration), block)
      if (this.#call(registration.owner, 'onTranslate', () => registration.callback(tb))) found.push(tb)
      scope.end()
    }
    const hooks = block.insns.map((_, i): readonly Hook[] => {
      const own = found.flatMap(tb => tb.insnHooks[i] ?? [])
      return i === 0 ? [...found.flatMap(tb => tb.blockHooks), ...own] : own
    })
    return hooks.some(list => list.length > 0) ? hooks : undefined
  }

  /** On the road of every trap: no closures, and no bigint unless a plugin asks for an address. */
  discon(cpu: Cpu, cause: number, fromLow: number, fromHigh: number): void {
    const info = this.machine.target.cause(cause)
    for (const registration of this.#discon) {
      if (!registration.active || (registration.types & info.type) === 0) continue
      const event = new HostEvent(cpu, cause, info, fromLow, fromHigh)
      try {
        registration.callback(event)
      } catch (error) {
        this.#fail(registration.owner, 'onDiscon', error)
      }
      event.end()
    }
  }

  /**
   * Tells the plugins that the run has ended, and says how it ended now: a plugin that fails or calls `exit` here
   * replaces a reason with status 0. To be called once.
   */
  finish(reason: StopReason): StopReason {
    this.#finishing = reason
    for (const registration of this.#exit)
      if (registration.active) this.#call(registration.owner, 'onExit', registration.callback)
    const last = this.#finishing
    this.#finishing = undefined
    return last
  }

  /** Ends the run for a plugin. */
  stop(reason: StopReason): void {
    if (this.#finishing === undefined) this.machine.stop(reason)
    else if (stopStatus(this.#finishing) === 0) this.#finishing = reason
    else if (reason.kind === 'plugin' && reason.message !== undefined)
      this.io.output(`${stopMessage(reason)}\n`)
  }

  registerDiscon(registration: Registration<(event: DisconEvent) => void>): Disposable {
    this.#discon = [...this.#discon, registration]
    this.machine.updateDiscon()
    return disposable(registration, () => {
      this.#discon = this.#discon.filter(other => other !== registration)
      this.machine.updateDiscon()
    })
  }
  registerTranslate(registration: Registration<(tb: TbHandle) => void>): Disposable {
    this.#translate = [...this.#translate, registration]
    this.machine.flushBlocks()
    return disposable(registration, () => {
      this.#translate = this.#translate.filter(other => other !== registration)
      this.machine.flushBlocks()
    })
  }
  registerExit(registration: Registration<() => void>): Disposable {
    this.#exit = [...this.#exit, registration]
    return disposable(registration, () => {
      this.#exit = this.#exit.filter(other => other !== registration)
    })
  }

  readRegister(cpu: number, name: string): bigint {
    if (this.#registersHidden)
      throw new PluginError(
        'plugin/register-access',
        `Register ${name} was read in a callback that did not ask for registers.`,
        "Register it as onExec(callback, 'read').",
      )
    const register = this.#registers.get(name)
    if (register === undefined)
      throw new PluginError(
        'plugin/register-unknown',
        `${this.machine.target.name} has no register '${name}'.`,
        'api.registers() lists them.',
      )
    return register.read(cpuAt(this.machine, cpu))
  }

  #handleHost(registration: Registration<unknown>): HandleHost {
    const { target } = this.machine
    return {
      callHook: (callback, access) => ({
        kind: 'call',
        run: this.#execCallback(registration, callback, access),
        reads: access !== 'none',
      }),
      cellOffset: (cell: Cell) => this.cells.offset(cell),
      disassemble: source => target.disassemble(source.insn, source.pc),
      describe: source => target.describe(source.insn),
      symbol: address => this.io.symbol?.(address),
    }
  }

  /** What generated code calls: the callback, guarded, and quiet once its plugin is gone. */
  #execCallback(
    registration: Registration<unknown>,
    callback: (cpu: number) => void,
    access: RegisterAccess,
  ): (cpu: number) => void {
    const hidden = access === 'none'
    return cpu => {
      if (!registration.active) return
      this.#registersHidden = hidden
      try {
        callback(cpu)
      } catch (error) {
        this.#fail(registration.owner, 'onExec', error)
      }
      this.#registersHidden = false
    }
  }

  /** Calls a plugin; false if it threw. */
  #call(plugin: Installed, callback: string, run: () => void): boolean {
    try {
      run()
      return true
    } catch (error) {
      this.#fail(plugin, callback, error)
      return false
    }
  }

  #fail(plugin: Installed, callback: string, error: unknown): void {
    if (plugin.failed) return
    this.#remove(plugin)
    const failure = { plugin: plugin.name, callback, error }
    this.io.onError?.(failure)
    this.stop({ kind: 'plugin-error', ...failure })
  }

  /** Ends all registrations of a plugin that threw. */
  #remove(plugin: Installed): void {
    plugin.failed = true
    const keep = (registration: Registration<unknown>): boolean => {
      if (registration.owner === plugin) registration.active = false
      return registration.active
    }
    const [discon, translate] = [this.#discon.length, this.#translate.length]
    this.#discon = this.#discon.filter(keep)
    this.#translate = this.#translate.filter(keep)
    this.#exit = this.#exit.filter(keep)
    if (this.#discon.length < discon) this.machine.updateDiscon()
    if (this.#translate.length < translate) this.machine.flushBlocks()
  }

  #freeName(name: string): string {
    let free = name
    for (let n = 2; this.#plugins.some(plugin => plugin.name === free); n++) free = `${name}#${n}`
    return free
  }
}

/** A disposable that runs `end` once. */
function disposable(registration: { active: boolean }, end: () => void): Disposable {
  return {
    dispose() {
      if (!registration.active) return
      registration.active = false
      end()
    },
  }
}
