/** The other CSRs of M and S: identity, trap handling, address translation, environment, PMP. */
import { type Builder, Head, type IrFunction, irFunction, type Node } from '@guestscope/codegen'
import { coreHost } from '@guestscope/core'
import type { Xlen } from '../isa/row.ts'
import { pmpEntries, pmpWriteAddress, pmpWriteConfig } from '../pmp.ts'
import { asidField, Mstatus, S } from '../state.ts'
import { type Csr, type CsrFeatures, type CsrKind, family, fixed, low32, rowsFor, slot } from './csr.ts'
import { enableWritten } from './sstc.ts'

/** mtvec, stvec: the modes are 0 (direct) and 1 (vectored); a write with another one has no effect. */
const trapVector = (offset: number): CsrKind => ({
  read: b => b.get(offset, 'i64'),
  write: (b, value) => b.if(b.eqz(b.and(b.resize(value, 'i32'), b.i32(2))), () => b.set(offset, value)),
})

/** mepc, sepc: with 16-bit instructions only bit 0 is fixed. */
const exceptionPc = (offset: number): CsrKind => slot(offset, ~1n)

/** (cpu, value): an unsupported mode leaves satp as it is. A change leads into another address space (4.1.11). */
const writeSatp = (xlen: Xlen): IrFunction =>
  irFunction(`riscv.writeSatp${xlen}`, ['i64'], undefined, b => {
    const changed = b.ne(b.vget(0), b.get(S.satp, 'i64'))
    const mode = b.resize(b.shrU(b.vget(0), b.i64(60)), 'i32')
    const known = b.or(b.eqz(mode), b.cmp('le_u', b.sub(mode, b.i32(8)), b.i32(1)))
    b.if(xlen === 64 ? b.and(known, changed) : changed, () => {
      const { shift, mask } = asidField[xlen]
      b.set(S.satp, b.vget(0))
      b.set(Head.value, b.vget(0))
      b.call(coreHost.enterSpace, b.and(b.resize(b.shrU(b.vget(0), b.i64(shift)), 'i32'), b.i32(mask)))
    })
  })
const satpWriters = { 32: writeSatp(32), 64: writeSatp(64) } as const

const satp = (xlen: Xlen): CsrKind => ({
  after: 'dispatch',
  // mstatus.TVM keeps S away from it.
  legal: (b, priv) => {
    const tvm = b.ne(b.and(b.get(S.mstatus, 'i64'), b.i64(Mstatus.TVM)), b.i64(0))
    return b.eqz(b.and(tvm, b.eq(priv, b.i32(1))))
  },
  read: b => b.get(S.satp, 'i64'),
  write: (b, value) => void b.call(satpWriters[xlen], value),
})

/** Number of the first entry that a pmpcfg register holds; or of the entry of a pmpaddr register. */
const below = (b: Builder, number: Node, first: number): Node => b.sub(number, b.i32(first))

const pmpConfig = (xlen: Xlen): CsrKind => {
  // pmpcfg0 … 3 hold four bytes each; RV64 takes the even ones and reads eight.
  const first = (b: Builder, number: Node): Node => b.shl(below(b, number, 0x3a0), b.i32(2))
  return {
    after: 'dispatch',
    read: (b, number) => {
      const place = b.add(b.cpu(), first(b, number))
      return b.rload('i64', xlen === 64 ? '64' : '32u', place, S.pmpcfg)
    },
    write: (b, value, number) => void b.call(pmpWriteConfig, first(b, number), value, b.i32(xlen / 8)),
  }
}

const pmpAddress = (xlen: Xlen): CsrKind => ({
  after: 'dispatch',
  read: (b, number) => {
    const place = b.add(b.cpu(), b.shl(below(b, number, 0x3b0), b.i32(3)))
    return b.rload('i64', '64', place, S.pmpaddr)
  },
  write: (b, value, number) => {
    const bits = xlen === 64 ? b.and(value, b.i64((1n << 54n) - 1n)) : value
    b.call(pmpWriteAddress, below(b, number, 0x3b0), bits)
  },
})

export const machineFunctions: readonly IrFunction[] = Object.values(satpWriters)

const every = (first: number, last: number, step: number): string =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .filter(n => (n - first) % step === 0)
    .map(n => `pmpcfg${n}`)
    .join(' ')

/** FIOM of menvcfg and senvcfg, which changes nothing on a hart whose accesses are in order. */
const fiom = 1n

/** menvcfg, of which RV32 sees the halves: the one from bit `from` on. */
function environmentHalf(from: 0 | 32, writable: bigint, xlen: Xlen, timer: boolean): CsrKind {
  const half = xlen === 64 ? -1n : low32
  const mask = BigInt.asUintN(64, writable & (half << BigInt(from)))
  const read = (b: Builder): Node => b.and(b.shrU(b.get(S.menvcfg, 'i64'), b.i64(from)), b.i64(half))
  const write = (b: Builder, value: Node): void => {
    const old = b.get(S.menvcfg, 'i64')
    b.set(S.menvcfg, b.or(b.and(old, b.i64(~mask)), b.and(b.shl(value, b.i64(from)), b.i64(mask))))
    if (timer) enableWritten(b, old)
  }
  return timer ? { read, write, exact: true, after: 'interrupts' } : { read, write }
}

export function machineCsrs(
  xlen: Xlen,
  { misa, environment, timer }: Pick<CsrFeatures, 'misa' | 'environment' | 'timer'>,
): readonly Csr[] {
  const zero = fixed(0n)
  const pmpStep = xlen === 64 ? 2 : 1
  return [
    ...rowsFor('mvendorid marchid mimpid mconfigptr', zero),
    ...rowsFor('mhartid', { read: b => b.resize(b.get(Head.index, 'i32'), 'i64', true) }),
    ...rowsFor('misa', fixed(misa)),

    ...rowsFor('mtvec', trapVector(S.mtvec)),
    ...rowsFor('mscratch', slot(S.mscratch)),
    ...rowsFor('mepc', exceptionPc(S.mepc)),
    ...rowsFor('mcause', slot(S.mcause)),
    ...rowsFor('mtval', slot(S.mtval)),
    ...rowsFor('menvcfg', environmentHalf(0, fiom | environment.machine, xlen, timer)),
    ...(xlen === 32 ? rowsFor('menvcfgh', environmentHalf(32, environment.machine, xlen, timer)) : []),

    ...rowsFor('stvec', trapVector(S.stvec)),
    ...rowsFor('sscratch', slot(S.sscratch)),
    ...rowsFor('sepc', exceptionPc(S.sepc)),
    ...rowsFor('scause', slot(S.scause)),
    ...rowsFor('stval', slot(S.stval)),
    ...rowsFor('senvcfg', slot(S.senvcfg, fiom | environment.supervisor)),
    ...rowsFor('satp', satp(xlen)),

    ...rowsFor(every(0, 3, pmpStep), pmpConfig(xlen)),
    ...rowsFor(family('pmpaddr', 0, pmpEntries - 1), pmpAddress(xlen)),
    // Entries that are not implemented read 0.
    ...rowsFor(every(4, 15, pmpStep), zero),
    ...rowsFor(family('pmpaddr', pmpEntries, 63), zero),
  ]
}
