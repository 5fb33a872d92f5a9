/** The IR of a block: the semantics of its instructions, with what plugins want around them. */

import type { Node, Width } from '@guestscope/codegen'
import {
  accessInfo,
  Block,
  Builder,
  Head,
  knownOperands,
  type RegionBlock,
  widthBytes,
} from '@guestscope/codegen'
import { edgeNotTaken, edgeTaken } from '../hooks/edges.ts'
import { accessKind, HookEmitter, type HookSite } from '../hooks/hook-ir.ts'
import type { AccessHook, BlockHooks, Hook, TraceTarget } from '../hooks/instrument.ts'
import type { Target } from '../target.ts'
import { recordOf, type Tb } from './tb.ts'

/** What the emission of hooks needs of the translator. */
export interface BlockIrHost {
  readonly target: Target
  /** Number of a callback, by which regions reach it. */
  numberOf(run: (cpu: number) => void): number
  /** Physical address of a place in linear memory. */
  physical(linear: number): bigint
  /** Has the instruction at this record reached a device? */
  reachesDevice(record: number): boolean
}

/** The IR of a block, hooks included. */
export function blockIr(host: BlockIrHost, tb: Tb): RegionBlock {
  const { target } = host
  const { state } = target
  const b = new Builder([], offset => state.promote(offset) !== undefined)
  const emitter = new HookEmitter(b, host.numberOf)
  const devices = new Set<number>()
  tb.insns.forEach((insn, i) => {
    b.insn(i)
    if (i === 0 && tb.hooks) makeRoom(target, emitter, tb, tb.hooks)
    const pc = tb.pc + BigInt(tb.offsets[i] as number)
    const emit = (to: Builder): void =>
      target.semantics[insn.handler]?.emit(to, knownOperands(to, insn, pc, state.fixed), tb.flags)
    if (tb.hooks) new InsnHooks(host, b, emitter, tb, i).around(emit)
    else emit(b)
    // The last one ends with a jump: there is no place for a pause.
    if (i < tb.length - 1 && host.reachesDevice(recordOf(tb, i))) {
      devices.add(i)
      b.pause()
    }
  })
  if (!b.ended) {
    const next = tb.pc + BigInt(tb.size)
    const { addressType } = target
    const after = b.const(addressType, addressType === 'i32' ? Number(next & 0xffffffffn) : next)
    // In another decoding state the next block is not the one that a region has at this address.
    b.goto(after, tb.endState !== tb.flags)
  }
  return {
    pc: tb.pc,
    body: b.body,
    count: b.count,
    vars: b.vars,
    length: tb.length,
    offsets: tb.offsets,
    records: tb.address + Block.size,
    devices: devices.size ? devices : undefined,
  }
}

/** Room in the trace buffers for all records of the block at once. */
function makeRoom(target: Target, emitter: HookEmitter, tb: Tb, hooks: BlockHooks): void {
  const records = new Map<number, { target: TraceTarget; bytes: number }>()
  const add = (hook: Hook, times: number): void => {
    if (hook.kind !== 'trace') return
    const { target } = hook
    const bytes = (records.get(target.slot)?.bytes ?? 0) + times * target.stride
    records.set(target.slot, { target, bytes })
  }
  tb.insns.forEach((insn, i) => {
    for (const hook of hooks.exec[i] ?? []) add(hook, 1)
    const own = (hooks.access[i] ?? []).filter(({ hook }) => hook.kind === 'trace')
    if (!own.length) return
    const pc = tb.pc + BigInt(tb.offsets[i] as number)
    const times = accesses(to =>
      target.semantics[insn.handler]?.emit(to, knownOperands(to, insn, pc, target.state.fixed), tb.flags),
    )
    for (const { hook } of own) add(hook, times)
  })
  for (const { hook } of hooks.edges) add(hook, 1)
  for (const { target: buffer, bytes } of records.values()) if (bytes) emitter.room(buffer, bytes)
}

/** The hooks of one instruction. */
class InsnHooks {
  readonly #host: BlockIrHost
  readonly #b: Builder
  readonly #tb: Tb
  readonly #index: number
  readonly #emitter: HookEmitter
  readonly #pc: bigint
  /** Plugins are called at its accesses, and there are several: it is noted how many they know of. */
  #notes = false

  constructor(host: BlockIrHost, b: Builder, emitter: HookEmitter, tb: Tb, index: number) {
    this.#host = host
    this.#b = b
    this.#tb = tb
    this.#index = index
    this.#emitter = emitter
    this.#pc = tb.pc + BigInt(tb.offsets[index] as number)
  }

  /** Emits the instruction with its hooks. */
  around(emit: (to: Builder) => void): void {
    const b = this.#b
    const exec = this.#tb.hooks?.exec[this.#index] ?? []
    const access = this.#tb.hooks?.access[this.#index] ?? []
    const isLast = this.#index === this.#tb.length - 1
    const edges = isLast ? (this.#tb.hooks?.edges ?? []) : []
    this.#notes = access.length > 0 && accesses(emit) > 1
    if (this.#notes) b.set(Head.reportedRec, b.i64(recordOf(this.#tb, this.#index)))
    this.#emitter.before(exec, this.#site(0))
    if (access.length || edges.length)
      b.observer = {
        access: (address, value, width, store) => {
          if (access.length) this.#access(access, address, value, width, store)
        },
        end: (pc, condition, otherwise) => {
          if (edges.length) this.#end(pc, condition, otherwise)
        },
      }
    emit(b)
    b.observer = undefined
  }

  #site(kind: number): HookSite {
    const { code, insns, offsets } = this.#tb
    const physical = this.#host.physical(code + (offsets[this.#index] as number))
    return { pc: this.#pc, physical, size: insns[this.#index]?.size ?? 0, kind }
  }

  #access(hooks: readonly AccessHook[], address: Node, value: Node, width: Width, store: boolean): void {
    const b = this.#b
    const wanted = hooks.filter(h => (store ? h.stores : h.loads))
    const lane = (node: Node, n: number): Node => b.lane('i64x2.extract_lane', n, node)
    const long = (node: Node): Node => (node.type === 'v128' ? lane(node, 0) : b.resize(node, 'i64', true))
    if (wanted.some(h => h.hook.kind === 'call')) {
      b.set(Head.accessAddress, long(address))
      b.set(Head.accessValue, long(value))
      if (width === '128') b.set(Head.accessHigh, lane(value, 1))
      b.set(Head.accessInfo, b.i32(accessInfo(width, store)))
    }
    const bytes = widthBytes[width]
    const mask = b.i64(BigInt.asIntN(64, (1n << BigInt(Math.min(64, 8 * bytes))) - 1n))
    const site = {
      ...this.#site(accessKind(store)),
      size: bytes,
      info: accessInfo(width, store),
      address,
      value: b.and(long(value), mask),
    }
    for (const { hook } of wanted) {
      this.#emitter.emit(hook, site)
      if (hook.kind === 'call' && hook.access === 'write-pc') b.check()
    }
    if (this.#notes) b.set(Head.reported, b.add(b.get(Head.reported, 'i32'), b.i32(1)))
  }

  #end(pc: Node, condition?: Node, otherwise?: Node): void {
    const b = this.#b
    const insn = this.#tb.insns[this.#index]
    const hooks = this.#tb.hooks?.edges ?? []
    if (!insn) return
    const { flow, conditional } = this.#tb.end ?? {}
    const taken = flow && edgeTaken(flow)
    if (taken === undefined) return
    const emit = (edge: number, to: Node): void =>
      this.#emitter.edge(hooks, edge, { ...this.#site(0), address: to })
    if (condition && otherwise)
      return b.if(
        condition,
        () => emit(taken, pc),
        () => emit(edgeNotTaken, otherwise),
      )
    const next = BigInt.asIntN(pc.type === 'i32' ? 32 : 64, this.#pc + BigInt(insn.size))
    const falls = conditional && pc.op === 'const' && BigInt(pc.imm) === next
    emit(falls ? edgeNotTaken : taken, pc)
  }
}

/** Accesses to guest memory in the semantics of an instruction. */
function accesses(emit: (to: Builder) => void): number {
  const b = new Builder()
  let found = 0
  b.observer = { access: () => found++, end: () => {} }
  emit(b)
  return found
}
