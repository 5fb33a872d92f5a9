/** One installed plugin: its registrations, and the interface that it got. */
import type { DisconMask } from '../discon.ts'
import type {
  Counter,
  DisconEvent,
  Disposable,
  InputFile,
  MemoryResult,
  MemoryWriteResult,
  OutputFile,
  PluginApi,
  Privilege,
  Program,
  Register,
  Scoreboard,
  TbHandle,
  TimeControl,
  TraceBuffer,
} from '../plugin/index.ts'
import { PluginError } from '../plugin-error.ts'
import type { PluginHost } from '../plugin-host.ts'
import { Access } from '../target.ts'
import { cpuAt } from './cells.ts'

/** A callback that a plugin registered. */
export interface Registration<Callback> {
  readonly owner: Installed
  readonly callback: Callback
  /** Discontinuities only. */
  readonly types: DisconMask
  active: boolean
}

const none = { ok: false, code: 'unmapped', reason: 'It is not mapped, or it is not RAM.' } as const

function notYet(what: string): never {
  throw new PluginError('plugin/argument', `${what} does not exist yet.`, 'It is being built.')
}

/** The plugin in the host's books, and its `PluginApi`. */
export class Installed implements PluginApi {
  readonly name: string
  readonly target: string
  readonly cpus: number
  /** It threw, or its installation did: no callback of it is called any more. */
  failed = false
  readonly #host: PluginHost

  constructor(host: PluginHost, name: string) {
    this.#host = host
    this.name = name
    this.target = host.machine.target.name
    this.cpus = host.machine.cpus.length
  }

  onDiscon(types: DisconMask, callback: (event: DisconEvent) => void): Disposable {
    if ((types & 7) === 0)
      throw new PluginError(
        'plugin/argument',
        `onDiscon: ${types} contains no category of discontinuities.`,
        'Combine Discon.Interrupt, Discon.Exception and Discon.HostCall with |, or use Discon.All.',
      )
    return this.#host.registerDiscon({ owner: this, callback, types, active: true })
  }
  onTranslate(callback: (tb: TbHandle) => void): Disposable {
    return this.#host.registerTranslate({ owner: this, callback, types: 0, active: true })
  }
  onExit(callback: () => void): Disposable {
    return this.#host.registerExit({ owner: this, callback, types: 0, active: true })
  }

  scoreboard<Name extends string>(...names: readonly Name[]): Scoreboard<Name> {
    const cells = names.map(name => [name, this.#host.cells.allocate(name)])
    return Object.fromEntries(cells) as Scoreboard<Name>
  }

  registers(): readonly Register[] {
    return this.#host.machine.target.registers.map(({ name, group, bits, write }) => ({
      name,
      group,
      bits,
      writable: write !== undefined,
    }))
  }
  readRegister(cpu: number, name: string): bigint {
    return this.#host.readRegister(cpu, name)
  }

  privilege(cpu: number): Privilege {
    const { machine } = this.#host
    return machine.target.privilege(cpuAt(machine, cpu))
  }
  readMemory(cpu: number, address: bigint, length: number): MemoryResult {
    const { machine } = this.#host
    const bytes = machine.readVirtual(cpuAt(machine, cpu), address, checkLength(length))
    return bytes === undefined ? none : { ok: true, bytes: bytes.slice() }
  }
  readPhysical(address: bigint, length: number): MemoryResult {
    const bytes = this.#host.machine.readPhysical(address, checkLength(length))
    return bytes === undefined ? none : { ok: true, bytes: bytes.slice() }
  }
  translateAddress(cpu: number, address: bigint, fetch = false): bigint | undefined {
    const { machine } = this.#host
    return machine.translateDebug(cpuAt(machine, cpu), address, fetch ? Access.fetch : Access.load)
  }

  clock(): number {
    return this.#host.machine.clock()
  }
  output(text: string): void {
    this.#host.io.output(text)
  }
  openOutput(path: string): OutputFile {
    return this.#host.io.openOutput(path)
  }
  readFile(path: string): Uint8Array {
    const { io } = this.#host
    if (io.readFile === undefined) throw noFiles(path)
    return io.readFile(path)
  }
  openInput(path: string): InputFile {
    const { io } = this.#host
    if (io.openInput === undefined) throw noFiles(path)
    return io.openInput(path)
  }
  get program(): Program | undefined {
    return this.#host.io.program
  }
  uninstall(): Promise<void> {
    return notYet('uninstall')
  }
  reset(): Promise<void> {
    return notYet('reset')
  }
  onCpuInit(): Disposable {
    return notYet('onCpuInit')
  }
  onCpuExit(): Disposable {
    return notYet('onCpuExit')
  }
  onCpuIdle(): Disposable {
    return notYet('onCpuIdle')
  }
  onCpuResume(): Disposable {
    return notYet('onCpuResume')
  }
  onReset(): Disposable {
    return notYet('onReset')
  }
  onFlush(): Disposable {
    return notYet('onFlush')
  }
  countDiscons(): Counter {
    return notYet('countDiscons')
  }
  onEdge(): Disposable {
    return notYet('onEdge')
  }
  countEdges(): Counter {
    return notYet('countEdges')
  }
  traceEdges(): Disposable {
    return notYet('traceEdges')
  }
  traceBuffer(): TraceBuffer {
    return notYet('traceBuffer')
  }
  freeScoreboard(): void {
    notYet('freeScoreboard')
  }
  writeRegister(): void {
    notYet('writeRegister')
  }
  setPc(): void {
    notYet('setPc')
  }
  writeMemory(): MemoryWriteResult {
    return notYet('writeMemory')
  }
  writePhysical(): MemoryWriteResult {
    return notYet('writePhysical')
  }
  requestTimeControl(): TimeControl | undefined {
    return notYet('requestTimeControl')
  }
  exit(status: number, message?: string): void {
    if (!Number.isInteger(status) || status < 0 || status > 255)
      throw new PluginError(
        'plugin/argument',
        `exit: ${status} is not a status.`,
        'Use an integer from 0 to 255.',
      )
    this.#host.stop({ kind: 'plugin', plugin: this.name, status, ...(message !== undefined && { message }) })
  }
}

function checkLength(length: number): number {
  if (Number.isSafeInteger(length) && length >= 0) return length
  throw new PluginError('plugin/argument', `${length} is not a number of bytes.`, 'Give an integer from 0.')
}

function noFiles(path: string): PluginError {
  return new PluginError(
    'plugin/no-files',
    `The file '${path}' cannot be read: plugins cannot read files here.`,
    'Use the command guestscope, or give the plugin host readFile and openInput.',
  )
}
