/** The events that callbacks get while a block runs: one object each per plugin, used again and again. */
import { AccessInfo, Head } from '@guestscope/codegen'
import type { Cpu } from '../cpu.ts'
import { accessValue } from '../hook-run.ts'
import { Layout } from '../layout.ts'
import type { MemoryPlace } from '../memory.ts'
import { type EdgeEvent, type EdgeKind, edgeKinds, type MemEvent } from '../plugin/index.ts'
import { PluginError } from '../plugin-error.ts'
import { Access } from '../target.ts'
import type { PluginMachine } from './machine.ts'

abstract class ReusedEvent {
  protected readonly machine: PluginMachine
  readonly #what: string
  readonly #words: Int32Array
  /** The vCPU, and where its head lies in `#words`; -1: no callback is running. */
  #cpu = 0
  #head = -1

  constructor(machine: PluginMachine, what: string) {
    this.machine = machine
    this.#what = what
    this.#words = machine.memory.words
  }

  /** Valid from now on: what the vCPU's head describes. Called for every access: nothing but numbers. */
  begin(cpu: number): void {
    this.#cpu = cpu
    this.#head = (Layout.firstCpu + cpu * Layout.cpuSize) >> 2
  }
  end(): void {
    this.#head = -1
  }
  /** A word of the head. */
  protected word(offset: number): number {
    if (this.#head < 0) this.#stale()
    return this.#words[this.#head + (offset >> 2)] as number
  }
  /** A double word of the head, unsigned. */
  protected long(offset: number): bigint {
    return BigInt(this.word(offset) >>> 0) | (BigInt(this.word(offset + 4) >>> 0) << 32n)
  }
  protected get at(): Cpu {
    if (this.#head < 0) this.#stale()
    return this.machine.cpus[this.#cpu] as Cpu
  }
  get cpu(): number {
    if (this.#head < 0) this.#stale()
    return this.#cpu
  }
  #stale(): never {
    throw new PluginError(
      'plugin/stale-handle',
      `The event was used after its ${this.#what} callback had returned.`,
      'Copy what you need (addresses, values) during the callback.',
    )
  }
}

export class HostMemEvent extends ReusedEvent implements MemEvent {
  constructor(machine: PluginMachine) {
    super(machine, 'onMemory')
  }
  get address(): bigint {
    return this.long(Head.accessAddress)
  }
  get addressLow(): number {
    return this.word(Head.accessAddress) >>> 0
  }
  get addressHigh(): number {
    return this.word(Head.accessAddress + 4) >>> 0
  }
  get size(): number {
    return this.word(Head.accessInfo) & AccessInfo.bytes
  }
  get isStore(): boolean {
    return (this.word(Head.accessInfo) & AccessInfo.store) !== 0
  }
  get signed(): boolean {
    return (this.word(Head.accessInfo) & AccessInfo.signed) !== 0
  }
  /** No target is. */
  get bigEndian(): boolean {
    return this.word(Head.accessInfo) < 0
  }
  get value(): bigint {
    return accessValue(this.at)
  }
  get valueLow(): number {
    const bits = 8 * this.size
    const low = this.word(Head.accessValue)
    return bits < 32 ? low & ((1 << bits) - 1) : low >>> 0
  }
  get physical(): bigint | undefined {
    const access = this.isStore ? Access.store : Access.load
    return this.machine.translateDebug(this.at, this.address, access)
  }
  get #place(): MemoryPlace | undefined {
    const { physical } = this
    return physical === undefined ? undefined : this.machine.memory.placeAt(physical)
  }
  get isIo(): boolean {
    return this.#place?.kind === 'device'
  }
  get device(): string {
    return this.#place?.name ?? ''
  }
  get deviceOffset(): bigint {
    return this.#place?.offset ?? 0n
  }
}

export class HostEdgeEvent extends ReusedEvent implements EdgeEvent {
  constructor(machine: PluginMachine) {
    super(machine, 'onEdge')
  }
  get kind(): EdgeKind {
    return edgeKinds[this.word(Head.accessInfo)] as EdgeKind
  }
  get from(): bigint {
    return this.long(Head.accessValue)
  }
  get to(): bigint {
    return this.long(Head.accessAddress)
  }
}
