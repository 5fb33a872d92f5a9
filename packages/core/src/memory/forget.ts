/** Forgets what is known of one virtual page without leaving WebAssembly, and keeps what that needs. */
import {
  type Builder,
  type Callee,
  Head,
  type IrFunction,
  irFunction,
  type Node,
  pageShift,
  Tlb,
} from '@guestscope/codegen'
import { Access, type Target } from '../target.ts'
import { Layout, Space } from './layout.ts'

/** Bytes that one fetch translates for: the unit in which code is read. */
const fetchBytes = 2
/** `Head.generation`: numbers follow each other up to the last; `none` is that of entries that nobody may find. */
export const Generation = { last: 0x7ffffffe, none: -1 } as const

const low = (b: Builder, x: Node): Node => b.resize(x, 'i32')

/** (cpu, virtual address i64, ASID or -1: all): what targets call to forget one page. Known by name. */
export const forgetPageCallee: {
  readonly name: string
  readonly params: readonly ['i64', 'i32']
  readonly result: undefined
} = { name: 'core.forgetPage', params: ['i64', 'i32'], result: undefined }

export interface ForgetFunctions {
  readonly all: readonly IrFunction[]
  /** (cpu, address): to be called after a translation that will be remembered, if `Head.spanShift` exceeds a page. */
  readonly noteLarge: IrFunction
  /** (cpu, address) → physical address or -1: translates for a fetch whose result may be remembered. */
  readonly fetch: IrFunction
}

/** `forgetSpace`: (cpu, ASID) forgets all of it. */
export function forgetFunctions(target: Target, forgetSpace: Callee): ForgetFunctions {
  const noteLarge = irFunction('core.noteLarge', ['i64'], undefined, b => {
    const bytes = b.shl(b.i64(1), b.resize(b.get(Head.spanShift, 'i32'), 'i64', true))
    const inside = b.newVar('i64')
    b.vset(inside, b.sub(bytes, b.i64(1)))
    const first = b.and(b.vget(0), b.not(b.vget(inside)))
    const last = b.or(b.vget(0), b.vget(inside))
    const extend = (bound: number, by: Node, op: 'lt_u' | 'gt_u'): void => {
      const space = b.get(Head.space, 'i32')
      b.if(b.cmp(op, by, b.rload('i64', '64', space, bound)), () => b.rstore('64', space, by, bound))
    }
    extend(Space.largeFirst, first, 'lt_u')
    extend(Space.largeLast, last, 'gt_u')
  })

  /** Distance of a page's place among the generations in which code was fetched. */
  const fetchedAt = (b: Builder, address: Node): Node => {
    const page = b.shrU(low(b, address), b.i32(pageShift))
    const hash = b.and(b.xor(page, b.shrU(page, b.i32(12))), b.i32(Space.maxFetched - 1))
    return b.shl(hash, b.i32(2))
  }
  const generation = (b: Builder): Node => b.get(Head.generation, 'i32')

  const fetch = irFunction('core.fetch', ['i64'], 'i64', b => {
    const physical = b.newVar('i64')
    b.set(Head.uncached, b.i32(0))
    b.set(Head.accessBytes, b.i32(fetchBytes))
    b.set(Head.spanShift, b.i32(pageShift))
    b.vset(physical, b.call(target.functions.translate, b.vget(0), b.i32(Access.fetch)))
    b.if(b.ne(b.vget(physical), b.i64(-1)), () => {
      const place = b.add(b.get(Head.space, 'i32'), fetchedAt(b, b.vget(0)))
      b.rstore('32u', place, generation(b), Space.fetched)
      b.if(b.cmp('gt_s', b.get(Head.spanShift, 'i32'), b.i32(pageShift)), () => b.call(noteLarge, b.vget(0)))
    })
    b.return(b.vget(physical))
  })

  // (cpu, address, space): the page in one address space.
  const forgetIn = irFunction('core.forgetIn', ['i64', 'i32'], undefined, b => {
    const [address, space] = [b.vget(0), b.vget(1)]
    const current = b.newVar('i32')
    const now = b.newVar('i32')
    const entry = b.newVar('i32')
    const all = (): void => {
      b.call(forgetSpace, b.rload('i32', '32s', space, Space.asid))
      b.return()
    }
    // A large page is spread over any number of entries.
    const afterFirst = b.cmp('ge_u', address, b.rload('i64', '64', space, Space.largeFirst))
    b.if(b.and(afterFirst, b.cmp('le_u', address, b.rload('i64', '64', space, Space.largeLast))), all)
    b.vset(current, b.eq(space, b.get(Head.space, 'i32')))
    b.vset(now, b.select(b.vget(current), generation(b), b.rload('i32', '32s', space, Space.generation)))
    // Whose code may have come from this page must look again where blocks are.
    const fetched = b.rload('i32', '32s', b.add(space, fetchedAt(b, address)), Space.fetched)
    b.if(b.eq(fetched, b.vget(now)), () => {
      b.if(b.eq(b.vget(now), b.i32(Generation.last)), all)
      b.if(
        b.vget(current),
        () => b.set(Head.generation, b.add(b.get(Head.generation, 'i32'), b.i32(1))),
        () => {
          b.rstore('32u', space, b.add(b.vget(now), b.i32(1)), Space.generation)
        },
      )
    })
    const page = b.and(b.shrU(low(b, address), b.i32(pageShift)), b.i32(Tlb.entries - 1))
    b.vset(entry, b.add(space, b.shl(page, b.i32(Tlb.entryShift))))
    for (let mode = 0; mode < target.state.tlbModes; mode++)
      for (const tag of [Tlb.readTag, Tlb.writeTag])
        b.rstore('64', b.vget(entry), b.i64(-1), Space.tlb + mode * Layout.tlbSize + tag)
  })

  const forgetPage = irFunction(forgetPageCallee.name, forgetPageCallee.params, undefined, b => {
    const [address, asid] = [b.vget(0), b.vget(1)]
    const space = b.newVar('i32')
    const left = b.newVar('i32')
    b.vset(space, b.add(b.cpu(), b.i32(Layout.spaces)))
    b.vset(left, b.i32(Space.count))
    b.loop(() => {
      const own = b.rload('i32', '32s', b.vget(space), Space.asid)
      const meant = b.or(b.eq(asid, b.i32(-1)), b.eq(asid, own))
      b.if(b.and(meant, b.ne(own, b.i32(-1))), () => b.call(forgetIn, address, b.vget(space)))
      b.vset(space, b.add(b.vget(space), b.i32(Space.size)))
      b.vset(left, b.sub(b.vget(left), b.i32(1)))
      b.if(b.eqz(b.vget(left)), () => b.break())
    })
    const first = b.add(b.cpu(), b.i32(Layout.spaces))
    const count = b.rload('i64', '64', first, Space.pagesForgotten)
    b.rstore('64', first, b.add(count, b.i64(1)), Space.pagesForgotten)
  })

  return { noteLarge, fetch, all: [noteLarge, fetch, forgetIn, forgetPage] }
}
