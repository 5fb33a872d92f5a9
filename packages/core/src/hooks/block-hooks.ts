/** Finds and runs what plugins want of a block where it runs outside regions. */
import { AccessInfo, Block, Head, Rec } from '@guestscope/codegen'
import type { Tb } from '../code/tb.ts'
import type { Cpu } from '../cpu.ts'
import type { GuestMemory } from '../memory/memory.ts'
import type { Target } from '../target.ts'
import { edgeNotTaken, edgeTaken } from './edges.ts'
import { hookCharge } from './hook-cost.ts'
import { accessKind } from './hook-ir.ts'
import { edgeTraceKind, type HookRunner, hookRunner, type RunSite } from './hook-run.ts'
import type { AccessHook, EdgeHook } from './instrument.ts'

/** What it needs of the machine. */
export interface BlockHooksHost {
  readonly target: Target
  readonly memory: GuestMemory
  /** Has a callback sent the CPU elsewhere? Then the instruction does not run. */
  redirected(cpu: Cpu): boolean
  /** See `Machine.charge`. */
  charge(instructions: number): void
}

/** One instruction of a block, its hooks ready to run; it is made when the instruction runs first. */
class ReadyInsn implements RunSite {
  readonly pc: bigint
  /** Bytes of the instruction. */
  readonly bytes: number
  /** Of what happens now. */
  size = 0
  kind = 0
  readonly exec: readonly HookRunner[]
  /** Callbacks are among them. */
  readonly calls: boolean
  readonly access: readonly (AccessHook & { readonly run: HookRunner })[]
  readonly edges: readonly (EdgeHook & { readonly run: HookRunner })[]
  /** What each of these is charged when it runs: almost always nothing. */
  readonly charges: { readonly exec: number; readonly access: number; readonly edges: number }
  readonly #linear: number
  readonly #memory: GuestMemory
  #physical: bigint | undefined

  constructor(memory: GuestMemory, tb: Tb, index: number) {
    const offset = tb.offsets[index] as number
    const exec = tb.hooks?.exec[index] ?? []
    const ready = <T extends AccessHook | EdgeHook>(h: T): T & { readonly run: HookRunner } => ({
      ...h,
      run: hookRunner(h.hook),
    })
    this.pc = tb.pc + BigInt(offset)
    this.bytes = tb.insns[index]?.size ?? 0
    this.exec = exec.map(hookRunner)
    this.calls = exec.some(({ kind }) => kind === 'call')
    this.access = (tb.hooks?.access[index] ?? []).map(ready)
    this.edges = (tb.hooks?.edges ?? []).map(ready)
    this.charges = {
      exec: hookCharge(this.exec.length),
      access: hookCharge(this.access.length),
      edges: hookCharge(this.edges.length),
    }
    this.#linear = tb.code + offset
    this.#memory = memory
  }

  get physical(): bigint {
    this.#physical ??= this.#memory.physical(this.#linear)
    return this.#physical
  }
}

interface ReadyBlock {
  readonly tb: Tb
  readonly insns: (ReadyInsn | undefined)[]
}

export class BlockHookRunner {
  readonly #host: BlockHooksHost
  /** Also those that have been forgotten since: one may still run. */
  readonly #blocks = new Map<number, ReadyBlock>()
  /** The one that ran last, and its address. */
  #last: ReadyBlock | undefined
  #lastAddress = 0

  constructor(host: BlockHooksHost) {
    this.#host = host
  }

  /** A block with hooks has been made. */
  add(tb: Tb): void {
    if (tb.hooks) this.#blocks.set(tb.address, { tb, insns: [] })
    this.#lastAddress = 0
  }
  /** No block is left. */
  clear(): void {
    this.#blocks.clear()
    this.#lastAddress = 0
  }

  #block(address: number): ReadyBlock {
    if (address === this.#lastAddress && this.#last) return this.#last
    const block = this.#blocks.get(address)
    if (!block) throw new Error(`no block with hooks at linear address ${address}`)
    this.#last = block
    this.#lastAddress = address
    return block
  }
  #insn(address: number, index: number): ReadyInsn {
    const { tb, insns } = this.#block(address)
    const known = insns[index]
    if (known) return known
    const made = new ReadyInsn(this.#host.memory, tb, index)
    insns[index] = made
    return made
  }
  #blockOf(record: number): number {
    return this.#host.memory.words[(record + Rec.block) >> 2] as number
  }
  /** What the instruction of a record has before it. */
  before(cpu: Cpu, record: number): void {
    const address = this.#blockOf(record)
    this.beforeInsn(cpu, address, (record - address - Block.size) >> Rec.shift)
  }
  accessed(cpu: Cpu, record: number): void {
    const address = this.#blockOf(record)
    this.accessedBy(cpu, address, (record - address - Block.size) >> Rec.shift)
  }
  ended(cpu: Cpu, record: number): void {
    const address = this.#blockOf(record)
    this.endedBy(cpu, address, (record - address - Block.size) >> Rec.shift)
  }

  /** The same for the instruction of that number in the block at an address. */
  beforeInsn(cpu: Cpu, address: number, index: number): void {
    const insn = this.#insn(address, index)
    insn.size = insn.bytes
    insn.kind = 0
    if (insn.charges.exec) this.#host.charge(insn.charges.exec)
    for (const run of insn.exec) {
      run(cpu, insn)
      if (insn.calls && this.#host.redirected(cpu)) return
    }
  }

  /** The instruction has made the access that the head describes. */
  accessedBy(cpu: Cpu, address: number, index: number): void {
    cpu.set32(Head.reported, cpu.get32(Head.reported) + 1)
    const known = cpu.get32(Head.reportedBefore)
    if (known > 0) return cpu.set32(Head.reportedBefore, known - 1)
    const info = cpu.get32(Head.accessInfo)
    const store = (info & AccessInfo.store) !== 0
    const insn = this.#insn(address, index)
    insn.size = info & AccessInfo.bytes
    insn.kind = accessKind(store)
    if (insn.charges.access) this.#host.charge(insn.charges.access)
    for (const { loads, stores, hook, run } of insn.access) {
      if (store ? stores : loads) run(cpu, insn)
      if (hook.kind === 'call' && this.#host.redirected(cpu)) return
    }
  }

  /** The instruction ends the block, the pc is where it goes; `Head.accessInfo` says whether it is a branch taken. */
  endedBy(cpu: Cpu, address: number, index: number): void {
    const insn = this.#insn(address, index)
    const { end } = this.#block(address).tb
    if (!end || !insn.edges.length) return
    const { flow, conditional } = end
    const taken = edgeTaken(flow)
    if (taken === undefined) return
    const info = cpu.get32(Head.accessInfo)
    const { pc } = cpu
    const falls = info === 0 || (info === 2 && conditional && pc === insn.pc + BigInt(insn.bytes))
    const edge = falls ? edgeNotTaken : taken
    cpu.set64(Head.accessAddress, pc)
    cpu.set64(Head.accessValue, insn.pc)
    cpu.set32(Head.accessInfo, edge)
    insn.size = insn.bytes
    insn.kind = edgeTraceKind(edge)
    if (insn.charges.edges) this.#host.charge(insn.charges.edges)
    for (const { kinds, run } of insn.edges) if ((kinds >> edge) & 1) run(cpu, insn)
  }
}
