/** A plugin interface without a machine: it plays blocks and events to a plugin and keeps what it says. */
import type {
  DisconEvent,
  DisconType,
  InsnHandle,
  PluginApi,
  PluginDefinition,
  Privilege,
  TbHandle,
} from '@guestscope/plugin-api'

/** An instruction at an address; the last of a block ends it. */
export interface FakeInsn {
  readonly pc: bigint
  readonly bytes: readonly number[]
}

export class FakeRun {
  output = ''
  readonly files = new Map<string, string>()
  /** Files written as bytes. */
  readonly binary = new Map<string, Uint8Array>()
  /** Files to read. */
  readonly inputs = new Map<string, Uint8Array>()
  privilege: Privilege = { level: 3, name: 'M' }
  readonly exits: { status: number; message: string | undefined }[] = []
  readonly registers = new Map<string, bigint>()
  /** Adds to every address what the guest's page tables would. */
  alias: (address: bigint) => bigint = address => address
  readonly #cpus: number
  #discon: (event: DisconEvent) => void = () => {}
  #translate: (tb: TbHandle) => void = () => {}
  #exit: () => void = () => {}

  constructor(plugin: PluginDefinition, options: Record<string, string | number | boolean>, cpus = 1) {
    this.#cpus = cpus
    this.registers.set('pc', 0n).set('a0', 0n).set('a1', 1n).set('mcycle', 0n)
    const values: Record<string, string | number | boolean | undefined> = {}
    for (const [name, spec] of Object.entries(plugin.options ?? {}))
      values[name] = options[name] ?? spec.default ?? (spec.type === 'boolean' ? false : undefined)
    plugin.install(this.#api(plugin.name), values)
  }

  #api(name: string): PluginApi {
    const refuse = (): never => {
      throw new Error('not in this test')
    }
    const api: Partial<PluginApi> = {
      name,
      target: 'fake',
      cpus: this.#cpus,
      onDiscon: (_, callback) => {
        this.#discon = callback
        return { dispose: refuse }
      },
      onTranslate: callback => {
        this.#translate = callback
        return { dispose: refuse }
      },
      onExit: callback => {
        this.#exit = callback
        return { dispose: refuse }
      },
      scoreboard: refuse,
      registers: () =>
        [...this.registers.keys()].map(key => ({ name: key, group: 'general', bits: 64, writable: true })),
      readRegister: (_, key) => this.registers.get(key) ?? refuse(),
      readMemory: refuse,
      readPhysical: refuse,
      translateAddress: (_, address) => this.alias(address),
      clock: () => 1234,
      output: text => {
        this.output += text
      },
      openOutput: path => ({ write: data => this.#write(path, data) }),
      readFile: path => this.inputs.get(path) ?? refuse(),
      openInput: path => {
        const bytes = this.inputs.get(path) ?? refuse()
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
      exit: (status, message) => this.exits.push({ status, message }),
    }
    return api as PluginApi
  }

  #write(path: string, data: string | Uint8Array): void {
    if (typeof data === 'string') this.files.set(path, (this.files.get(path) ?? '') + data)
    else this.binary.set(path, Uint8Array.of(...(this.binary.get(path) ?? []), ...data))
  }

  /** Translates a block; what comes back executes its n-th instruction. */
  block(insns: readonly FakeInsn[]): (index: number, cpu?: number) => void {
    const callbacks = insns.map((): ((cpu: number) => void)[] => [])
    const handles = insns.map(
      ({ pc, bytes }, i): InsnHandle =>
        ({
          address: pc,
          physical: pc,
          size: bytes.length,
          bytes: Uint8Array.from(bytes),
          endsBlock: i === insns.length - 1,
          disassemble: () => `op${bytes[0]}`,
          symbol: () => undefined,
          onExec: callback => callbacks[i]?.push(callback),
          inlineAdd: () => {},
          inlineStore: () => {},
        }) as Partial<InsnHandle> as InsnHandle,
    )
    const [first] = handles as [InsnHandle]
    this.#translate({ ...first, insns: handles })
    return (index, cpu = 0) => {
      for (const callback of callbacks[index] ?? []) callback(cpu)
    }
  }

  event(cpu: number, type: DisconType, from: bigint, to: bigint, name = 'cause', number = 1): void {
    this.#discon({ cpu, type, from, to, cause: { number, name } })
  }

  end(): void {
    this.#exit()
  }
}
