/**
 * Core's own functions in IR: what generated code calls when the soft TLB misses, and the one road on which traps are
 * delivered.
 */
import {
  type Builder,
  type Callee,
  Exit,
  Head,
  hostFunction,
  type IrFunction,
  irFunction,
  type Node,
  type Runtime,
  Tlb,
  type Width,
} from '@guestscope/codegen'
import { forgetFunctions } from '../memory/forget.ts'
import { PluginArea } from '../memory/layout.ts'
import { lookupFunctions } from '../memory/lookup.ts'
import { codeWordShift, type GuestMemory, PageFlag } from '../memory/memory.ts'
import { Access, type Target } from '../target.ts'

/** `Head.discon`: somebody wants to hear of discontinuities, or to have them counted. */
export const Listens = { hears: 1, counts: 2 } as const

/** What `core.fill` answers; guarded: entered, but the page holds code, so that stores must look where they go. */
const Fill = { done: 0, fault: 1, slow: 2, guarded: 3 } as const

type CoreHostName =
  | 'flush'
  | 'forgetSpace'
  | 'enterSpace'
  | 'clock'
  | 'executed'
  | 'time'
  | 'load'
  | 'store'
  | 'probe'
  | 'overwritten'
  | 'recordHook'
  | 'accessHook'
  | 'edgeHook'
  | 'report'

/** Host functions that core gives to generated code; i64 cross through `Head.value`. */
export const coreHost: Readonly<Record<CoreHostName, Callee>> = {
  /** (cpu): the CPU's translations have changed: empty its soft TLBs and forget its jump cache. */
  flush: hostFunction('core.flush', []),
  /** (cpu, ASID): forgets what is known of one address space. */
  forgetSpace: hostFunction('core.forgetSpace', ['i32']),
  /**
   * (cpu, ASID): the CPU enters the address space of which `Head.value` says all else. What is known of others under other ASIDs
   * may stay; under the same ASID it is forgotten.
   */
  enterSpace: hostFunction('core.enterSpace', ['i32']),
  /** (cpu): puts the clock, exact in single step, into `Head.value`. */
  clock: hostFunction('core.clock', []),
  /** (cpu): puts the instructions that this CPU has executed, exact in single step, into `Head.value`. */
  executed: hostFunction('core.executed', []),
  /** (cpu): puts the board's own time (`BuiltBoard.time`), or the clock if it has none, into `Head.value`. */
  time: hostFunction('core.time', []),
  /** (cpu, address low, high, bytes): any load; the value is in `Head.value`, or `Head.exit` is set. */
  load: hostFunction('core.load', ['i32', 'i32', 'i32']),
  /** (cpu, address low, high, bytes): any store of `Head.value`. */
  store: hostFunction('core.store', ['i32', 'i32', 'i32']),
  /** (cpu, address low, high, bytes): would a store succeed? If not, `Head.exit` is set. */
  probe: hostFunction('core.probe', ['i32', 'i32', 'i32']),
  /** (cpu, linear address, bytes): translations of what was there are void. */
  overwritten: hostFunction('core.overwritten', ['i32', 'i32']),
  /** (cpu, hook); (cpu, record) → leave? */
  recordHook: hostFunction('core.recordHook', ['i32'], 'i32'),
  /** (cpu, record): the interpreter has made the access that the head describes, or ended a block. */
  accessHook: hostFunction('core.accessHook', ['i32']),
  edgeHook: hostFunction('core.edgeHook', ['i32']),
  /** (cpu, cause, from low, high): a discontinuity has been entered. */
  report: hostFunction('core.report', ['i32', 'i32', 'i32']),
}

/** (cpu, physical i64) → linear address, 0 if the address is not memory. Defined per machine, known by name. */
export const linearCallee: {
  readonly name: string
  readonly params: readonly ['i64']
  readonly result: 'i32'
} = {
  name: 'core.linear',
  params: ['i64'],
  result: 'i32',
}

const low = (b: Builder, x: Node): Node => b.op('i32.wrap', x)
const high = (b: Builder, x: Node): Node => b.op('i32.wrap', b.shrU(x, b.i64(32)))

/**
 * (cpu, linear address, low half of the entry, access) → done? For the walkers of targets: updates an entry of the page
 * tables, as the hardware does, in what `core.linear` gave. 0: it lies in memory that cannot be written.
 */
export const updateEntryCallee: {
  readonly name: string
  readonly params: readonly ['i32', 'i32', 'i32']
  readonly result: 'i32'
} = { name: 'core.updateEntry', params: ['i32', 'i32', 'i32'], result: 'i32' }

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
      b.rstore('32u', at, value)
      b.return(b.i32(1))
    }
    const flags = b.rload('i32', '8u', b.shrU(at, b.i32(Tlb.pageShift)), memory.pageFlags)
    b.if(b.eqz(flags), done)
    b.if(b.and(flags, b.i32(PageFlag.readonly)), () => b.return(b.i32(0)))
    b.if(b.eqz(b.rload('i32', '8u', b.shrU(at, b.i32(codeWordShift)), memory.codeWords)), done)
    // The entry is code, too. Blocks go between blocks: at a fetch, or while the instruction runs alone, as it will.
    b.set(Head.uncached, b.i32(1))
    const between = b.or(b.get(Head.single, 'i32'), b.eq(b.and(access, b.i32(3)), b.i32(Access.fetch)))
    b.if(between, () => {
      b.rstore('32u', at, value)
      b.call(coreHost.overwritten, at, b.i32(4))
    })
    b.return(b.i32(1))
  })

  /** Address of the soft TLB entry for an address. */
  const entryOf = (b: Builder, address: Node): Node => {
    const slot = b.shrU(low(b, address), b.i32(Tlb.pageShift - Tlb.entryShift))
    return b.add(b.get(Head.tlb, 'i32'), b.and(slot, b.i32((Tlb.entries - 1) << Tlb.entryShift)))
  }
  const pageOf = (b: Builder, address: Node): Node => b.and(address, b.i64(-(1 << Tlb.pageShift)))
  /** The tag of a page that may be written, but holds code: no inline probe matches it. */
  const guardedTag = (b: Builder, page: Node): Node => b.or(page, b.i64(1))

  const { noteLarge, fetch, all: forgetting } = forgetFunctions(target, coreHost.forgetSpace)

  // Translates an address and enters the page into the soft TLB: see `Fill`.
  const fill = irFunction('core.fill', ['i64', 'i32'], 'i32', b => {
    const address = b.vget(0)
    b.set(Head.uncached, b.i32(0))
    b.set(Head.spanShift, b.i32(Tlb.pageShift))
    const physical = b.call(target.functions.translate, address, b.vget(1))
    b.if(b.eq(physical, b.i64(-1)), () => {
      b.set(Head.exit, b.i32(Exit.trap))
      b.return(b.i32(Fill.fault))
    })
    const host = b.call(linear, physical)
    const slow = (): void => {
      b.set(Head.physical, physical)
      b.return(b.i32(Fill.slow))
    }
    b.if(b.or(b.eqz(host), b.get(Head.uncached, 'i32')), slow)
    b.if(b.cmp('gt_s', b.get(Head.spanShift, 'i32'), b.i32(Tlb.pageShift)), () => b.call(noteLarge, address))
    const entry = entryOf(b, address)
    const page = pageOf(b, address)
    const result = b.newVar('i32')
    b.vset(result, b.i32(Fill.done))
    // The two tags share the addend: an entry serves one page.
    const claim = (mine: number, other: number, tag: Node): void => {
      const same = b.eq(b.and(b.rload('i64', '64', entry, other), b.i64(-2)), page)
      b.if(b.eqz(same), () => b.rstore('64', entry, b.i64(-1), other))
      b.rstore('64', entry, tag, mine)
    }
    b.if(
      b.and(b.vget(1), b.i32(Access.store)),
      () => {
        const flags = b.rload('i32', '8u', b.shrU(host, b.i32(Tlb.pageShift)), memory.pageFlags)
        b.if(b.and(flags, b.i32(PageFlag.readonly)), slow)
        const code = b.and(flags, b.i32(PageFlag.code))
        b.if(code, () => b.vset(result, b.i32(Fill.guarded)))
        claim(Tlb.writeTag, Tlb.readTag, b.select(code, guardedTag(b, page), page))
      },
      () => claim(Tlb.readTag, Tlb.writeTag, page),
    )
    b.rstore('32u', entry, b.sub(host, low(b, address)), Tlb.addend)
    b.return(b.vget(result))
  })

  /**
   * Translates an access inside one page; `then` runs with the linear address when memory can be touched directly,
   * `fail` where a fault is described. What follows the call needs JavaScript and exact time.
   */
  const inPage = (b: Builder, access: number, fail: () => void, then: (host: Node) => void): void => {
    const address = b.vget(0)
    const result = b.newVar('i32')
    b.vset(result, b.i32(Fill.guarded))
    b.set(Head.accessBytes, b.vget(1))
    b.set(Head.physical, b.i64(-1))
    const entry = entryOf(b, address)
    const last = b.add(b.and(low(b, address), b.i32(0xfff)), b.vget(1))
    b.if(b.cmp('le_u', last, b.i32(0x1000)), () => {
      const known = guardedTag(b, pageOf(b, address))
      const guarded =
        access === Access.store ? b.eq(b.rload('i64', '64', entry, Tlb.writeTag), known) : b.i32(0)
      b.if(b.eqz(guarded), () => b.vset(result, b.call(fill, address, b.i32(access))))
      b.if(b.eq(b.vget(result), b.i32(Fill.fault)), fail)
      b.if(
        b.eq(b.vget(result), b.i32(Fill.slow)),
        () => {},
        () => {
          const host = b.add(low(b, address), b.rload('i32', '32s', entry, Tlb.addend))
          // Data beside code: only stores to a word with code take the slow road.
          const codeAt = (at: Node): Node =>
            b.rload('i32', '8u', b.shrU(at, b.i32(codeWordShift)), memory.codeWords)
          const end = b.sub(b.add(host, b.vget(1)), b.i32(1))
          const touched = b.newVar('i32')
          b.vset(touched, b.i32(0))
          b.if(b.eq(b.vget(result), b.i32(Fill.guarded)), () =>
            b.vset(touched, b.or(codeAt(host), codeAt(end))),
          )
          b.if(b.eqz(b.vget(touched)), () => then(host))
        },
      )
    })
    // T0 runs the instruction alone.
    b.if(b.eqz(b.get(Head.single, 'i32')), () => {
      b.set(Head.exit, b.i32(Exit.step))
      fail()
    })
  }
  const sizes: readonly [number, Width][] = [
    [1, '8u'],
    [2, '16u'],
    [4, '32u'],
  ]

  const slowLoad = irFunction('core.slowLoad', ['i64', 'i32'], 'i64', b => {
    inPage(
      b,
      Access.load,
      () => b.return(b.i64(0)),
      host => {
        for (const [n, width] of sizes)
          b.if(b.eq(b.vget(1), b.i32(n)), () => b.return(b.rload('i64', width, host)))
        b.return(b.rload('i64', '64', host))
      },
    )
    b.call(coreHost.load, low(b, b.vget(0)), high(b, b.vget(0)), b.vget(1))
    b.return(b.get(Head.value, 'i64'))
  })

  const slowStore = irFunction('core.slowStore', ['i64', 'i32', 'i64'], undefined, b => {
    inPage(
      b,
      Access.store,
      () => b.return(),
      host => {
        for (const [n, width] of sizes) {
          b.if(b.eq(b.vget(1), b.i32(n)), () => {
            b.rstore(width, host, b.vget(2))
            b.return()
          })
        }
        b.rstore('64', host, b.vget(2))
        b.return()
      },
    )
    b.set(Head.value, b.vget(2))
    b.call(coreHost.store, low(b, b.vget(0)), high(b, b.vget(0)), b.vget(1))
  })

  const slowProbe = irFunction('core.slowProbe', ['i64', 'i32'], undefined, b => {
    inPage(
      b,
      Access.store,
      () => b.return(),
      () => b.return(),
    )
    b.call(coreHost.probe, low(b, b.vget(0)), high(b, b.vget(0)), b.vget(1))
  })

  // The one road for every trap, from generated code and from the run loop.
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
    all: [
      linear,
      updateEntry,
      ...forgetting,
      fetchPage,
      lookup,
      fill,
      slowLoad,
      slowStore,
      slowProbe,
      deliver,
    ],
    runtime: {
      slowLoad,
      slowStore,
      slowProbe,
      deliver,
      lookup,
      recordHook: coreHost.recordHook,
      accessHook: coreHost.accessHook,
      edgeHook: coreHost.edgeHook,
    },
  }
}
