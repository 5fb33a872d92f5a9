/** Finds and runs what plugins want of a block where it runs outside regions. */
import { Block, Head, Rec } from '@guestscope/codegen'
import type { Cpu } from './cpu.ts'
import { edgeNotTaken, edgeTaken } from './edges.ts'
import { accessKind } from './hook-ir.ts'
import { edgeTraceKind, type RunSite, runHook } from './hook-run.ts'
import type { GuestMemory } from './memory.ts'
import type { Target } from './target.ts'
import type { Tb } from './tb.ts'

/** What it needs of the machine. */
export interface BlockHooksHost {
  readonly target: Target
  readonly memory: GuestMemory
  /** Has a callback sent the CPU elsewhere? Then the instruction does not run. */
  redirected(cpu: Cpu): boolean
}

export class BlockHookRunner {
  readonly #host: BlockHooksHost
  /** Also those that have been forgotten since: one may still run. */
  readonly #blocks = new Map<number, Tb>()

  constructor(host: BlockHooksHost) {
    this.#host = host
  }

  /** A block with hooks has been made. */
  add(tb: Tb): void {
    if (tb.hooks) this.#blocks.set(tb.address, tb)
  }
  /** No block is left. */
  clear(): void {
    this.#blocks.clear()
  }

  #at(record: number): [Tb, number] {
    const { view } = this.#host.memory
    const address = view.getInt32(record + Rec.block, true)
    const tb = this.#blocks.get(address)
    if (!tb) throw new Error(`no block with hooks at linear address ${address}`)
    return [tb, (record - address - Block.size) >> Rec.shift]
  }
  /** What the instruction of a record has before it. */
  before(cpu: Cpu, record: number): void {
    this.beforeInsn(cpu, ...this.#at(record))
  }
  accessed(cpu: Cpu, record: number): void {
    this.accessedBy(cpu, ...this.#at(record))
  }
  ended(cpu: Cpu, record: number): void {
    this.endedBy(cpu, ...this.#at(record))
  }

  #site(tb: Tb, index: number, size: number, kind: number): RunSite {
    const offset = tb.offsets[index] as number
    const { memory } = this.#host
    return {
      pc: tb.pc + BigInt(offset),
      get physical() {
        return memory.physical(tb.code + offset)
      },
      size,
      kind,
    }
  }

  beforeInsn(cpu: Cpu, tb: Tb, index: number): void {
    const hooks = tb.hooks?.exec[index]
    if (!hooks?.length) return
    const site = this.#site(tb, index, tb.insns[index]?.size ?? 0, 0)
    for (const hook of hooks) {
      runHook(cpu, hook, site)
      if (this.#host.redirected(cpu)) return
    }
  }

  /** The instruction has made the access that the head describes. */
  accessedBy(cpu: Cpu, tb: Tb, index: number): void {
    cpu.set32(Head.told, cpu.get32(Head.told) + 1)
    const known = cpu.get32(Head.toldBefore)
    if (known > 0) return cpu.set32(Head.toldBefore, known - 1)
    const info = cpu.get32(Head.accessInfo)
    const store = (info & 0x20) !== 0
    const site = this.#site(tb, index, info & 0x1f, accessKind(store))
    for (const { loads, stores, hook } of tb.hooks?.access[index] ?? []) {
      if (store ? stores : loads) runHook(cpu, hook, site)
      if (this.#host.redirected(cpu)) return
    }
  }

  /** The instruction ends the block, the pc is where it goes; `Head.accessInfo` says whether it is a branch taken. */
  endedBy(cpu: Cpu, tb: Tb, index: number): void {
    const insn = tb.insns[index]
    const hooks = tb.hooks?.edges
    if (!insn || !hooks?.length) return
    const { flow, conditional } = this.#host.target.describe(insn)
    const taken = edgeTaken(flow)
    if (taken === undefined) return
    const info = cpu.get32(Head.accessInfo)
    const { pc } = cpu
    const site = this.#site(tb, index, insn.size, 0)
    const falls = info === 0 || (info === 2 && conditional && pc === site.pc + BigInt(insn.size))
    const edge = falls ? edgeNotTaken : taken
    cpu.set64(Head.accessAddress, pc)
    cpu.set64(Head.accessValue, site.pc)
    cpu.set32(Head.accessInfo, edge)
    for (const { kinds, hook } of hooks)
      if ((kinds >> edge) & 1)
        runHook(cpu, hook, { ...site, physical: site.physical, kind: edgeTraceKind(edge) })
  }
}
