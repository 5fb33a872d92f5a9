/**
 * The slow path of data accesses, in IR: what generated code calls when its own look into the soft TLB has failed. Accesses
 * that are misaligned or cross a page are made here when the soft TLB knows their pages; pages that it does not know are
 * translated and entered; the rest (devices, code that is overwritten, protection finer than a page) is JavaScript's.
 */
import {
  AccessHow,
  type Builder,
  Exit,
  Head,
  type IrFunction,
  irFunction,
  type Node,
  pageShift,
  pageSize,
  type Runtime,
  Tlb,
  type Width,
} from '@guestscope/codegen'
import { coreHost } from '../engine/callees.ts'
import { Access, type Target } from '../target.ts'
import { Layout, Space } from './layout.ts'
import { codeWordShift, type GuestMemory, PageFlag } from './memory.ts'

/** What `core.fill` answers; slow: JavaScript must make the access. */
const Fill = { done: 0, fault: 1, slow: 2 } as const

const tagOf = { [Access.load]: Tlb.readTag, [Access.store]: Tlb.writeTag } as const
type Kind = keyof typeof tagOf

const low = (b: Builder, x: Node): Node => b.resize(x, 'i32')
const high = (b: Builder, x: Node): Node => b.resize(b.shrU(x, b.i64(32)), 'i32')
const wide = (b: Builder, x: Node): Node => b.resize(x, 'i64', true)

const pageOf = (b: Builder, address: Node): Node => b.and(address, b.i64(-pageSize))
/** Address of the entry for an address in a soft TLB. */
const entryOf = (b: Builder, tlb: Node, address: Node): Node => {
  const slot = b.shrU(low(b, address), b.i32(pageShift - Tlb.entryShift))
  return b.add(tlb, b.and(slot, b.i32((Tlb.entries - 1) << Tlb.entryShift)))
}
/** Address of the soft TLB that an access goes through. */
const tlbOf = (b: Builder, how: Node): Node => {
  const mode = b.shrU(how, b.i32(AccessHow.modeShift))
  const first = b.add(b.get(Head.space, 'i32'), b.i32(Space.tlb - Layout.tlbSize))
  return b.select(mode, b.add(first, b.mul(mode, b.i32(Layout.tlbSize))), b.get(Head.tlb, 'i32'))
}

/** An access as the functions here get it: (address i64, `AccessHow` i32, …). */
interface SlowAccess {
  readonly address: Node
  readonly how: Node
  readonly bytes: Node
  /** Bytes from the address to the end of its page. */
  readonly room: Node
  readonly crosses: Node
  /** Address of the page after that of the address. */
  readonly second: Node
}

/** Machine-independent parts that the slow path stands on. */
interface Parts {
  /** (cpu, physical) → linear address or 0. */
  readonly linear: IrFunction
  /** (cpu, address): the page that has been translated is larger than one of the soft TLB. */
  readonly noteLarge: IrFunction
}

/** The functions of the slow path. */
export interface SoftTlbFunctions {
  readonly all: readonly IrFunction[]
  readonly runtime: Pick<
    Runtime,
    'missedLoad' | 'missedStore' | 'slowLoad' | 'slowStore' | 'slowModify' | 'slowProbe' | 'tlbs'
  >
}

export function softTlbFunctions(target: Target, memory: GuestMemory, parts: Parts): SoftTlbFunctions {
  const slowAccess = (b: Builder): SlowAccess => {
    const [address, how] = [b.vget(0), b.vget(1)]
    const bytes = b.and(how, b.i32(AccessHow.bytes))
    const room = b.sub(b.i32(pageSize), b.and(low(b, address), b.i32(pageSize - 1)))
    const next = b.add(pageOf(b, address), b.i64(pageSize))
    const second = target.addressType === 'i32' ? b.and(next, b.i64(0xffffffff)) : next
    return { address, how, bytes, room, crosses: b.cmp('gt_u', bytes, room), second }
  }

  // (cpu, address, access with mode) → `Fill`: translates an address and enters its page into the soft TLB.
  const fill = irFunction('core.fill', ['i64', 'i32'], 'i32', b => {
    const [address, access] = [b.vget(0), b.vget(1)]
    b.set(Head.uncached, b.i32(0))
    b.set(Head.spanShift, b.i32(pageShift))
    const physical = b.call(target.functions.translate, address, access)
    b.if(b.eq(physical, b.i64(-1)), () => {
      b.set(Head.exit, b.i32(Exit.trap))
      b.return(b.i32(Fill.fault))
    })
    const host = b.call(parts.linear, physical)
    const slow = (): void => {
      b.set(Head.physical, physical)
      b.return(b.i32(Fill.slow))
    }
    b.if(b.or(b.eqz(host), b.get(Head.uncached, 'i32')), slow)
    const larger = b.cmp('gt_s', b.get(Head.spanShift, 'i32'), b.i32(pageShift))
    b.if(larger, () => b.call(parts.noteLarge, address))
    const entry = entryOf(b, tlbOf(b, access), address)
    const page = pageOf(b, address)
    // The two tags share the addend: an entry serves one page.
    const claim = (mine: number, other: number, tag: Node): void => {
      const same = b.eq(b.and(b.rload('i64', '64', entry, other), b.i64(-2)), page)
      b.if(b.eqz(same), () => b.rstore('64', entry, b.i64(-1), other))
      b.rstore('64', entry, tag, mine)
    }
    b.if(
      b.and(access, b.i32(Access.store)),
      () => {
        const flags = b.rload('i32', '8u', b.shrU(host, b.i32(pageShift)), memory.pageFlags)
        b.if(b.and(flags, b.i32(PageFlag.readonly)), slow)
        // Bit 0 guards a page that may be written, but holds code: no inline probe matches the tag.
        claim(Tlb.writeTag, Tlb.readTag, b.or(page, wide(b, b.and(flags, b.i32(PageFlag.code)))))
      },
      () => claim(Tlb.readTag, Tlb.writeTag, page),
    )
    b.rstore('32u', entry, b.sub(host, low(b, address)), Tlb.addend)
    b.return(b.i32(Fill.done))
  })

  /** What the soft TLB knows of an address. */
  const lookUp = (b: Builder, tlb: Node, address: Node, tag: number) => {
    const entry = entryOf(b, tlb, address)
    const held = b.rload('i64', '64', entry, tag)
    return {
      known: b.eq(b.and(held, b.i64(-2)), pageOf(b, address)),
      guarded: b.and(low(b, held), b.i32(1)),
      host: b.add(low(b, address), b.rload('i32', '32s', entry, Tlb.addend)),
    }
  }

  /** Data beside code: only stores to a word with code take JavaScript's way. `first`, `last`: bytes in linear memory. */
  const ifFree = (b: Builder, guarded: Node, first: Node, last: Node, then: () => void): void => {
    const codeAt = (at: Node): Node =>
      b.rload('i32', '8u', b.shrU(at, b.i32(codeWordShift)), memory.codeWords)
    const touched = b.newVar('i32')
    b.vset(touched, guarded)
    b.if(guarded, () => b.vset(touched, b.or(codeAt(first), codeAt(last))))
    b.if(b.eqz(b.vget(touched)), then)
  }

  /**
   * If the soft TLB knows all pages of the access and nothing forbids to touch them: `whole` with the linear address, or, if
   * it crosses a page, `split` with those of both parts. (Hosts are slow where an access crosses one of their pages: even
   * one whole store where the pages follow each other takes longer than parts.)
   */
  const ifKnown = (
    b: Builder,
    access: SlowAccess,
    kind: Kind,
    whole: (host: Node) => void,
    split: (first: Node, second: Node) => void,
  ): void => {
    const { address, bytes, room, second } = access
    const tag = tagOf[kind]
    const guard = (guarded: Node, from: Node, last: Node, then: () => void): void =>
      kind === Access.store ? ifFree(b, guarded, from, last, then) : then()
    const tlb = tlbOf(b, access.how)
    const p = lookUp(b, tlb, address, tag)
    b.if(
      access.crosses,
      () => {
        const q = lookUp(b, tlb, second, tag)
        b.if(b.and(p.known, q.known), () => {
          const last = b.sub(b.add(q.host, b.sub(bytes, room)), b.i32(1))
          guard(b.or(p.guarded, q.guarded), p.host, last, () => split(p.host, q.host))
        })
      },
      () =>
        b.if(p.known, () => {
          const last = b.sub(b.add(p.host, bytes), b.i32(1))
          guard(p.guarded, p.host, last, () => whole(p.host))
        }),
    )
  }

  const widths: readonly (readonly [bytes: number, width: Width])[] = [
    [4, '32u'],
    [2, '16u'],
    [1, '8u'],
  ]

  /** Loads and returns the value, zero-extended, if that is possible at once. */
  const loadKnown = (b: Builder, access: SlowAccess): void => {
    const { bytes, room } = access
    const bits = (n: Node): Node => wide(b, b.shl(n, b.i32(3)))
    ifKnown(
      b,
      access,
      Access.load,
      host => {
        for (const [n, width] of widths)
          b.if(b.eq(bytes, b.i32(n)), () => b.return(b.mload('i64', width, host)))
        b.return(b.mload('i64', '64', host))
      },
      (first, second) => {
        // The last 8 bytes of the one page, the first 8 of the other.
        const end = b.sub(b.add(first, room), b.i32(8))
        const lower = b.shrU(b.mload('i64', '64', end), bits(b.sub(b.i32(8), room)))
        const upper = b.shl(b.mload('i64', '64', second), bits(room))
        const mask = b.shrU(b.i64(-1), bits(b.sub(b.i32(8), bytes)))
        b.return(b.and(b.or(lower, upper), mask))
      },
    )
  }

  /** Stores and returns, if that is possible at once. */
  const storeKnown = (b: Builder, access: SlowAccess): void => {
    const { bytes, room } = access
    const value = b.vget(2)
    /** Up to 7 bytes. */
    const storePart = (host: Node, count: Node, part: Node): void => {
      const at = b.newVar('i32')
      const left = b.newVar('i64')
      b.vset(at, host)
      b.vset(left, part)
      for (const [n, width] of widths)
        b.if(b.and(count, b.i32(n)), () => {
          b.mstore(width, b.vget(at), b.vget(left))
          b.vset(at, b.add(b.vget(at), b.i32(n)))
          b.vset(left, b.shrU(b.vget(left), b.i64(8 * n)))
        })
    }
    ifKnown(
      b,
      access,
      Access.store,
      host => {
        for (const [n, width] of widths)
          b.if(b.eq(bytes, b.i32(n)), () => {
            b.mstore(width, host, value)
            b.return()
          })
        b.mstore('64', host, value)
        b.return()
      },
      (first, second) => {
        storePart(first, room, value)
        storePart(second, b.sub(bytes, room), b.shrU(value, wide(b, b.shl(room, b.i32(3)))))
        b.return()
      },
    )
  }

  /**
   * Translates all pages of an access, those known already, too; `fail` where a fault is described, of the first page that has one.
   * `then` makes the access and returns if that is possible now. What follows the call needs JavaScript and exact time.
   */
  const translated = (
    b: Builder,
    access: SlowAccess,
    kind: Kind,
    fail: () => void,
    then: () => void,
  ): void => {
    const { address, how, bytes, room, crosses, second } = access
    const mode = b.and(how, b.i32(~AccessHow.bytes))
    const result = b.newVar('i32')
    const fillFor = (at: Node, length: Node): void => {
      b.set(Head.accessBytes, length)
      b.vset(result, b.call(fill, at, b.or(mode, b.i32(kind))))
      b.if(b.eq(b.vget(result), b.i32(Fill.fault)), fail)
    }
    b.set(Head.physical, b.i64(-1))
    fillFor(address, b.select(crosses, room, bytes))
    b.if(crosses, () => {
      b.if(b.eqz(b.vget(result)), () => fillFor(second, b.sub(bytes, room)))
      b.set(Head.physical, b.i64(-1)) // that was of a part
    })
    b.if(b.eqz(b.vget(result)), then)
    // T0 runs the instruction alone.
    b.if(b.eqz(b.get(Head.single, 'i32')), () => {
      b.set(Head.exit, b.i32(Exit.step))
      fail()
    })
  }

  const slowLoad = irFunction('core.slowLoad', ['i64', 'i32'], 'i64', b => {
    const access = slowAccess(b)
    const { address, how } = access
    translated(
      b,
      access,
      Access.load,
      () => b.return(b.i64(0)),
      () => loadKnown(b, access),
    )
    b.call(coreHost.load, low(b, address), high(b, address), how)
    b.return(b.get(Head.value, 'i64'))
  })
  const missedLoad = irFunction('core.missedLoad', ['i64', 'i32'], 'i64', b => {
    const access = slowAccess(b)
    loadKnown(b, access)
    b.return(b.call(slowLoad, access.address, access.how))
  })

  const slowStore = irFunction('core.slowStore', ['i64', 'i32', 'i64'], undefined, b => {
    const access = slowAccess(b)
    const { address, how } = access
    translated(
      b,
      access,
      Access.store,
      () => b.return(),
      () => storeKnown(b, access),
    )
    b.set(Head.value, b.vget(2))
    b.call(coreHost.store, low(b, address), high(b, address), how)
  })
  const missedStore = irFunction('core.missedStore', ['i64', 'i32', 'i64'], undefined, b => {
    const access = slowAccess(b)
    storeKnown(b, access)
    b.call(slowStore, access.address, access.how, b.vget(2))
  })

  const slowProbe = irFunction('core.slowProbe', ['i64', 'i32'], undefined, b => {
    const access = slowAccess(b)
    const { address, how } = access
    const done = (): void => b.return()
    translated(b, access, Access.store, done, () => ifKnown(b, access, Access.store, done, done))
    b.call(coreHost.probe, low(b, address), high(b, address), how)
  })

  const slowModify = irFunction('core.slowModify', ['i64', 'i32'], 'i64', b => {
    b.call(slowProbe, b.vget(0), b.vget(1))
    b.if(b.get(Head.exit, 'i32'), () => b.return(b.i64(0)))
    b.return(b.call(missedLoad, b.vget(0), b.vget(1)))
  })

  const functions = { missedLoad, missedStore, slowLoad, slowStore, slowModify, slowProbe }
  return { all: [fill, ...Object.values(functions)], runtime: { ...functions, tlbs: Space.tlb } }
}
