/** Trace buffers of `FakeRun`. */
import type { TraceBatch, TraceBuffer, TraceField, TraceOptions } from '@guestscope/plugin-api'

/** Record of an execution (kind 0), a load (1) or a store (2). */
export type FakeRecord = Readonly<Record<Exclude<TraceField, 'cpu'>, bigint>>

/** Fields of 32 bits. */
const narrow: readonly TraceField[] = ['size', 'kind', 'cpu']

export class FakeTrace implements TraceBuffer {
  readonly #options: TraceOptions<TraceField>
  readonly #records: FakeRecord[][] = []

  constructor(options: TraceOptions<TraceField>) {
    this.#options = options
  }

  record(cpu: number, record: FakeRecord): void {
    const own = this.#records[cpu] ?? []
    this.#records[cpu] = own
    own.push(record)
    if (own.length === (this.#options.records ?? 4096)) this.flush()
  }

  flush(): void {
    this.#records.forEach((records, cpu) => {
      if (records.length > 0) this.#options.onBatch(this.#batch(cpu, records))
      this.#records[cpu] = []
    })
  }

  dispose(): void {
    this.flush()
  }

  #batch(cpu: number, records: readonly FakeRecord[]): TraceBatch {
    const { fields } = this.#options
    const stride = 2 * fields.length
    const offset = Object.fromEntries(fields.map((field, i) => [field, 2 * i]))
    const longs = new BigUint64Array(records.length * fields.length)
    records.forEach((record, i) => {
      fields.forEach((field, k) => {
        const value = field === 'cpu' ? BigInt(cpu) : record[field]
        longs[i * fields.length + k] = narrow.includes(field) ? BigInt.asUintN(32, value) : value
      })
    })
    const get = (record: number, field: TraceField): bigint =>
      longs[(record * stride + (offset[field] as number)) / 2] as bigint
    return {
      cpu,
      count: records.length,
      words: new Uint32Array(longs.buffer),
      longs,
      stride,
      offset: offset as Record<TraceField, number>,
      get,
      number: (record, field) => Number(get(record, field)),
    }
  }
}
