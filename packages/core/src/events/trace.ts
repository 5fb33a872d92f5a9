import type { CallbackResult, Disposable } from './common.ts'

/**
 * A field of trace records:
 *
 * - `pc`: of the instruction
 * - `address`: virtual address of an access; of an edge the address it leads to; 0 in other records
 * - `value`: what was loaded or stored, the low 64 bits, unsigned; 0 in other records
 * - `physical`: guest physical address of the instruction
 * - `clock`: instructions executed by all vCPUs before this one
 * - `size`: bytes of the instruction, or of the access
 * - `kind`: what the record tells of, a number of `TraceKind`
 * - `cpu`: number of the vCPU
 *
 * The first five have 64 bits, the others 32.
 */
export type TraceField = 'pc' | 'address' | 'value' | 'physical' | 'clock' | 'size' | 'kind' | 'cpu'

/** What a trace record tells of. Edges have `edge` plus the index of their kind in `edgeKinds`. */
export const TraceKind = { exec: 0, load: 1, store: 2, edge: 8 } as const

/** Records of one vCPU, in the order in which they came about. Valid during the callback; later use throws `plugin/stale-handle`. */
export interface TraceBatch<Field extends TraceField = TraceField> {
  /** Number of the vCPU. */
  readonly cpu: number
  /** Records. */
  readonly count: number
  /**
   * The records themselves, a window on memory that is used again after the callback: `stride` words for each, a
   * 64-bit field as low and high word.
   */
  readonly words: Uint32Array
  /** The same memory by 64 bits: `stride / 2` for each record. */
  readonly longs: BigUint64Array
  /** Words (32 bits) from one record to the next; even. */
  readonly stride: number
  /** First word of each field in a record; even for fields of 64 bits. */
  readonly offset: { readonly [F in Field]: number }
  /** A field of a record, as bigint. */
  get(record: number, field: Field): bigint
  /** A field of a record, as number: exact up to 2^53. */
  number(record: number, field: Field): number
}

/** What `traceBuffer` is told. */
export interface TraceOptions<Field extends TraceField> {
  /** At least one. Ask for what you need: each field costs a store per record. */
  readonly fields: readonly Field[]
  /** Records of a batch at most, from 16 to 65,536; default 4096. */
  readonly records?: number
  /**
   * Gets the records of one vCPU: when its part of the buffer is full (the guest waits, nothing is lost), at `flush`,
   * at the end of the run, and when the plugin is uninstalled.
   */
  onBatch(batch: TraceBatch<Field>): CallbackResult
}

/**
 * A place for records that generated code writes without a call. `insn.trace`, `insn.traceMemory` and `api.traceEdges`
 * fill it. Disposing of it hands over what is left and ends the recording.
 */
export interface TraceBuffer extends Disposable {
  /** Hands over what has been recorded, now. */
  flush(): void
}
