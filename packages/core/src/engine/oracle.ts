/** Tier `oracle`: what `run` of the engine module does, done by interpreting the IR of one instruction at a time. */
import {
  Block,
  Builder,
  Exit,
  Head,
  JumpCache,
  jumpCacheEntry,
  knownOperands,
  type Node,
  type Oracle,
  Rec,
  type Type,
} from '@guestscope/codegen'
import { recordOf, type Tb } from '../code/tb.ts'
import type { Cpu } from '../cpu.ts'
import type { BlockHookRunner } from '../hooks/block-hooks.ts'
import type { Target } from '../target.ts'

/** What the oracle needs of the machine. */
export interface OracleHostView {
  readonly target: Target
  readonly view: DataView
  cpuAt(base: number): Cpu
  /** The block at an address in the pool. */
  blockAt(address: number): Tb
  /** False once its code has been overwritten. */
  isValid(tb: Tb): boolean
  /** What plugins want. */
  readonly hooks: Pick<BlockHookRunner, 'beforeInsn' | 'accessedBy' | 'endedBy'>
  /** Does something wait that needs the run loop before the next instruction? */
  leaves(cpu: Cpu): boolean
  deliver(cpu: number): void
}

/** Runs something while the budget is what it is before the instruction. */
function exactly(cpu: Cpu, paid: number, run: () => void): void {
  cpu.set32(Head.budget, cpu.get32(Head.budget) + paid)
  run()
  cpu.set32(Head.budget, cpu.get32(Head.budget) - paid)
}

interface InsnIr {
  readonly body: readonly Node[]
  readonly vars: readonly Type[]
}

/** Makes `run(cpu base) → Exit code`. */
export function oracleRun(oracle: Oracle, host: OracleHostView): (base: number) => number {
  const irs = new WeakMap<Tb, InsnIr[]>()
  const { target, view } = host

  const ir = (tb: Tb, index: number): InsnIr => {
    const list = irs.get(tb) ?? []
    irs.set(tb, list)
    let found = list[index]
    if (!found) {
      const insn = tb.insns[index]
      if (!insn) throw new RangeError('oracle: no such instruction')
      const b = new Builder()
      const pc = tb.pc + BigInt(tb.offsets[index] as number)
      target.semantics[insn.handler]?.emit(b, knownOperands(b, insn, pc, target.state.fixed), tb.flags)
      found = { body: b.body, vars: b.vars }
      list[index] = found
    }
    return found
  }

  /** Runs one instruction; 0 (`Exit.next`): go on in the block, undefined: go on at pc, else leave. */
  const step = (cpu: Cpu, tb: Tb, index: number): number | undefined => {
    const pc = tb.pc + BigInt(tb.offsets[index] as number)
    cpu.pc = pc
    const again = cpu.get32(Head.skipHooks)
    cpu.set32(Head.skipHooks, 0)
    cpu.set32(Head.reportedBefore, 0)
    if (!again && tb.hooks?.exec[index]?.length) {
      host.hooks.beforeInsn(cpu, tb.address, index)
      if (host.leaves(cpu)) return Exit.hook
    }
    cpu.set32(Head.single, 1)
    cpu.set32(Head.budget, cpu.get32(Head.budget) - 1)
    const { body, vars } = ir(tb, index)
    const accessed = tb.hooks?.access[index]?.length
      ? () => exactly(cpu, 1, () => host.hooks.accessedBy(cpu, tb.address, index))
      : undefined
    const outcome = oracle.instruction(body, vars, cpu.base, accessed)
    cpu.set32(Head.single, 0)
    switch (outcome.kind) {
      case 'next':
        cpu.pc = pc + BigInt((tb.insns[index] as { size: number }).size)
        return Exit.next
      case 'goto':
        cpu.pc = outcome.pc
        if (index === tb.length - 1 && tb.hooks?.edges.length) {
          cpu.set32(Head.accessInfo, outcome.taken === undefined ? 2 : Number(outcome.taken))
          exactly(cpu, 1, () => host.hooks.endedBy(cpu, tb.address, index))
        }
        return undefined
      case 'leave':
        cpu.pc = outcome.pc
        return outcome.exit
      case 'early':
        if (outcome.exit === Exit.hook) {
          cpu.set32(Head.budget, cpu.get32(Head.budget) + 1)
          return Exit.hook
        }
        if (outcome.exit !== Exit.trap) throw new Error(`oracle: exit ${outcome.exit} in a single step`)
        host.deliver(cpu.base)
        return undefined
    }
  }

  const keepPlace = (cpu: Cpu, tb: Tb, index: number): void => {
    cpu.set32(Head.resume, recordOf(tb, index))
    cpu.set64(Head.resumeContext, cpu.get64(Head.flags))
  }

  /** The block that was left in its middle, if nothing has come between. */
  const resumed = (cpu: Cpu): { tb: Tb; index: number } | undefined => {
    const record = cpu.get32(Head.resume)
    if (!record || !cpu.get32(Head.budget)) return undefined
    cpu.set32(Head.resume, 0)
    const address = view.getInt32(record + Rec.block, true)
    if (!view.getInt32(address + Block.length, true)) return undefined
    const tb = host.blockAt(address)
    const index = (record - recordOf(tb, 0)) >> Rec.shift
    const same =
      tb.pc + BigInt(tb.offsets[index] as number) === cpu.pc &&
      cpu.get64(Head.flags) === cpu.get64(Head.resumeContext)
    return same ? { tb, index } : undefined
  }

  /** Runs a block from an instruction on; undefined: go on at pc. */
  const runFrom = (cpu: Cpu, tb: Tb, first: number): number | undefined => {
    for (let i = first; i < tb.length; i++) {
      if (!cpu.get32(Head.budget)) {
        if (i > 0) keepPlace(cpu, tb, i)
        return Exit.budget
      }
      const exit = step(cpu, tb, i)
      if (exit === undefined) return undefined
      if (exit !== Exit.next) return exit
      if (!host.isValid(tb)) return undefined // it has overwritten its own code
      if (cpu.get32(Head.request)) {
        if (i + 1 < tb.length) keepPlace(cpu, tb, i + 1)
        return undefined
      }
    }
    return undefined
  }

  return base => {
    const cpu = host.cpuAt(base)
    let single = cpu.get32(Head.single)
    for (;;) {
      if (!single && cpu.get32(Head.request)) return Exit.request
      single = 0
      const kept = resumed(cpu)
      if (kept) {
        const exit = runFrom(cpu, kept.tb, kept.index)
        if (exit !== undefined) return exit
        continue
      }
      const entry = cpu.get32(Head.space) + jumpCacheEntry(cpu.get32(Head.pc))
      const hit =
        view.getBigUint64(entry + JumpCache.pc, true) === cpu.pc &&
        view.getBigUint64(entry + JumpCache.context, true) === cpu.get64(Head.flags)
      if (!hit) return Exit.lookup
      const exit = runFrom(cpu, host.blockAt(view.getInt32(entry + JumpCache.block, true)), 0)
      if (exit !== undefined) return exit
    }
  }
}
