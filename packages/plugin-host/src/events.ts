/** The events that callbacks get while a block runs: one object each per plugin, used again and again. */
import { AccessInfo, Head } from '@guestscope/codegen'
import {
  Access,
  type Cpu,
  type EdgeEvent,
  type EdgeKind,
  edgeKinds,
  Layout,
  type MemEvent,
  PluginError,
} from '@guestscope/core'
import type { MemoryPlace } from '@guestscope/core/hooks'
import type { PluginMachine } from './machine.ts'

/** Where the high half of 16 bytes lies, in words from the address. */
const highWord = (Head.accessHigh - Head.accessAddress) >> 2

abstract class ReusedEvent {
  protected readonly machine: PluginMachine
  readonly #what: string
  readonly #words: Int32Array
  /** The vCPU, and where in `#words` the address of what happened lies (then the value); -1: no callback is running. */
  #cpu = 0
  #address = -1
  /** Words from the address to the info. */
  #toInfo = 0

  constructor(machine: PluginMachine, what: string) {
    this.machine = machine
    this.#what = what
    this.#words = machine.memory.words
  }

  /** Valid from now on: what the vCPU's head describes. Called for every access: nothing but numbers. */
  begin(cpu: number): void {
    const head = Layout.firstCpu + cpu * Layout.cpuSize
    this.#cpu = cpu
    this.#address = (head + Head.accessAddress) >> 2
    this.#toInfo = (Head.accessInfo - Head.accessAddress) >> 2
  }
  /** The same for what records of deferred callbacks describe: one after the other, at an index of linear memory's words. */
  beginRecords(cpu: number): void {
    this.#cpu = cpu
    this.#toInfo = -1
  }
  atRecord(record: number): void {
    this.#address = record + 2
  }
  /** It is read from a record, which has 64 bits of the value. */
  protected get recorded(): boolean {
    return this.#toInfo < 0
  }
  end(): void {
    this.#address = -1
  }
  /** A word of the address (0, 1) or value (2, 3). */
  protected word(index: number): number {
    if (this.#address < 0) this.#stale()
    return this.#words[this.#address + index] as number
  }
  /** A double word, unsigned. */
  protected long(index: number): bigint {
    return BigInt(this.word(index) >>> 0) | (BigInt(this.word(index + 1) >>> 0) << 32n)
  }
  protected get info(): number {
    if (this.#address < 0) this.#stale()
    return this.#words[this.#address + this.#toInfo] as number
  }
  protected get at(): Cpu {
    if (this.#address < 0) this.#stale()
    return this.machine.cpus[this.#cpu] as Cpu
  }
  get cpu(): number {
    if (this.#address < 0) this.#stale()
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
    return this.long(0)
  }
  get addressLow(): number {
    return this.word(0) >>> 0
  }
  get addressHigh(): number {
    return this.word(1) >>> 0
  }
  get size(): number {
    return this.info & AccessInfo.bytes
  }
  get isStore(): boolean {
    return (this.info & AccessInfo.store) !== 0
  }
  get signed(): boolean {
    return (this.info & AccessInfo.signed) !== 0
  }
  /** No target is. */
  get bigEndian(): boolean {
    return this.info < 0
  }
  get value(): bigint {
    const high = this.size > 8 && !this.recorded ? this.long(highWord) : 0n
    return BigInt.asUintN(8 * this.size, this.long(2) | (high << 64n))
  }
  get valueLow(): number {
    const bits = 8 * this.size
    const low = this.word(2)
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
    return edgeKinds[this.info] as EdgeKind
  }
  get from(): bigint {
    return this.long(2)
  }
  get to(): bigint {
    return this.long(0)
  }
}
