/** fflags, frm, fcsr (chapter "F", section "Floating-Point Control and Status Register"). */
import { S } from '../state.ts'
import { type Csr, rowsFor } from './csr.ts'

export const floatCsrs: readonly Csr[] = [
  ...rowsFor('fflags', {
    fp: true,
    read: b => b.resize(b.get(S.fflags, 'i32'), 'i64', true),
    write: (b, value) => b.set(S.fflags, b.and(b.resize(value, 'i32'), b.i32(31))),
  }),
  ...rowsFor('frm', {
    fp: true,
    read: b => b.resize(b.get(S.frm, 'i32'), 'i64', true),
    write: (b, value) => b.set(S.frm, b.and(b.resize(value, 'i32'), b.i32(7))),
  }),
  ...rowsFor('fcsr', {
    fp: true,
    read: b => b.resize(b.or(b.get(S.fflags, 'i32'), b.shl(b.get(S.frm, 'i32'), b.i32(5))), 'i64', true),
    write: (b, value) => {
      const bits = b.resize(value, 'i32')
      b.set(S.fflags, b.and(bits, b.i32(31)))
      b.set(S.frm, b.and(b.shrU(bits, b.i32(5)), b.i32(7)))
    },
  }),
]
