/** ecall, ebreak and the privileged instructions ("Privileged Architecture", 3.3 and 4.2). */
import { type Builder, Exit, type Node, type Operands } from '@guestscope/codegen'
import { coreHost, forgetPageCallee, type Semantics } from '@guestscope/core'
import type { Xlen } from '../isa/row.ts'
import { illegalName } from '../isa/undefined.ts'
import { unservedCallee } from '../semihosting.ts'
import { asidField, Cause, Mstatus, S } from '../state.ts'
import { emitMret, emitSret, Priv } from '../trap.ts'
import { rs1, rs2 } from './common.ts'
import { baseOf, type Emit, Exc, illegal, illegalIf, privilege } from './context.ts'

/** Is this bit of mstatus set, which keeps S from something? i32 */
const trapBit = (b: Builder, bit: bigint): Node => b.ne(b.and(b.get(S.mstatus, 'i64'), b.i64(bit)), b.i64(0))

/** Illegal in U, and in S if the bit of mstatus is set. */
function forSupervisor(b: Builder, o: Operands, flags: number | undefined, bit: bigint): void {
  const priv = privilege(b, flags)
  illegalIf(b, o, b.eqz(priv))
  illegalIf(b, o, b.and(b.eq(priv, b.i32(Priv.S)), trapBit(b, bit)))
}

const ecall: Emit = (b, _o, flags) => b.raise(b.add(b.i32(Exc.ecallU), privilege(b, flags)), b.i64(0))

const mret: Emit = (b, o, flags) => {
  illegalIf(b, o, b.ne(privilege(b, flags), b.i32(Priv.M)))
  emitMret(b)
  b.goto(b.get(S.mepc, 'i64'), true)
}

const sret: Emit = (b, o, flags) => {
  forSupervisor(b, o, flags, Mstatus.TSR)
  emitSret(b)
  b.goto(b.get(S.sepc, 'i64'), true)
}

const breakpoint =
  (xlen: Xlen): Emit =>
  (b, o) =>
    b.raise(b.i32(Exc.breakpoint), o.pc(baseOf(xlen).X))

/** The environment. */
export const environment = (xlen: Xlen): readonly Semantics[] => [
  { name: 'ecall', emit: ecall },
  { name: 'ebreak', emit: breakpoint(xlen) },
]

/** What every hart does where no row is: semihosting, served or not, and what is illegal. */
export const withoutRow = (xlen: Xlen): readonly Semantics[] => [
  { name: semihostName, emit: b => b.raise(b.i32(Cause.semihosting), b.i64(0)) },
  {
    name: unservedName,
    emit: (b, o, flags) => {
      b.call(unservedCallee)
      breakpoint(xlen)(b, o, flags)
    },
  },
  { name: illegalName, emit: illegal },
]

/** The return of M, and wfi. */
export const machineMode = (xlen: Xlen): readonly Semantics[] => [
  { name: 'mret', emit: mret },
  {
    name: 'wfi',
    emit: (b, o, flags) => {
      forSupervisor(b, o, flags, Mstatus.TW)
      b.leave(Exit.wait, o.nextPc(baseOf(xlen).X))
    },
  },
]

/** sfence.vma, and sinval.vma, which may do its work at once. */
export function addressFence(xlen: Xlen): Emit {
  const { X } = baseOf(xlen)
  return (b, o, flags) => {
    forSupervisor(b, o, flags, Mstatus.TVM)
    // Address 0 is taken for x0, every address, and ASID 0 for every ASID: more may be forgotten than must be.
    const address = b.resize(o.reg(rs1, X), 'i64', true)
    const asid = b.and(b.resize(o.reg(rs2, X), 'i32'), b.i32(asidField[xlen].mask))
    const onePage = (): void => void b.call(forgetPageCallee, address, b.select(asid, asid, b.i32(-1)))
    const oneSpace = (): void => void b.call(coreHost.forgetSpace, asid)
    const everything = (): void => void b.call(coreHost.flush)
    b.if(b.eqz(address), () => b.if(asid, oneSpace, everything), onePage)
    b.goto(o.nextPc(X), true)
  }
}

/** The return of S, and its fence. */
export const supervisorMode = (xlen: Xlen): readonly Semantics[] => [
  { name: 'sret', emit: sret },
  { name: 'sfence.vma', emit: addressFence(xlen) },
]

/** Names of semantics that the decoder chooses by itself. */
export const semihostName = 'semihost'
export const unservedName = 'semihost unserved'
