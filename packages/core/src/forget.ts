/** Forgets what is known of one virtual page without leaving WebAssembly, and keeps what that needs. */
import {
  type Builder,
  type Callee,
  Head,
  type IrFunction,
  irFunction,
  type Node,
  Tlb,
} from '@guestscope/codegen'
import { Known, Layout } from './layout.ts'
import { Access, type Target } from './target.ts'

/** Bytes that one fetch translates for: the unit in which code is read. */
const fetchBytes = 2
/** Part of `Head.context`; its numbers, which follow each other. */
const generationUnit = 0x1000
const generationMask = 0x7ffff000

const low = (b: Builder, x: Node): Node => b.resize(x, 'i32')

/** (cpu, virtual address i64): what targets call for an `sfence.vma` of one page. Known by name. */
export const forgetPageCallee: {
  readonly name: string
  readonly params: readonly ['i64']
  readonly result: undefined
} = { name: 'core.forgetPage', params: ['i64'], result: undefined }

export interface ForgetFunctions {
  /** (cpu, address): to be called after a translation that will be remembered, if `Head.spanShift` exceeds a page. */
  readonly noteLarge: IrFunction
  /** (cpu, address) → physical address or -1: translates for a fetch whose result may be remembered. */
  readonly fetch: IrFunction
  readonly forgetPage: IrFunction
}

/** `flush` forgets everything. */
export function forgetFunctions(target: Target, flush: Callee): ForgetFunctions {
  const noteLarge = irFunction('core.noteLarge', ['i64'], undefined, b => {
    const bytes = b.shl(b.i64(1), b.resize(b.get(Head.spanShift, 'i32'), 'i64', true))
    const inside = b.newVar('i64')
    b.vset(inside, b.sub(bytes, b.i64(1)))
    const first = b.and(b.vget(0), b.not(b.vget(inside)))
    const last = b.or(b.vget(0), b.vget(inside))
    const extend = (bound: number, by: Node, op: 'lt_u' | 'gt_u'): void =>
      b.if(b.cmp(op, by, b.get(bound, 'i64')), () => b.set(bound, by))
    extend(Known.largeFirst, first, 'lt_u')
    extend(Known.largeLast, last, 'gt_u')
  })

  /** Address of the vCPU plus the place of a page among the generations in which code was fetched. */
  const fetchedAt = (b: Builder, address: Node): Node => {
    const page = b.shrU(low(b, address), b.i32(Tlb.pageShift))
    const hash = b.and(b.xor(page, b.shrU(page, b.i32(12))), b.i32(Layout.maxFetched - 1))
    return b.add(b.cpu(), b.shl(hash, b.i32(2)))
  }
  const generation = (b: Builder): Node => b.and(b.get(Head.context, 'i32'), b.i32(generationMask))

  const fetch = irFunction('core.fetch', ['i64'], 'i64', b => {
    const physical = b.newVar('i64')
    b.set(Head.uncached, b.i32(0))
    b.set(Head.accessBytes, b.i32(fetchBytes))
    b.set(Head.spanShift, b.i32(Tlb.pageShift))
    b.vset(physical, b.call(target.functions.translate, b.vget(0), b.i32(Access.fetch)))
    b.if(b.ne(b.vget(physical), b.i64(-1)), () => {
      b.rstore('32u', fetchedAt(b, b.vget(0)), generation(b), Layout.fetched)
      b.if(b.cmp('gt_s', b.get(Head.spanShift, 'i32'), b.i32(Tlb.pageShift)), () =>
        b.call(noteLarge, b.vget(0)),
      )
    })
    b.return(b.vget(physical))
  })

  const forgetPage = irFunction(forgetPageCallee.name, forgetPageCallee.params, undefined, b => {
    const all = (): void => {
      b.call(flush)
      b.return()
    }
    // A large page is spread over any number of entries.
    const afterFirst = b.cmp('ge_u', b.vget(0), b.get(Known.largeFirst, 'i64'))
    b.if(b.and(afterFirst, b.cmp('le_u', b.vget(0), b.get(Known.largeLast, 'i64'))), all)
    const context = b.newVar('i32')
    b.vset(context, b.get(Head.context, 'i32'))
    // Whose code may have come from this page must look again where blocks are.
    const fetched = b.rload('i32', '32s', fetchedAt(b, b.vget(0)), Layout.fetched)
    b.if(b.eq(fetched, b.and(b.vget(context), b.i32(generationMask))), () => {
      b.if(b.eq(fetched, b.i32(generationMask)), all)
      b.set(Head.context, b.add(b.vget(context), b.i32(generationUnit)))
    })
    const page = b.and(b.shrU(low(b, b.vget(0)), b.i32(Tlb.pageShift)), b.i32(Tlb.entries - 1))
    const entry = b.newVar('i32')
    b.vset(entry, b.add(b.cpu(), b.shl(page, b.i32(Tlb.entryShift))))
    for (let mode = 0; mode < target.state.tlbModes; mode++)
      for (const tag of [Tlb.readTag, Tlb.writeTag])
        b.rstore('64', b.vget(entry), b.i64(-1), Layout.tlb + mode * Layout.tlbSize + tag)
    b.set(Known.pagesForgotten, b.add(b.get(Known.pagesForgotten, 'i64'), b.i64(1)))
  })

  return { noteLarge, fetch, forgetPage }
}
