/** A plugin interface without a machine: it plays blocks, accesses and events to a plugin and keeps what it says. */
import {
  type Cell,
  type DisconEvent,
  type DisconType,
  type EdgeEvent,
  type EdgeKind,
  type PluginApi,
  type PluginDefinition,
  PluginError,
  type Privilege,
  type Program,
  type TbHandle,
} from '@guestscope/plugin-api'
import { FakeBlock, type FakeInsn, type FakeMemory } from './fake-block.ts'
import { FakeTrace } from './fake-trace.ts'

export type { FakeInsn, FakeMemory } from './fake-block.ts'

type Options = Readonly<Record<string, string | number | boolean | readonly string[]>>
type Given = string | number | boolean | readonly string[] | undefined

/** A cell; numbers of vCPUs are not checked. */
class FakeCell implements Cell {
  readonly name: string
  readonly #lost: () => boolean
  readonly #values: bigint[] = []
  constructor(name: string, lost: () => boolean) {
    this.name = name
    this.#lost = lost
  }
  get(cpu: number): bigint {
    return this.#values[cpu] ?? 0n
  }
  set(cpu: number, value: bigint): void {
    this.#values[cpu] = BigInt.asUintN(64, value)
  }
  add(cpu: number, value: bigint): void {
    if (!this.#lost()) this.set(cpu, this.get(cpu) + value)
  }
  sum(): bigint {
    return this.#values.reduce((sum, value) => sum + (value ?? 0n), 0n)
  }
}

export class FakeRun {
  output = ''
  readonly files = new Map<string, string>()
  /** Files written as bytes. */
  readonly binary = new Map<string, Uint8Array>()
  /** Instructions so far. */
  clock = 1234
  privilege: Privilege = { level: 3, name: 'M' }
  readonly exits: { status: number; message: string | undefined }[] = []
  readonly registers = new Map<string, bigint>()
  /** Where the plugin sent the guest. */
  readonly pcs: bigint[] = []
  /** Cells that can be had. */
  cells = 1000
  /** A fault of the emulator: nothing is ever added to cells. */
  lostAdds = false
  /** Adds to every address what the guest's page tables would. */
  alias: (address: bigint) => bigint = address => address
  readonly #cpus: number
  readonly #program: Program | undefined
  readonly #inputs: ReadonlyMap<string, Uint8Array>
  readonly #traces: FakeTrace[] = []
  #discon: (event: DisconEvent) => void = () => {}
  #translate: ((tb: TbHandle) => void)[] = []
  #edge: (edge: EdgeEvent) => void = () => {}
  #exit: () => void = () => {}
  #idle: (cpu: number) => void = () => {}

  constructor(
    plugin: PluginDefinition,
    options: Options,
    cpus = 1,
    /** Files to read. */
    inputs: ReadonlyMap<string, Uint8Array> = new Map(),
    program?: Program,
    /** Further registers, which are 0. */
    registers: readonly string[] = [],
  ) {
    this.#program = program
    this.#inputs = inputs
    this.#cpus = cpus
    this.registers.set('pc', 0n).set('a0', 0n).set('a1', 1n).set('mcycle', 0n)
    for (const name of registers) this.registers.set(name, 0n)
    const values: Record<string, Given> = {}
    for (const [name, spec] of Object.entries(plugin.options ?? {})) {
      const absent =
        spec.type === 'boolean' ? false : spec.type === 'string' && spec.multiple ? [] : undefined
      values[name] = options[name] ?? spec.default ?? absent
    }
    plugin.install(this.#api(plugin.name), values as Record<string, string | undefined>)
  }

  #api(name: string): PluginApi {
    const refuse = (): never => {
      throw new Error('not in this test')
    }
    const disposable = { dispose: refuse }
    const api: Partial<PluginApi> = {
      name,
      target: 'fake',
      cpus: this.#cpus,
      onDiscon: (_, callback) => {
        this.#discon = callback
        return disposable
      },
      onEdge: (callback, kinds) => {
        this.#edge = edge => {
          if (kinds === undefined || kinds.includes(edge.kind)) callback(edge)
        }
        return disposable
      },
      onTranslate: callback => {
        this.#translate.push(callback)
        return { dispose: () => void this.#translate.splice(this.#translate.indexOf(callback), 1) }
      },
      onExit: callback => {
        this.#exit = callback
        return disposable
      },
      onCpuIdle: callback => {
        this.#idle = callback
        return disposable
      },
      reset: async callback => {
        this.#translate = []
        this.#exit = () => {}
        callback?.()
      },
      scoreboard: (...names) => {
        this.cells -= names.length
        if (this.cells < 0) throw new PluginError('plugin/cells-exhausted', 'All are in use.', '')
        return Object.fromEntries(
          names.map(key => [key, new FakeCell(key, () => this.lostAdds)]),
        ) as ReturnType<PluginApi['scoreboard']>
      },
      traceBuffer: trace => {
        const buffer = new FakeTrace(trace)
        this.#traces.push(buffer)
        return buffer
      },
      registers: () =>
        [...this.registers.keys()].map(key => ({ name: key, group: 'general', bits: 64, writable: true })),
      readRegister: (_, key) => this.registers.get(key) ?? refuse(),
      setPc: (_, address) => void this.pcs.push(address),
      readMemory: refuse,
      readPhysical: refuse,
      translateAddress: (_, address) => this.alias(address),
      clock: () => this.clock,
      output: text => {
        this.output += text
      },
      openOutput: path => ({ write: data => this.#write(path, data) }),
      readFile: path => this.#inputs.get(path) ?? refuse(),
      fileExists: path => this.#inputs.has(path),
      openInput: path => {
        const bytes = this.#inputs.get(path) ?? refuse()
        let at = 0
        return {
          read: limit => {
            const part = bytes.subarray(at, at + limit)
            at += part.length
            return part
          },
        }
      },
      privilege: () => this.privilege,
      program: this.#program,
      exit: (status, message) => this.exits.push({ status, message }),
    }
    return api as PluginApi
  }

  #write(path: string, data: string | Uint8Array): void {
    if (typeof data === 'string') this.files.set(path, (this.files.get(path) ?? '') + data)
    else this.binary.set(path, Uint8Array.of(...(this.binary.get(path) ?? []), ...data))
  }

  /** Translates a block; what comes back executes its n-th instruction, which makes these accesses. */
  block(insns: readonly FakeInsn[]): (index: number, cpu?: number, accesses?: readonly FakeMemory[]) => void {
    const block = new FakeBlock(insns)
    for (const callback of this.#translate) callback(block.handle)
    return (index, cpu = 0, accesses = []) => block.run(index, cpu, accesses)
  }

  event(cpu: number, type: DisconType, from: bigint, to: bigint, name = 'cause', number = 1): void {
    this.#discon({ cpu, type, from, to, cause: { number, name } })
  }

  edge(cpu: number, kind: EdgeKind, from: bigint, to: bigint): void {
    this.#edge({ cpu, kind, from, to })
  }

  idle(cpu: number): void {
    this.#idle(cpu)
  }

  end(): void {
    for (const trace of this.#traces) trace.flush()
    this.#exit()
  }
}
