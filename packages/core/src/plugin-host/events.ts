/** The events that callbacks get while a block runs: one object each per plugin, used again and again. */
import { AccessInfo, Head } from '@guestscope/codegen'
import type { Cpu } from '../cpu.ts'
import { accessValue } from '../hook-run.ts'
import type { MemoryPlace } from '../memory.ts'
import { type EdgeEvent, type EdgeKind, edgeKinds, type MemEvent } from '../plugin/index.ts'
import { PluginError } from '../plugin-error.ts'
import { Access } from '../target.ts'
import type { PluginMachine } from './machine.ts'

abstract class ReusedEvent {
  protected readonly machine: PluginMachine
  readonly #what: string
  #cpu: Cpu | undefined

  constructor(machine: PluginMachine, what: string) {
    this.machine = machine
    this.#what = what
  }

  /** Valid from now on: what the vCPU's head describes. */
  begin(cpu: Cpu): void {
    this.#cpu = cpu
  }
  end(): void {
    this.#cpu = undefined
  }
  protected get at(): Cpu {
    if (this.#cpu) return this.#cpu
    throw new PluginError(
      'plugin/stale-handle',
      `The event was used after its ${this.#what} callback had returned.`,
      'Copy what you need (addresses, values) during the callback.',
    )
  }
  get cpu(): number {
    return this.at.index
  }
}

export class HostMemEvent extends ReusedEvent implements MemEvent {
  constructor(machine: PluginMachine) {
    super(machine, 'onMemory')
  }
  get #info(): number {
    return this.at.get32(Head.accessInfo)
  }
  get address(): bigint {
    return this.at.get64(Head.accessAddress)
  }
  get addressLow(): number {
    return this.at.get32(Head.accessAddress) >>> 0
  }
  get addressHigh(): number {
    return this.at.get32(Head.accessAddress + 4) >>> 0
  }
  get size(): number {
    return this.#info & AccessInfo.bytes
  }
  get isStore(): boolean {
    return (this.#info & AccessInfo.store) !== 0
  }
  get signed(): boolean {
    return (this.#info & AccessInfo.signed) !== 0
  }
  /** No target is. */
  get bigEndian(): boolean {
    this.at
    return false
  }
  get value(): bigint {
    return accessValue(this.at)
  }
  get valueLow(): number {
    const bits = 8 * this.size
    const low = this.at.get32(Head.accessValue)
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
    return edgeKinds[this.at.get32(Head.accessInfo)] as EdgeKind
  }
  get from(): bigint {
    return this.at.get64(Head.accessValue)
  }
  get to(): bigint {
    return this.at.get64(Head.accessAddress)
  }
}
