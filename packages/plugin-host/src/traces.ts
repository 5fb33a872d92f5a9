/** Trace buffers: records that generated code writes into linear memory, handed over in batches. */

import {
  PluginError,
  type TraceBatch,
  type TraceBuffer,
  type TraceField,
  type TraceOptions,
} from '@guestscope/core'
import type { TraceTarget } from '@guestscope/core/hooks'
import { check, checkCallback, shown } from './check.ts'
import type { Owner } from './owner.ts'
import { RecordBuffer, type RecordSpace } from './record-space.ts'

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
    const { stride } = this.#buffer
    const start = this.#buffer.first(this.#cpu)
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
    if (offset === undefined || !(Number.isInteger(record) && record >= 0 && record < this.#count))
      throw new PluginError(
        'plugin/argument',
        `There is no field ${shown(field)} of record ${shown(record)}.`,
        `The batch has ${this.#count} records of: ${Object.keys(this.offset).join(', ')}.`,
      )
    return record * this.stride + offset
  }
}

/** One trace buffer. */
export class HostTraceBuffer extends RecordBuffer implements TraceBuffer, TraceTarget {
  readonly stride: number
  readonly fields: TraceTarget['fields']
  /** First word of each field. */
  readonly offsets: TraceBatch['offset']
  readonly #options: TraceOptions<TraceField>
  readonly #batches: readonly Batch[]
  readonly #call: (owner: Owner, run: () => unknown) => void

  constructor(
    space: RecordSpace,
    owner: Owner,
    options: TraceOptions<TraceField>,
    call: (owner: Owner, run: () => unknown) => void,
  ) {
    const { fields, records } = checked(options)
    const sorted = [...new Set(fields)].sort((a, b) => fieldBytes[b] - fieldBytes[a])
    let at = 0
    const placed = sorted.map(field => {
      const offset = at
      at += fieldBytes[field]
      return { field, offset }
    })
    const stride = at + (at % 8)
    super(space, owner, records * stride)
    this.#options = options
    this.#call = call
    this.fields = placed
    this.offsets = Object.fromEntries(
      placed.map(f => [f.field, f.offset / 4]),
    ) as unknown as TraceBatch['offset']
    this.stride = stride
    const { buffer } = space.machine.memory.wasm
    this.#batches = space.machine.cpus.map(cpu => new Batch(this, cpu.index, buffer))
  }

  protected deliver(cpu: number, bytes: number): void {
    const batch = this.#batches[cpu]
    if (!batch) return
    batch.begin(bytes / this.stride)
    // Through the array of arguments V8 does not inline the call: inlined, the loops of consumers take twice as long.
    this.#call(this.owner, () => this.#options.onBatch(...batch.asArguments))
    batch.end()
  }
}

function checked(options: TraceOptions<TraceField>): { fields: readonly TraceField[]; records: number } {
  check('traceBuffer', 'object', options)
  const { fields, records = defaultRecords, onBatch } = options
  check('traceBuffer: fields', 'list', fields)
  checkCallback('onBatch', onBatch)
  const known = Object.keys(fieldBytes) as TraceField[]
  const unknown = fields.findIndex(field => !known.includes(field))
  if (!fields.length || unknown >= 0)
    throw new PluginError(
      'plugin/argument',
      unknown < 0
        ? 'traceBuffer: no field is asked for.'
        : `traceBuffer: there is no field ${shown(fields[unknown])}.`,
      `Fields are: ${known.join(', ')}.`,
    )
  if (!Number.isInteger(records) || records < 16 || records > 65536)
    throw new PluginError(
      'plugin/argument',
      `traceBuffer: ${shown(records)} is not a number of records.`,
      'Use an integer from 16 to 65536.',
    )
  return { fields, records }
}
