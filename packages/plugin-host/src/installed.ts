/** One installed plugin: the interface that it got, and what it has of the host. */
import {
  Access,
  type Cell,
  type Counter,
  type DisconEvent,
  type DisconMask,
  type Disposable,
  type EdgeEvent,
  type EdgeKind,
  edgeKinds,
  type InputFile,
  type MemoryResult,
  type MemoryWriteResult,
  type OutputFile,
  type OutputOptions,
  type PluginApi,
  PluginError,
  type Privilege,
  type Program,
  type Register,
  type Scoreboard,
  type TbHandle,
  type TimeControl,
  type TraceBuffer,
  type TraceField,
  type TraceOptions,
} from '@guestscope/core'
import type { Hook } from '@guestscope/core/hooks'
import { cpuAt, type HostCell } from './cells.ts'
import { check, checkCallback, checkOneOf, shown } from './check.ts'
import { disconCount, HostCounter } from './counters.ts'
import type { DeferredCalls } from './deferred.ts'
import { HostEdgeEvent, HostMemEvent } from './events.ts'
import { openInput, openOutput, readFile } from './files.ts'
import { readMemory, readPhysical, writeMemory, writePhysical } from './guest-memory.ts'
import type { Listeners } from './listeners.ts'
import type { PluginHost } from './plugin-host.ts'
import { Level } from './registers.ts'
import { requestTimeControl } from './time.ts'

/** Registrations that are nothing but a callback. */
type ListenerKind =
  | 'onExit'
  | 'onCpuInit'
  | 'onCpuExit'
  | 'onCpuIdle'
  | 'onCpuResume'
  | 'onReset'
  | 'onFlush'
  | 'onDiscon'
  | 'onTranslate'

/** The plugin in the host's books, and its `PluginApi`. */
export class Installed implements PluginApi {
  readonly name: string
  readonly target: string
  readonly cpus: number
  /** It threw, its installation did, or it was uninstalled: no callback of it is called any more. */
  gone = false
  /** An error of it has been told. */
  failed = false
  readonly memEvent: HostMemEvent
  readonly edgeEvent: HostEdgeEvent
  /** Its deferred callbacks, if it has any; whatever else it is told comes after them. */
  deferred: DeferredCalls | undefined
  readonly #host: PluginHost
  readonly #cells = new Set<HostCell>()
  readonly #counters = new Set<HostCounter>()

  constructor(host: PluginHost, name: string) {
    this.#host = host
    this.name = name
    this.target = host.machine.target.name
    this.cpus = host.machine.cpus.length
    this.memEvent = new HostMemEvent(host.machine)
    this.edgeEvent = new HostEdgeEvent(host.machine)
  }

  /** The host, for a plugin that is still there. */
  get #live(): PluginHost {
    if (!this.gone) return this.#host
    throw new PluginError(
      'plugin/gone',
      `Plugin ${this.name} is not installed any more.`,
      'Use its interface before uninstall only.',
    )
  }

  // Life.

  uninstall(done: () => void = () => {}): Promise<void> {
    const host = this.#live
    checkCallback('uninstall', done)
    host.records.drop(this)
    return new Promise(resolve => {
      host.remove(this, () => {
        host.call(this, 'uninstall', Level.free, done)
        resolve()
      })
    })
  }
  reset(callback: () => void = () => {}): Promise<void> {
    const host = this.#live
    checkCallback('reset', callback)
    this.deferred?.flush()
    host.dropRegistrations(this)
    host.records.drop(this)
    return new Promise(resolve => {
      host.atSafePoint(() => {
        if (!this.gone) host.call(this, 'reset', Level.free, callback)
        resolve()
      })
    })
  }
  get hasCells(): boolean {
    return this.#cells.size > 0
  }
  /** Gives all cells back. */
  freeCells(): void {
    for (const cell of this.#cells) this.#host.cells.free(cell)
    this.#cells.clear()
  }
  /** Ends all counters. */
  dropCounters(): void {
    for (const counter of this.#counters) counter.dispose()
  }
  onExit(callback: () => void): Disposable {
    return this.#add('onExit', callback)
  }

  #add<Kind extends ListenerKind>(
    kind: Kind,
    callback: PluginHost[Kind] extends Listeners<infer Callback> ? Callback : never,
    mask?: number,
  ): Disposable {
    const host = this.#live
    checkCallback(kind, callback)
    return (host[kind] as Listeners<typeof callback>).add(this, callback, mask)
  }

  // vCPUs and machine.

  onCpuInit(callback: (cpu: number) => void): Disposable {
    const host = this.#live
    const disposable = this.#add('onCpuInit', callback)
    const registration = host.onCpuInit.list.at(-1)
    host.atSafePoint(() => {
      for (const cpu of host.machine.cpus)
        if (registration?.active) host.call(this, 'onCpuInit', Level.free, () => callback(cpu.index))
    })
    return disposable
  }
  onCpuExit(callback: (cpu: number) => void): Disposable {
    return this.#add('onCpuExit', callback)
  }
  onCpuIdle(callback: (cpu: number) => void): Disposable {
    return this.#add('onCpuIdle', callback)
  }
  onCpuResume(callback: (cpu: number) => void): Disposable {
    return this.#add('onCpuResume', callback)
  }
  onReset(callback: () => void): Disposable {
    return this.#add('onReset', callback)
  }
  onFlush(callback: () => void): Disposable {
    return this.#add('onFlush', callback)
  }

  // Discontinuities.

  onDiscon(types: DisconMask, callback: (event: DisconEvent) => void): Disposable {
    return this.#add('onDiscon', callback, checkTypes('onDiscon', types))
  }
  countDiscons(types: DisconMask): Counter {
    const host = this.#live
    checkTypes('countDiscons', types)
    host.countDiscons(1)
    const count = (cpu: number): bigint => disconCount(host.machine, types, cpu)
    return this.#counter(count, () => host.countDiscons(-1))
  }

  #counter(read: (cpu: number) => bigint, end: () => void): Counter {
    const counter = new HostCounter(this.#host.machine, read, () => {
      this.#counters.delete(counter)
      end()
    })
    this.#counters.add(counter)
    return counter
  }

  // Code.

  onTranslate(callback: (tb: TbHandle) => void): Disposable {
    return this.#add('onTranslate', callback)
  }
  onEdge(
    callback: (edge: EdgeEvent) => void,
    kinds: readonly EdgeKind[] = edgeKinds,
    access: 'none' | 'deferred' = 'none',
  ): Disposable {
    const host = this.#live
    checkCallback('onEdge', callback)
    checkOneOf('access in onEdge', access, ['none', 'deferred'])
    const hook = (state: { readonly active: boolean }): Hook => {
      if (access === 'none') return host.callbacks.edge(this, state, callback)
      return host.deferred(this, {
        shape: 'edge',
        guarded: Object.assign(state, { owner: this }),
        call: callback,
      })
    }
    return host.onEdge.register(this, hook, checkKinds(kinds))
  }
  countEdges(kinds: readonly EdgeKind[] = edgeKinds): Counter {
    const host = this.#live
    const mask = checkKinds(kinds)
    const cell = this.#cell('edges')
    const hook = host.onEdge.add(this, { kind: 'add', offset: cell.offset, value: 1n }, mask)
    return this.#counter(
      cpu => cell.get(cpu),
      () => {
        hook.dispose()
        this.#freeLater([cell])
      },
    )
  }
  traceEdges(buffer: TraceBuffer, kinds: readonly EdgeKind[] = edgeKinds): Disposable {
    const host = this.#live
    const target = host.checkTrace(this, buffer)
    return host.onEdge.add(this, { kind: 'trace', target }, checkKinds(kinds))
  }
  traceBuffer<const Field extends TraceField>(options: TraceOptions<Field>): TraceBuffer {
    return this.#live.traceBuffer(this, options as unknown as TraceOptions<TraceField>)
  }

  // Cells.

  scoreboard<Name extends string>(...names: readonly Name[]): Scoreboard<Name> {
    const seen = new Set<string>()
    for (const name of names) {
      check('scoreboard', 'text', name)
      if (seen.has(name))
        throw new PluginError('plugin/argument', `scoreboard: two cells are called '${name}'.`, 'Rename one.')
      seen.add(name)
    }
    const cells = names.map(name => [name, this.#cell(name)])
    return Object.fromEntries(cells) as Scoreboard<Name>
  }
  #cell(name: string): HostCell {
    const cell = this.#live.cells.allocate(name)
    this.#cells.add(cell)
    return cell
  }
  freeScoreboard(scoreboard: { readonly [name: string]: Cell }): void {
    const host = this.#live
    check('freeScoreboard', 'object', scoreboard)
    const cells = Object.values(scoreboard).map(cell => host.cells.check(cell))
    if (cells.some(cell => !this.#cells.has(cell)))
      throw new PluginError(
        'plugin/argument',
        'freeScoreboard: a cell belongs to another plugin.',
        'Give cells back where they were made.',
      )
    for (const cell of cells) cell.freed = true
    host.machine.flushBlocks()
    this.#freeLater(cells)
  }
  #freeLater(cells: readonly HostCell[]): void {
    this.#host.atSafePoint(() => {
      for (const cell of cells) {
        this.#host.cells.free(cell)
        this.#cells.delete(cell)
      }
    })
  }

  // Registers, memory, time.

  registers(): readonly Register[] {
    return this.#host.machine.target.registers.map(({ name, group, bits, write }) => ({
      name,
      group,
      bits,
      writable: write !== undefined,
    }))
  }
  readRegister(cpu: number, name: string): bigint {
    return this.#live.registers.read(cpu, name)
  }
  writeRegister(cpu: number, name: string, value: bigint): void {
    this.#live.registers.write(cpu, name, value)
  }
  setPc(cpu: number, address: bigint): void {
    this.#live.registers.setPc(cpu, address)
  }
  privilege(cpu: number): Privilege {
    const { machine } = this.#host
    return machine.target.privilege(cpuAt(machine, cpu))
  }
  readMemory(cpu: number, address: bigint, length: number): MemoryResult {
    return readMemory(this.#live.machine, cpu, address, length)
  }
  writeMemory(cpu: number, address: bigint, bytes: Uint8Array): MemoryWriteResult {
    return writeMemory(this.#live.machine, cpu, address, bytes)
  }
  readPhysical(address: bigint, length: number): MemoryResult {
    return readPhysical(this.#live.machine, address, length)
  }
  writePhysical(address: bigint, bytes: Uint8Array): MemoryWriteResult {
    return writePhysical(this.#live.machine, address, bytes)
  }
  translateAddress(cpu: number, address: bigint, fetch = false): bigint | undefined {
    const { machine } = this.#live
    check('translateAddress', 'address', address)
    check('translateAddress', 'flag', fetch)
    return machine.translateDebug(cpuAt(machine, cpu), address, fetch ? Access.fetch : Access.load)
  }
  clock(): number {
    return this.#host.machine.clock()
  }
  requestTimeControl(): TimeControl | undefined {
    return requestTimeControl(this.#live, this)
  }

  // The world outside.

  get program(): Program | undefined {
    return this.#host.io.program
  }
  output(text: string): void {
    check('output', 'text', text)
    this.#host.io.output(text)
  }
  openOutput(path: string, options?: OutputOptions): OutputFile {
    return openOutput(this.#live.io, this.name, path, options)
  }
  readFile(path: string): Uint8Array {
    return readFile(this.#live.io, path)
  }
  fileExists(path: string): boolean {
    const { io } = this.#live
    check('fileExists', 'path', path)
    return io.fileExists?.(path) ?? false
  }
  openInput(path: string): InputFile {
    return openInput(this.#live.io, path)
  }
  yield(): void {
    this.#live.machine.yield()
  }
  exit(status: number, message?: string): void {
    const host = this.#live
    check('exit', 'status', status)
    if (message !== undefined) check('exit', 'text', message)
    host.ending.stop({ kind: 'plugin', plugin: this.name, status, ...(message !== undefined && { message }) })
  }
}

function checkTypes(what: string, types: DisconMask): DisconMask {
  if (Number.isInteger(types) && (types & 7) !== 0) return types
  throw new PluginError(
    'plugin/argument',
    `${what}: ${shown(types)} contains no category of discontinuities.`,
    'Combine Discon.Interrupt, Discon.Exception and Discon.HostCall with |, or use Discon.All.',
  )
}

function checkKinds(kinds: readonly EdgeKind[]): number {
  check('kinds', 'list', kinds)
  const unknown = kinds.findIndex(kind => !edgeKinds.includes(kind))
  if (kinds.length && unknown < 0)
    return kinds.reduce((mask, kind) => mask | (1 << edgeKinds.indexOf(kind)), 0)
  throw new PluginError(
    'plugin/argument',
    unknown < 0 ? 'No kind of edges is asked for.' : `There is no edge of kind ${shown(kinds[unknown])}.`,
    `Kinds are: ${edgeKinds.join(', ')}.`,
  )
}
