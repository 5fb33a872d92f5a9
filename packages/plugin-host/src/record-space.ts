/** Where generated code writes records: buffers in linear memory, a part of each for every vCPU. */
import { Layout, PluginError } from '@guestscope/core'
import { PluginArea } from '@guestscope/core/hooks'
import type { PluginMachine } from './machine.ts'
import type { Owner } from './owner.ts'

/** One buffer, and who gets what is in it. */
export abstract class RecordBuffer {
  readonly owner: Owner
  /** Offset in the vCPU's area of two i32: linear address of the next record, and of the end of the part. */
  readonly slot: number
  /** Bytes of one vCPU's part. */
  readonly part: number
  readonly start: number
  ended = false
  protected readonly space: RecordSpace

  constructor(space: RecordSpace, owner: Owner, part: number) {
    this.space = space
    this.owner = owner
    this.part = part
    ;({ slot: this.slot, start: this.start } = space.place(this, part * space.machine.cpus.length))
    for (const cpu of space.machine.cpus) {
      cpu.set32(this.slot, this.first(cpu.index))
      cpu.set32(this.slot + 4, this.first(cpu.index) + part)
    }
  }

  /** Gets the records of a vCPU: so many bytes, from the beginning of its part. */
  protected abstract deliver(cpu: number, bytes: number): void

  /** Linear address of the first record of a vCPU. */
  first(cpu: number): number {
    return this.start + cpu * this.part
  }

  /** There is no room for what is to come in the vCPU's part: hands over what is in it. */
  full(cpu: number): void {
    const at = this.space.machine.cpus[cpu]
    if (!at) return
    const bytes = (at.get32(this.slot) >>> 0) - this.first(cpu)
    if (!bytes) return
    at.set32(this.slot, this.first(cpu))
    if (!this.ended) this.deliver(cpu, bytes)
  }
  flush(): void {
    for (const cpu of this.space.machine.cpus) this.full(cpu.index)
  }
  dispose(): void {
    if (this.ended) return
    this.flush()
    this.end()
  }
  /** Ends the recording; what has not been handed over is lost. */
  end(): void {
    if (this.ended) return
    this.ended = true
    this.space.released(this)
  }
}

/** The buffers of one machine. */
export class RecordSpace {
  readonly machine: PluginMachine
  /** A buffer is not wanted any more; `free` is to be called when no code that uses it is left. */
  readonly released: (buffer: RecordBuffer) => void
  readonly #live = new Map<
    RecordBuffer,
    { readonly slot: number; readonly start: number; readonly bytes: number }
  >()

  constructor(machine: PluginMachine, released: (buffer: RecordBuffer) => void) {
    this.machine = machine
    this.released = released
  }

  /** A slot and memory for a buffer: first fit between those in use. */
  place(buffer: RecordBuffer, bytes: number): { readonly slot: number; readonly start: number } {
    const used = [...this.#live.values()].sort((a, b) => a.start - b.start)
    const taken = new Set(used.map(({ slot }) => slot))
    let slot = PluginArea.traces
    while (taken.has(slot)) slot += 8
    if (slot >= PluginArea.traces + 8 * Layout.maxTraces)
      throw exhausted(`All ${Layout.maxTraces} trace buffers are in use.`)
    let { start, end } = this.machine.memory.traces
    for (const other of used) {
      if (other.start - start >= bytes) break
      start = other.start + other.bytes
    }
    if (end - start < bytes) throw exhausted('The memory for trace buffers is used up.')
    const place = { slot, start, bytes }
    this.#live.set(buffer, place)
    return place
  }
  free(buffer: RecordBuffer): void {
    this.#live.delete(buffer)
  }

  /** Is the buffer still in use? */
  has(buffer: RecordBuffer): boolean {
    return this.#live.has(buffer) && !buffer.ended
  }
  /** Hands over all records. */
  flush(): void {
    for (const buffer of this.#live.keys()) buffer.flush()
  }
  /** Ends the buffers of a plugin. */
  drop(owner: Owner): void {
    for (const buffer of this.#live.keys()) if (buffer.owner === owner) buffer.dispose()
  }
  /** The same for a plugin that is not to be called any more. */
  abandon(owner: Owner): void {
    for (const buffer of this.#live.keys()) if (buffer.owner === owner) buffer.end()
  }
}

function exhausted(problem: string): PluginError {
  return new PluginError(
    'plugin/trace-exhausted',
    problem,
    'Use fewer or smaller trace buffers. Each plugin with deferred callbacks has one.',
  )
}
