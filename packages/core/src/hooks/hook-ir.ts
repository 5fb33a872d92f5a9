/** What plugins want, as IR in the blocks of regions. `hook-run.ts` does the same outside generated code. */
import { type Builder, Head, type IntegerCompare, type Node } from '@guestscope/codegen'
import type { Condition } from '../events/index.ts'
import { TraceKind } from '../events/index.ts'
import { PluginArea } from '../memory/layout.ts'
import { edgeTraceKind } from './hook-run.ts'
import type { Hook, HookCondition, RecordField, TraceTarget } from './instrument.ts'

/** Where a hook stands. */
export interface HookSite {
  readonly pc: bigint
  readonly physical: bigint
  /** Bytes of the instruction or of the access. */
  readonly size: number
  /** Kind of trace records. */
  readonly kind: number
  /** Accesses: `AccessInfo`; edges: which. */
  readonly info?: number
  /** Accesses: where to and what; edges: where to. */
  readonly address?: Node
  readonly value?: Node
}

const comparison: Readonly<Record<Condition, IntegerCompare | undefined>> = {
  never: undefined,
  always: undefined,
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt_u',
  '<=': 'le_u',
  '>': 'gt_u',
  '>=': 'ge_u',
}

/** Emits hooks; `numberOf` gives callbacks their numbers. */
export class HookEmitter {
  readonly #b: Builder
  readonly #numberOf: (run: (cpu: number) => void) => number
  /** Slots of the buffers in which there is room for all records of the block. */
  readonly #roomy = new Set<number>()

  constructor(b: Builder, numberOf: (run: (cpu: number) => void) => number) {
    this.#b = b
    this.#numberOf = numberOf
  }

  /** The hooks before an instruction; then the place where the run loop can be had. */
  before(hooks: readonly Hook[], site: HookSite): void {
    for (const hook of hooks) {
      this.emit(hook, site)
      if (hook.kind === 'call' && hook.access === 'write-pc') this.#b.hooked()
    }
    if (hooks.some(hook => hook.kind === 'call')) this.#b.hooked()
  }

  emit(hook: Hook, site: HookSite): void {
    const b = this.#b
    switch (hook.kind) {
      case 'add':
        return b.tally(hook.offset, b.i64(hook.value))
      case 'store':
        return b.set(hook.offset, b.i64(hook.value))
      case 'trace':
        return this.#when(hook.when, () => this.#trace(hook.target, site, hook.id ?? 0))
      case 'call':
        return this.#when(hook.when, () => {
          const reads = hook.access !== 'none'
          if (reads) b.set(Head.pc, b.i64(site.pc))
          b.hook(this.#numberOf(hook.run), reads, hook.access === 'write' || hook.access === 'write-pc')
        })
    }
  }

  #when(when: HookCondition | undefined, then: () => void): void {
    const b = this.#b
    if (!when || when.condition === 'always') return then()
    const name = comparison[when.condition]
    if (name) b.if(b.cmp(name, b.get(when.offset, 'i64'), b.i64(when.value)), then)
  }

  /** Makes room for so many bytes of records, so that they need not look for themselves. */
  room(target: TraceTarget, bytes: number): void {
    if (bytes > target.part) return
    this.#makeRoom(target, bytes)
    this.#roomy.add(target.slot)
  }
  #makeRoom(target: TraceTarget, bytes: number): void {
    const b = this.#b
    const left = b.sub(b.get(target.slot + 4, 'i32'), b.get(target.slot, 'i32'))
    b.if(b.cmp('lt_s', left, b.i32(bytes)), () =>
      b.hook(
        this.#numberOf(cpu => target.full(cpu)),
        false,
      ),
    )
  }

  #trace(target: TraceTarget, site: HookSite, id: number): void {
    const b = this.#b
    if (!this.#roomy.has(target.slot)) this.#makeRoom(target, target.stride)
    for (const { field, offset } of target.fields) {
      const value = this.#field(field, site, id)
      b.rstore(value.type === 'i64' ? '64' : '32u', b.get(target.slot, 'i32'), value, offset)
    }
    b.tally(target.slot, b.i32(target.stride))
  }

  #field(field: RecordField, site: HookSite, id: number): Node {
    const b = this.#b
    const long = (node: Node | undefined): Node => (node ? b.resize(node, 'i64', true) : b.i64(0))
    switch (field) {
      case 'head':
        return b.i64(BigInt(id) | (BigInt(site.info ?? 0) << 32n))
      case 'pc':
        return b.i64(site.pc)
      case 'physical':
        return b.i64(site.physical)
      case 'address':
        return long(site.address)
      case 'value':
        return long(site.value)
      case 'clock':
        return b.sub(b.get(PluginArea.sliceEnd, 'i64'), b.resize(b.left(), 'i64', true))
      case 'size':
        return b.i32(site.size)
      case 'kind':
        return b.i32(site.kind)
      case 'cpu':
        return b.get(Head.index, 'i32')
    }
  }

  /** The edge with this number. */
  edge(
    hooks: readonly { readonly kinds: number; readonly hook: Hook }[],
    edge: number,
    site: HookSite,
  ): void {
    const b = this.#b
    const wanted = hooks.filter(h => (h.kinds >> edge) & 1)
    if (wanted.some(h => h.hook.kind === 'call')) {
      b.set(Head.accessAddress, b.resize(site.address as Node, 'i64', true))
      b.set(Head.accessValue, b.i64(site.pc))
      b.set(Head.accessInfo, b.i32(edge))
    }
    for (const { hook } of wanted) this.emit(hook, { ...site, kind: edgeTraceKind(edge), info: edge })
  }
}

/** Kind of the trace records of an access. */
export const accessKind = (store: boolean): number => (store ? TraceKind.store : TraceKind.load)
