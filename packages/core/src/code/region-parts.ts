/** What a region is made of, and which of its jumps return to which of its calls. */
import type { Node, RegionBlock } from '@guestscope/codegen'
import type { Flow } from '../events/index.ts'
import type { Tb } from './tb.ts'

/** A block on its way into a region. */
export interface RegionPart {
  readonly tb: Tb
  readonly block: RegionBlock
  /** Constant targets of the jump at its end. */
  readonly successors: readonly bigint[]
  /** A call: where it returns to. */
  readonly returnSite: bigint | undefined
  /** Ends with a jump to an address known at run time only that is no call: perhaps a return. */
  readonly returns: boolean
}

/** Return sites that one jump tries before the jump cache. */
const maxReturnSites = 6

const addressOf = (n: Node | undefined): bigint | undefined =>
  n?.op === 'const' ? BigInt.asUintN(n.type === 'i32' ? 32 : 64, BigInt(n.imm)) : undefined

/** What the end of a block says; calls are what the target says, other jumps to unknown places may be returns. */
export function regionPart(tb: Tb, block: RegionBlock, flow: Flow): RegionPart {
  const last = block.body.at(-1)
  const targets =
    last?.op === 'goto' && !last.imm ? last.args : last?.op === 'branch' ? last.args.slice(1) : []
  const successors = targets.map(addressOf).filter(pc => pc !== undefined)
  const calls = flow === 'call' || flow === 'indirect-call'
  return {
    tb,
    block,
    successors,
    returnSite: calls ? tb.pc + BigInt(tb.size) : undefined,
    returns: !calls && last?.op === 'goto' && !last.imm && successors.length === 0,
  }
}

/**
 * Tells each block that may end a function where the calls of that function go on, and leaves out what cannot be
 * reached then. A function is what its entry leads to when calls are stepped over.
 */
export function linkReturns(parts: readonly RegionPart[]): RegionPart[] {
  const at = new Map(parts.map(p => [p.block.pc, p]))
  const closure = (from: bigint, next: (p: RegionPart) => readonly bigint[]): Set<RegionPart> => {
    const seen = new Set<RegionPart>()
    const todo = [from]
    for (let pc = todo.pop(); pc !== undefined; pc = todo.pop()) {
      const part = at.get(pc)
      if (!part || seen.has(part)) continue
      seen.add(part)
      todo.push(...next(part))
    }
    return seen
  }
  const sites = new Map<RegionPart, Set<bigint>>()
  for (const callee of new Set(parts.flatMap(p => (p.returnSite === undefined ? [] : p.successors)))) {
    const callers = parts.filter(p => p.successors.includes(callee) && p.returnSite !== undefined)
    const body = closure(callee, p => (p.returnSite === undefined ? p.successors : [p.returnSite]))
    for (const part of body) {
      if (!part.returns) continue
      const known = sites.get(part) ?? new Set()
      for (const c of callers) if (at.has(c.returnSite as bigint)) known.add(c.returnSite as bigint)
      sites.set(part, known)
    }
  }
  const linked = parts.map(p => {
    const returnsTo = [...(sites.get(p) ?? [])].slice(0, maxReturnSites)
    return returnsTo.length ? { ...p, block: { ...p.block, returnsTo } } : p
  })
  for (const p of linked) at.set(p.block.pc, p)
  const [head] = linked
  if (!head) return []
  const reached = closure(head.block.pc, p => [...p.successors, ...(p.block.returnsTo ?? [])])
  return linked.filter(p => reached.has(p))
}
