/** Deferred callbacks: generated code records what they are to be told, and they are called in a batch. */

import type { EdgeEvent, MemEvent } from '@guestscope/core'
import type { Hook, HookCondition, TraceTarget } from '@guestscope/core/hooks'
import type { CallbackHost, Guarded } from './callbacks.ts'
import type { Owner } from './owner.ts'
import { RecordBuffer, type RecordSpace } from './record-space.ts'
import { Level, type Registers } from './registers.ts'

const head = { field: 'head', offset: 0 } as const
const address = { field: 'address', offset: 8 } as const
/** Records: which callback, info, then address and value of an access or edge. The value of an edge is where it comes from. */
const shapes: Readonly<Record<Shape, Pick<TraceTarget, 'stride' | 'fields'>>> = {
  exec: { stride: 8, fields: [head] },
  access: { stride: 24, fields: [head, address, { field: 'value', offset: 16 }] },
  edge: { stride: 24, fields: [head, address, { field: 'pc', offset: 16 }] },
}
/** Words of a record. */
const wordsOf = (shape: Shape): number => shapes[shape].stride >> 2
type Shape = 'exec' | 'access' | 'edge'

/** A callback by its shape. */
export type Deferred =
  | { readonly shape: 'exec'; readonly guarded: Guarded; readonly call: (cpu: number) => void }
  | { readonly shape: 'access'; readonly guarded: Guarded; readonly call: (event: MemEvent) => void }
  | { readonly shape: 'edge'; readonly guarded: Guarded; readonly call: (event: EdgeEvent) => void }

/** Bytes for each vCPU: small enough to stay in the cache. */
const partBytes = 1 << 16

/** Those of one plugin. */
export class DeferredCalls extends RecordBuffer {
  readonly #registers: Registers
  readonly #host: CallbackHost
  readonly #words: Int32Array
  /** By the number in the records. */
  readonly #callbacks: (Deferred | undefined)[] = []
  readonly #known = new Map<unknown, number[]>()
  readonly #targets: Readonly<Record<Shape, TraceTarget>>

  constructor(space: RecordSpace, owner: Owner, registers: Registers, host: CallbackHost) {
    super(space, owner, partBytes)
    this.#registers = registers
    this.#host = host
    this.#words = space.machine.memory.words
    const target = (shape: Shape): TraceTarget => ({
      ...shapes[shape],
      slot: this.slot,
      part: this.part,
      full: cpu => this.full(cpu),
    })
    this.#targets = { exec: target('exec'), access: target('access'), edge: target('edge') }
  }

  /** The hook that records a call. */
  hook(callback: Deferred, when?: HookCondition): Hook {
    const target = this.#targets[callback.shape]
    return { kind: 'trace', target, id: this.#numberOf(callback), ...(when && { when }) }
  }
  #numberOf(callback: Deferred): number {
    const { shape, guarded, call } = callback
    const numbers = this.#known.get(call) ?? []
    const known = numbers.find(
      n => this.#callbacks[n]?.shape === shape && this.#callbacks[n]?.guarded === guarded,
    )
    if (known !== undefined) return known
    const number = this.#callbacks.push(callback) - 1
    this.#known.set(call, [...numbers, number])
    return number
  }
  /** No translation is left: no record will name a callback of one. Those of edges are not of translations. */
  forget(): void {
    this.flush()
    this.#known.clear()
    this.#callbacks.forEach((callback, n) => {
      if (callback?.shape !== 'edge') this.#callbacks[n] = undefined
    })
    this.#callbacks.length = this.#callbacks.findLastIndex(callback => callback !== undefined) + 1
  }

  override end(): void {
    if (this.owner.deferred === this) this.owner.deferred = undefined
    super.end()
  }

  protected deliver(cpu: number, bytes: number): void {
    const registers = this.#registers
    const level = registers.level
    registers.level = Level.none
    const end = (this.first(cpu) + bytes) >>> 2
    for (let at = this.first(cpu) >>> 2; at < end; ) {
      const number = this.#words[at] as number
      const callback = this.#callbacks[number]
      if (!callback) throw new Error(`no deferred callback ${number}`)
      at =
        callback.shape === 'exec' ? this.#execs(callback, cpu, at, end) : this.#events(callback, cpu, at, end)
    }
    registers.level = level
  }

  // Records of the same callback are mostly neighbours: a short loop each, into which V8 inlines the callback.

  #execs(callback: Deferred & { shape: 'exec' }, cpu: number, from: number, end: number): number {
    const words = this.#words
    const number = words[from]
    const { guarded, call } = callback
    const stride = wordsOf('exec')
    let at = from
    try {
      for (; at < end && words[at] === number; at += stride) {
        if (!guarded.active) continue
        const result: unknown = call(cpu)
        if (result !== undefined) this.#host.returned(guarded.owner, 'onExec', result)
      }
    } catch (error) {
      this.#host.fail(guarded.owner, 'onExec', error)
      return end
    }
    return at
  }

  #events(callback: Deferred & { shape: 'access' | 'edge' }, cpu: number, from: number, end: number): number {
    const words = this.#words
    const number = words[from]
    const { shape, guarded } = callback
    const where = shape === 'access' ? 'onMemory' : 'onEdge'
    const { memEvent, edgeEvent } = this.owner
    const event = shape === 'access' ? memEvent : edgeEvent
    const call = callback.call as (event: MemEvent | EdgeEvent) => void
    const stride = wordsOf(shape)
    let at = from
    event.beginRecords(cpu)
    try {
      for (; at < end && words[at] === number; at += stride) {
        if (!guarded.active) continue
        event.atRecord(at)
        const result: unknown = call(event)
        if (result !== undefined) this.#host.returned(guarded.owner, where, result)
      }
    } catch (error) {
      this.#host.fail(guarded.owner, where, error)
      at = end
    }
    event.end()
    return at
  }
}
