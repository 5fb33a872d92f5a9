/**
 * Addresses and who may use them: the default memory map, the MPU and the private peripheral bus (Armv7-M ARM, B3.1 and
 * B3.5.3). Virtual addresses are physical ones.
 */
import { type Builder, Head, type IrFunction, irFunction, type Node } from '@guestscope/codegen'
import { Access, accessMode } from '@guestscope/core'
import { Cause } from './causes.ts'
import { Ccr } from './cores.ts'
import { Flags, S, TlbMode } from './state.ts'
import { MpuControl, Permit, Region } from './system/mpu.ts'

/** STIR, which unprivileged code may be allowed to write. */
const stir = 0xe000ef00
const privateBusMask = 0xfff00000 | 0
const privateBus = 0xe0000000 | 0

/** The cause when nobody answers at a physical address. */
export const busError = (access: number): number =>
  (access & 3) === Access.fetch ? Cause.busFaultFetch : Cause.busFaultData

/** What `mpuCheck` answers: bits. */
const Result = { allowed: 1, finerThanPage: 2 } as const

const unprivileged = (b: Builder): Node => b.and(b.get(Head.flags, 'i32'), b.i32(Flags.unprivileged))

/** Does execution begin below 0x40000000 or at 0x60000000 … 0x9FFFFFFF? */
const executableByDefault = (b: Builder, address: Node): Node => {
  const top = b.shrU(address, b.i32(29))
  return b.and(b.cmp('lt_u', top, b.i32(5)), b.ne(top, b.i32(2)))
}

/**
 * (cpu, address i32, kind i32, unprivileged i32) → `Result`: while the MPU is on. The enabled region with the highest
 * number decides.
 */
const mpuCheck: IrFunction = irFunction('arm.mpuCheck', ['i32', 'i32', 'i32'], 'i32', b => {
  const [address, kind, user] = [0, 1, 2] as const
  const at = b.newVar('i32')
  const finer = b.newVar('i32')
  const found = b.newVar('i32')
  const permissions = b.newVar('i32')
  const first = b.add(b.cpu(), b.i32(S.mpuRegions))
  const page = (x: Node): Node => b.and(x, b.i32(-4096))
  b.vset(at, b.add(first, b.mul(b.get(S.mpuCount, 'i32'), b.i32(Region.size))))
  b.vset(finer, b.i32(0))
  b.vset(found, b.i32(0))
  b.vset(permissions, b.i32(0))
  b.loop(() => {
    b.if(b.eq(b.vget(at), first), () => b.break())
    b.vset(at, b.sub(b.vget(at), b.i32(Region.size)))
    const field = (offset: number): Node => b.rload('i32', '32s', b.vget(at), offset)
    const [base, last, subregions] = [field(Region.base), field(Region.last), field(Region.subregions)]
    const shift = b.shrU(subregions, b.i32(8))
    const disabled = b.and(subregions, b.i32(0xff))
    // Is a border inside the page of the address? Then what is found holds for less than the page.
    const start = b.vget(address)
    const crossed = b.or(
      b.and(b.eq(page(base), page(start)), b.ne(base, page(base))),
      b.and(b.eq(page(last), page(start)), b.ne(last, b.or(page(last), b.i32(4095)))),
    )
    const touches = b.and(b.cmp('ge_u', b.or(start, b.i32(4095)), base), b.cmp('le_u', page(start), last))
    const small = b.and(b.ne(disabled, b.i32(0)), b.cmp('lt_u', shift, b.i32(12)))
    b.if(b.or(crossed, b.and(touches, small)), () => b.vset(finer, b.i32(Result.finerThanPage)))
    const inside = b.and(b.cmp('ge_u', start, base), b.cmp('le_u', start, last))
    const index = b.shrU(b.sub(start, base), shift)
    const off = b.and(b.shrU(disabled, index), b.i32(1))
    const decides = b.and(inside, b.or(b.eqz(disabled), b.eqz(off)))
    b.if(b.and(decides, b.eqz(b.vget(found))), () => {
      b.vset(found, b.i32(1))
      b.vset(permissions, field(Region.permissions))
    })
  })
  const allow = (cond: Node): void => b.return(b.or(b.ne(cond, b.i32(0)), b.vget(finer)))
  const fetch = b.eq(b.vget(kind), b.i32(Access.fetch))
  b.if(b.eqz(b.vget(found)), () => {
    const background = b.and(b.get(S.mpuControl, 'i32'), b.i32(MpuControl.defaultMap))
    b.if(b.or(b.vget(user), b.eqz(background)), () => b.return(b.vget(finer)))
    allow(b.or(b.eqz(fetch), executableByDefault(b, b.vget(address))))
  })
  b.if(fetch, () => {
    const system = b.eq(b.shrU(b.vget(address), b.i32(29)), b.i32(7))
    const never = b.and(b.vget(permissions), b.i32(Permit.never))
    b.if(b.or(system, never), () => b.return(b.vget(finer)))
  })
  const write = b.eq(b.vget(kind), b.i32(Access.store))
  const readBit = b.select(b.vget(user), b.i32(Permit.read), b.i32(Permit.privilegedRead))
  const writeBit = b.select(b.vget(user), b.i32(Permit.write), b.i32(Permit.privilegedWrite))
  allow(b.and(b.vget(permissions), b.select(write, writeBit, readBit)))
})

export const mmuFunctions: readonly IrFunction[] = [mpuCheck]

/** `Target.functions.translate`. */
export const translate: IrFunction = irFunction('arm.translate', ['i64', 'i32'], 'i64', b => {
  const [wide, access] = [0, 1] as const
  const address = b.newVar('i32')
  const kind = b.newVar('i32')
  const user = b.newVar('i32')
  const result = b.newVar('i32')
  b.vset(wide, b.and(b.vget(wide), b.i64(0xffffffff)))
  b.vset(address, b.resize(b.vget(wide), 'i32'))
  b.vset(kind, b.and(b.vget(access), b.i32(3)))
  const done = (): void => b.return(b.vget(wide))
  const fail = (cause: Node): void => {
    b.set(Head.trapCause, cause)
    b.set(Head.trapValue, b.vget(wide))
    b.return(b.i64(-1))
  }
  const fetch = b.eq(b.vget(kind), b.i32(Access.fetch))
  const mpuFault = (): void => fail(b.select(fetch, b.i32(Cause.memManageFetch), b.i32(Cause.memManageData)))

  b.if(b.and(b.vget(access), b.i32(Access.debug)), done)
  // LDRT and STRT are unprivileged whatever the mode.
  const asUser = b.eq(accessMode(b, b.vget(access)), b.i32(TlbMode.unprivileged + 1))
  b.vset(user, b.or(b.ne(unprivileged(b), b.i32(0)), asUser))
  b.if(b.eq(b.and(b.vget(address), b.i32(privateBusMask)), b.i32(privateBus)), () => {
    b.if(fetch, mpuFault)
    // The answer is not for the page: nobody reads it from the soft TLB, since it is a device.
    b.if(b.vget(user), () => {
      const pending = b.and(b.get(S.ccr, 'i32'), b.i32(Ccr.userSetPending))
      const isStir = b.eq(b.vget(address), b.i32(stir | 0))
      b.if(b.eqz(b.and(isStir, b.ne(pending, b.i32(0)))), () => fail(b.i32(Cause.busFaultData)))
    })
    done()
  })
  b.if(b.eqz(b.and(b.get(S.mpuControl, 'i32'), b.i32(MpuControl.enable))), () => {
    b.if(fetch, () => b.if(b.eqz(executableByDefault(b, b.vget(address))), mpuFault))
    done()
  })
  const check = (at: Node): Node => b.call(mpuCheck, at, b.vget(kind), b.vget(user))
  b.vset(result, check(b.vget(address)))
  b.if(b.eqz(b.and(b.vget(result), b.i32(Result.allowed))), mpuFault)
  b.if(b.and(b.vget(result), b.i32(Result.finerThanPage)), () => {
    b.set(Head.uncached, b.i32(1))
    const last = b.add(b.vget(address), b.sub(b.get(Head.accessBytes, 'i32'), b.i32(1)))
    b.if(b.eqz(b.and(check(last), b.i32(Result.allowed))), mpuFault)
  })
  done()
})
