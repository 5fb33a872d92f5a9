/** Core's own functions in IR, together: those of memory, and the one path on which traps are delivered. */
import {
  type Builder,
  Head,
  type IrFunction,
  irFunction,
  type Node,
  pageShift,
  type Runtime,
} from '@guestscope/codegen'
import { forgetFunctions } from '../memory/forget.ts'
import { PluginArea } from '../memory/layout.ts'
import { lookupFunctions } from '../memory/lookup.ts'
import { codeWordShift, type GuestMemory, PageFlag } from '../memory/memory.ts'
import { softTlbFunctions } from '../memory/soft-tlb.ts'
import { Access, type Target } from '../target.ts'
import { coreHost, linearCallee, updateEntryCallee } from './callees.ts'

/** `Head.discon`: somebody wants to hear of discontinuities, or to have them counted. */
export const Listens = { hears: 1, counts: 2 } as const

const low = (b: Builder, x: Node): Node => b.op('i32.wrap', x)
const high = (b: Builder, x: Node): Node => b.op('i32.wrap', b.shrU(x, b.i64(32)))

/** Core's IR functions for one machine. */
export interface CoreFunctions {
  readonly all: readonly IrFunction[]
  readonly runtime: Runtime
  /** (cpu, address) → physical address or -1: for fetches whose result is remembered. */
  readonly fetch: IrFunction
}

export function coreFunctions(target: Target, memory: GuestMemory): CoreFunctions {
  const linear = irFunction(linearCallee.name, ['i64'], 'i32', b => {
    for (const r of memory.regions) {
      const offset = b.op('i64.sub', b.vget(0), b.i64(r.base))
      b.if(b.cmp('lt_u', offset, b.i64(r.size)), () =>
        b.return(b.add(b.op('i32.wrap', offset), b.i32(r.linear))),
      )
    }
    b.return(b.i32(0))
  })

  const updateEntry = irFunction(updateEntryCallee.name, updateEntryCallee.params, 'i32', b => {
    const [at, value, access] = [b.vget(0), b.vget(1), b.vget(2)]
    const done = (): void => {
      b.mstore('32u', at, value)
      b.return(b.i32(1))
    }
    const flags = b.rload('i32', '8u', b.shrU(at, b.i32(pageShift)), memory.pageFlags)
    b.if(b.eqz(flags), done)
    b.if(b.and(flags, b.i32(PageFlag.readonly)), () => b.return(b.i32(0)))
    b.if(b.eqz(b.rload('i32', '8u', b.shrU(at, b.i32(codeWordShift)), memory.codeWords)), done)
    // The entry is code, too. Blocks go between blocks: at a fetch, or while the instruction runs alone, as it will.
    b.set(Head.uncached, b.i32(1))
    const between = b.or(b.get(Head.single, 'i32'), b.eq(b.and(access, b.i32(3)), b.i32(Access.fetch)))
    b.if(between, () => {
      b.mstore('32u', at, value)
      b.call(coreHost.overwritten, at, b.i32(4))
    })
    b.return(b.i32(1))
  })

  const { noteLarge, fetch, all: forgetting } = forgetFunctions(target, coreHost.forgetSpace)
  const softTlb = softTlbFunctions(target, memory, { linear, noteLarge })

  // The one path for every trap, from generated code and from the run loop.
  const deliver = irFunction('core.deliver', [], undefined, b => {
    const from = b.newVar('i64')
    b.vset(from, b.get(Head.pc, 'i64'))
    target.enterTrap(b, b.get(Head.trapCause, 'i32'), b.get(Head.trapValue, 'i64'))
    b.if(b.get(Head.discon, 'i32'), () => {
      const cause = b.get(Head.trapCause, 'i32') // the target may know better by now
      b.if(b.and(b.get(Head.discon, 'i32'), b.i32(Listens.counts)), () => {
        const place = b.shl(b.shrU(target.causeType(b, cause), b.i32(1)), b.i32(3))
        const count = b.add(place, b.i32(PluginArea.disconCounts))
        b.setx(count, b.add(b.getx(count, 'i64'), b.i64(1)))
      })
      b.if(b.and(b.get(Head.discon, 'i32'), b.i32(Listens.hears)), () =>
        b.call(coreHost.report, cause, low(b, b.vget(from)), high(b, b.vget(from))),
      )
    })
  })

  const { fetchPage, lookup } = lookupFunctions(memory, linear, fetch, target.busError(Access.fetch))

  return {
    fetch,
    all: [linear, updateEntry, ...forgetting, fetchPage, lookup, ...softTlb.all, deliver],
    runtime: {
      ...softTlb.runtime,
      deliver,
      lookup,
      recordHook: coreHost.recordHook,
      accessHook: coreHost.accessHook,
      edgeHook: coreHost.edgeHook,
    },
  }
}
