/** Trace buffers: records that generated code writes into linear memory, handed over in batches. */
import type { TraceTarget } from '../instrument.ts'
import { Layout, PluginArea } from '../layout.ts'
import type { TraceBatch, TraceBuffer, TraceField, TraceOptions } from '../plugin/index.ts'
import { PluginError } from '../plugin-error.ts'
import type { Installed } from './installed.ts'
import type { PluginMachine } from './machine.ts'

/** Bytes of each field. */
const fieldBytes: Readonly<Record<TraceField, 4 | 8>> = {
  pc: 8,
  address: 8,
  value: 8,
  physical: 8,
  clock: 8,
  size: 4,
  kind: 4,
  cpu: 4,
}
const defaultRecords = 4096

/** The batches of one vCPU: one object, used again and again, so that delivering makes nothing. */
class Batch implements TraceBatch {
  readonly #cpu: number
  readonly #buffer: HostTraceBuffer
  readonly #memory: ArrayBufferLike
  readonly #all: { readonly words: Uint32Array; readonly longs: BigUint64Array }
  #words: Uint32Array
  #longs: BigUint64Array
  #count = 0
  #live = false
  /** Itself, as arguments of `onBatch`. */
  readonly asArguments: readonly [TraceBatch] = [this]

  constructor(buffer: HostTraceBuffer, cpu: number, memory: ArrayBufferLike) {
    this.#buffer = buffer
    this.#cpu = cpu
    this.#memory = memory
    this.#all = this.#window(buffer.part / buffer.stride)
    this.#words = this.#all.words
    this.#longs = this.#all.longs
  }

  #window(count: number): { readonly words: Uint32Array; readonly longs: BigUint64Array } {
    const { stride, part } = this.#buffer
    const start = this.#buffer.start + this.#cpu * part
    return {
      words: new Uint32Array(this.#memory, start, (count * stride) / 4),
      longs: new BigUint64Array(this.#memory, start, (count * stride) / 8),
    }
  }

  /** Valid from now on, with so many records. */
  begin(count: number): void {
    const full = count * this.#buffer.stride === this.#buffer.part
    const { words, longs } = full ? this.#all : this.#window(count)
    this.#words = words
    this.#longs = longs
    this.#count = count
    this.#live = true
  }
  end(): void {
    this.#live = false
  }
  #check(): void {
    if (this.#live) return
    throw new PluginError(
      'plugin/stale-handle',
      'The batch handle was used after its onBatch callback had returned.',
      'Copy what you need (records, counts) during the callback.',
    )
  }

  get cpu(): number {
    this.#check()
    return this.#cpu
  }
  get count(): number {
    this.#check()
    return this.#count
  }
  get words(): Uint32Array {
    this.#check()
    return this.#words
  }
  get longs(): BigUint64Array {
    this.#check()
    return this.#longs
  }
  get stride(): number {
    return this.#buffer.stride / 4
  }
  get offset(): TraceBatch['offset'] {
    return this.#buffer.offsets
  }
  get(record: number, field: TraceField): bigint {
    const at = this.#at(record, field)
    if (fieldBytes[field] === 8) return this.#longs[at / 2] as bigint
    return BigInt(this.#words[at] as number)
  }
  number(record: number, field: TraceField): number {
    const at = this.#at(record, field)
    const low = this.#words[at] as number
    return fieldBytes[field] === 8 ? low + (this.#words[at + 1] as number) * 2 ** 32 : low
  }
  #at(record: number, field: TraceField): number {
    this.#check()
    const offset = this.offset[field]
    if (offset === undefined || !(record >= 0 && record < this.#count))
      throw new PluginError(
        'plugin/argument',
        `There is no field '${field}' of record ${record}.`,
        `The batch has ${this.#count} records of: ${Object.keys(this.offset).join(', ')}.`,
      )
    return record * this.stride + offset
  }
}

/** One trace buffer: a part for each vCPU. */
export class HostTraceBuffer implements TraceBuffer, TraceTarget {
  readonly owner: Installed
  readonly slot: number
  readonly stride: number
  readonly fields: TraceTarget['fields']
  /** First word of each field. */
  readonly offsets: TraceBatch['offset']
  readonly start: number
  /** Bytes of one vCPU's part. */
  readonly part: number
  ended = false
  readonly #host: TraceBuffers
  readonly #options: TraceOptions<TraceField>
  readonly #batches: readonly Batch[]

  constructor(
    host: TraceBuffers,
    owner: Installed,
    options: TraceOptions<TraceField>,
    slot: number,
    allocate: (bytes: number) => number,
  ) {
    const { fields, records } = checked(options)
    this.#host = host
    this.#options = options
    this.owner = owner
    this.slot = slot
    const sorted = [...new Set(fields)].sort((a, b) => fieldBytes[b] - fieldBytes[a])
    let at = 0
    this.fields = sorted.map(field => {
      const offset = at
      at += fieldBytes[field]
      return { field, offset }
    })
    this.offsets = Object.fromEntries(
      this.fields.map(f => [f.field, f.offset / 4]),
    ) as unknown as TraceBatch['offset']
    this.stride = at + (at % 8)
    this.part = records * this.stride
    this.start = allocate(this.part * host.machine.cpus.length)
    for (const cpu of host.machine.cpus) {
      cpu.set32(slot, this.#first(cpu.index))
      cpu.set32(slot + 4, this.#first(cpu.index) + this.part)
    }
    this.#batches = host.machine.cpus.map(cpu => new Batch(this, cpu.index, host.machine.memory.wasm.buffer))
  }

  #first(cpu: number): number {
    return this.start + cpu * this.part
  }

  /** Generated code has filled the vCPU's part. */
  full(cpu: number): void {
    const at = this.#host.machine.cpus[cpu]
    const batch = this.#batches[cpu]
    if (!at || !batch) return
    const first = this.#first(cpu)
    const count = ((at.get32(this.slot) >>> 0) - first) / this.stride
    at.set32(this.slot, first)
    if (!count || this.ended) return
    batch.begin(count)
    // Through the array of arguments V8 does not inline the call: inlined, the loops of consumers take twice as long.
    this.#host.deliver(this.owner, () => this.#options.onBatch(...batch.asArguments))
    batch.end()
  }
  flush(): void {
    for (const cpu of this.#host.machine.cpus) this.full(cpu.index)
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
    this.#host.release(this)
  }
}

function checked(options: TraceOptions<TraceField>): { fields: readonly TraceField[]; records: number } {
  const { fields, records = defaultRecords } = options
  const unknown = fields.find(field => !(field in fieldBytes))
  if (!fields.length || unknown !== undefined)
    throw new PluginError(
      'plugin/argument',
      unknown === undefined
        ? 'traceBuffer: no field is asked for.'
        : `traceBuffer: there is no field '${unknown}'.`,
      `Fields are: ${Object.keys(fieldBytes).join(', ')}.`,
    )
  if (!Number.isInteger(records) || records < 16 || records > 65536)
    throw new PluginError(
      'plugin/argument',
      `traceBuffer: ${records} is not a number of records.`,
      'Use an integer from 16 to 65536.',
    )
  return { fields, records }
}

/** The trace buffers of one machine. */
export class TraceBuffers {
  readonly machine: PluginMachine
  /** Calls a plugin's `onBatch`, guarded. */
  readonly deliver: (owner: Installed, run: () => void) => void
  readonly #released: (buffer: HostTraceBuffer) => void
  readonly #live = new Set<HostTraceBuffer>()

  /** `released`: a buffer is not wanted any more; `free` is to be called when no code that uses it is left. */
  constructor(
    machine: PluginMachine,
    deliver: (owner: Installed, run: () => void) => void,
    released: (buffer: HostTraceBuffer) => void,
  ) {
    this.machine = machine
    this.deliver = deliver
    this.#released = released
  }

  make(owner: Installed, options: TraceOptions<TraceField>): HostTraceBuffer {
    const taken = new Set([...this.#live].map(buffer => buffer.slot))
    let slot = PluginArea.traces
    while (taken.has(slot)) slot += 8
    if (slot >= PluginArea.traces + 8 * Layout.maxTraces)
      throw exhausted(`All ${Layout.maxTraces} trace buffers are in use.`)
    const buffer = new HostTraceBuffer(this, owner, options, slot, bytes => this.#place(bytes))
    this.#live.add(buffer)
    return buffer
  }

  /** The buffer that a plugin gave; throws if it is none, or not in use. */
  check(buffer: TraceBuffer): HostTraceBuffer {
    if (buffer instanceof HostTraceBuffer && this.#live.has(buffer) && !buffer.ended) return buffer
    throw new PluginError(
      'plugin/argument',
      'That is not a trace buffer in use.',
      'Make one with api.traceBuffer, and do not dispose of it before.',
    )
  }

  /** First fit between the buffers in use. */
  #place(bytes: number): number {
    const { start, end } = this.machine.memory.traces
    const used = [...this.#live].sort((a, b) => a.start - b.start)
    let at = start
    for (const other of used) {
      if (other.start - at >= bytes) return at
      at = other.start + other.part * this.machine.cpus.length
    }
    if (end - at >= bytes) return at
    throw exhausted('The memory for trace buffers is used up.')
  }

  /** Hands over all records. */
  flush(): void {
    for (const buffer of this.#live) buffer.flush()
  }
  /** Ends the buffers of a plugin. */
  drop(owner: Installed): void {
    for (const buffer of this.#live) if (buffer.owner === owner) buffer.dispose()
  }
  /** The same for a plugin that is not to be called any more. */
  abandon(owner: Installed): void {
    for (const buffer of this.#live) if (buffer.owner === owner) buffer.end()
  }
  release(buffer: HostTraceBuffer): void {
    this.#released(buffer)
  }
  free(buffer: HostTraceBuffer): void {
    this.#live.delete(buffer)
  }
}

function exhausted(problem: string): PluginError {
  return new PluginError('plugin/trace-exhausted', problem, 'Use fewer or smaller trace buffers.')
}
