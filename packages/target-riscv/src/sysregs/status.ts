/** mstatus and its views (3.1.6, 4.1.1), interrupt enables and pending bits (3.1.8, 3.1.9, 4.1.3). */
import type { Builder, Node } from '@guestscope/codegen'
import type { Xlen } from '../isa/row.ts'
import { Mstatus, S } from '../state.ts'
import { writeStatus } from '../trap.ts'
import { type Csr, type CsrFeatures, type CsrKind, fixed, rowsFor, slot } from './csr.ts'
import { heldPending } from './sstc.ts'

const bits = (...fields: readonly (keyof typeof Mstatus)[]): bigint =>
  fields.reduce((all, f) => all | Mstatus[f], 0n)
/** What S sees, and what M can write. Without f registers FS is 0. */
const supervisorBits = (float: boolean): bigint =>
  bits('SIE', 'SPIE', 'SPP', 'SUM', 'MXR') | (float ? Mstatus.FS : 0n)
const machineBits = (float: boolean): bigint =>
  supervisorBits(float) | bits('MIE', 'MPIE', 'MPP', 'MPRV', 'TVM', 'TW', 'TSR')

/** Supervisor software, timer and external interrupt. */
const supervisorInterrupts = 0x222n
const allInterrupts = 0xaaan
/** Exceptions that can be handed to S: all but the environment call from M. */
const delegable = 0xb3ffn

const keep = (b: Builder, old: Node, value: Node, mask: bigint): Node =>
  b.or(b.and(old, b.i64(~mask)), b.and(value, b.i64(mask)))
const status = (b: Builder): Node => b.get(S.mstatus, 'i64')

/** mstatus with SD, which says that FS is dirty (there is no XS and no VS). */
function withSd(b: Builder, value: Node, xlen: Xlen): Node {
  const dirty = b.eq(b.and(value, b.i64(Mstatus.FS)), b.i64(Mstatus.FS))
  return b.or(value, b.shl(b.resize(dirty, 'i64', true), b.i64(xlen - 1)))
}

/** The supervisor's view of a register through mideleg. */
const delegated = (b: Builder, value: Node): Node => b.and(value, b.get(S.mideleg, 'i64'))

/** Software may write these bits of mip, unless a comparator holds one; the lines stay. */
function writePending(b: Builder, soft: Node, timer: boolean): void {
  const all = b.i64(supervisorInterrupts)
  const bits = b.and(soft, timer ? b.xor(all, heldPending(b)) : all)
  b.set(S.softMip, bits)
  b.set(S.mip, b.or(bits, b.resize(b.get(S.lines, 'i32'), 'i64', true)))
}

function mstatus(xlen: Xlen, machine: bigint): CsrKind {
  return {
    after: 'interrupts',
    read: b => withSd(b, status(b), xlen),
    write: (b, value) => {
      // MPP has no mode 2: such a value leaves it as it is.
      const reserved = b.eq(b.and(value, b.i64(Mstatus.MPP)), b.i64(2n << 11n))
      const mpp = b.and(b.select(reserved, status(b), value), b.i64(Mstatus.MPP))
      const merged = keep(b, status(b), value, machine & ~Mstatus.MPP)
      b.call(writeStatus, b.or(b.and(merged, b.i64(~Mstatus.MPP)), mpp))
    },
  }
}

const sstatus = (xlen: Xlen, supervisor: bigint): CsrKind => ({
  after: 'interrupts',
  read: b => withSd(b, b.and(status(b), b.i64(supervisor | (xlen === 64 ? Mstatus.UXL : 0n))), xlen),
  write: (b, value) => void b.call(writeStatus, keep(b, status(b), value, supervisor)),
})

/** A kind whose writes may make an interrupt takeable. */
const enabling = (kind: CsrKind): CsrKind => ({ ...kind, after: 'interrupts' })

export function statusCsrs(
  xlen: Xlen,
  { float, timer }: Pick<CsrFeatures, 'float' | 'timer'>,
): readonly Csr[] {
  return [
    ...rowsFor('mstatus', mstatus(xlen, machineBits(float))),
    ...(xlen === 32 ? rowsFor('mstatush', fixed(0n)) : []),
    ...rowsFor('sstatus', sstatus(xlen, supervisorBits(float))),
    ...rowsFor('medeleg', slot(S.medeleg, delegable)),
    ...rowsFor('mideleg', enabling(slot(S.mideleg, supervisorInterrupts))),
    ...rowsFor('mie', enabling(slot(S.mie, allInterrupts))),
    ...rowsFor('sie', {
      after: 'interrupts',
      read: b => delegated(b, b.get(S.mie, 'i64')),
      write: (b, value) => {
        const others = b.and(b.get(S.mie, 'i64'), b.not(b.get(S.mideleg, 'i64')))
        b.set(S.mie, b.or(others, delegated(b, value)))
      },
    }),
    ...rowsFor('mip', {
      after: 'interrupts',
      read: b => b.get(S.mip, 'i64'),
      modify: b => b.get(S.softMip, 'i64'),
      write: (b, value) => writePending(b, value, timer),
    }),
    ...rowsFor('sip', {
      after: 'interrupts',
      read: b => delegated(b, b.get(S.mip, 'i64')),
      modify: b => b.get(S.softMip, 'i64'),
      // Of the delegated bits only SSIP can be written.
      write: (b, value) => {
        const writable = b.and(b.get(S.mideleg, 'i64'), b.i64(2))
        const others = b.and(b.get(S.softMip, 'i64'), b.not(writable))
        writePending(b, b.or(others, b.and(value, writable)), timer)
      },
    }),
  ]
}
