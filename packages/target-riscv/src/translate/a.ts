/**
 * Chapter "A" Extension for Atomic Instructions: Zalrsc and Zaamo. One hart runs at a time and interrupts come
 * between instructions, so plain accesses are atomic, and aq and rl have nothing to order.
 */
import type { Builder, IntegerCompare, Node, Operands, Width } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { S } from '../state.ts'
import { type Binary, rd, rs1, rs2, type Xlen, type XType, xType } from './common.ts'
import { Exc } from './context.ts'

/** An access of a word or doubleword in registers of type `x`. */
interface Size {
  readonly suffix: 'w' | 'd'
  readonly bytes: 4 | 8
  readonly width: Width
  /** Type that values are computed in. */
  readonly type: XType
}
const word: Size = { suffix: 'w', bytes: 4, width: '32s', type: 'i32' }
const double: Size = { suffix: 'd', bytes: 8, width: '64', type: 'i64' }

/** The address in rs1; an exception if it is not a multiple of the size. That comes before address translation. */
const aligned = (b: Builder, o: Operands, x: XType, bytes: number, cause: number): Node => {
  const address = o.reg(rs1, x)
  b.if(b.resize(b.and(address, b.const(x, bytes - 1)), 'i32'), () => b.raise(b.i32(cause), address))
  return address
}

/** Reserves the address, and remembers what is there. */
const lr = (x: XType, { suffix, bytes, width }: Size): Semantics => ({
  name: `lr.${suffix}`,
  emit: (b, o) => {
    const address = aligned(b, o, x, bytes, Exc.loadMisaligned)
    const value = b.gload(x, width, address)
    b.set(S.reservation, b.resize(address, 'i64', true))
    b.set(S.reservedValue, b.resize(value, 'i64'))
    o.setReg(rd, value)
  },
})

/**
 * Stores if the reserved address still holds the reserved value, which a store of the same value in between does
 * not change (as in QEMU). Misalignment traps always; without a reservation of this address it fails before any
 * other fault.
 */
const sc = (x: XType, { suffix, bytes, width }: Size): Semantics => ({
  name: `sc.${suffix}`,
  emit: (b, o) => {
    const failed = b.newVar('i32')
    const address = aligned(b, o, x, bytes, Exc.storeMisaligned)
    const value = o.reg(rs2, x)
    b.vset(failed, b.i32(1))
    b.if(b.eq(b.get(S.reservation, 'i64'), b.resize(address, 'i64', true)), () => {
      b.gprobe(width, address)
      const held = b.resize(b.gload(x, width, address), 'i64')
      b.if(b.eq(held, b.get(S.reservedValue, 'i64')), () => {
        b.gstore(width, address, value)
        b.vset(failed, b.i32(0))
      })
    })
    b.set(S.reservation, b.i64(-1))
    o.setReg(rd, b.resize(b.vget(failed), x, true))
  },
})

/** rd := memory[rs1]; memory[rs1] := fn(memory[rs1], rs2). All its faults are those of a store. */
const amo = (x: XType, { suffix, bytes, width, type }: Size, name: string, fn: Binary): Semantics => ({
  name: `${name}.${suffix}`,
  emit: (b, o) => {
    const address = aligned(b, o, x, bytes, Exc.storeMisaligned)
    const other = b.resize(o.reg(rs2, x), type)
    const old = b.gmodify(type, width, address, value => fn(b, value, other))
    o.setReg(rd, b.resize(old, x))
  },
})

const pick =
  (cmp: IntegerCompare): Binary =>
  (b, x, y) =>
    b.select(b.cmp(cmp, x, y), x, y)

const ofSize = (x: XType, size: Size): readonly Semantics[] => [
  lr(x, size),
  sc(x, size),
  amo(x, size, 'amoswap', (_b, _old, y) => y),
  amo(x, size, 'amoadd', (b, old, y) => b.add(old, y)),
  amo(x, size, 'amoxor', (b, old, y) => b.xor(old, y)),
  amo(x, size, 'amoand', (b, old, y) => b.and(old, y)),
  amo(x, size, 'amoor', (b, old, y) => b.or(old, y)),
  amo(x, size, 'amomin', pick('lt_s')),
  amo(x, size, 'amomax', pick('gt_s')),
  amo(x, size, 'amominu', pick('lt_u')),
  amo(x, size, 'amomaxu', pick('gt_u')),
]

/** Load-reserved, store-conditional and atomic memory operations. */
export const atomic = (xlen: Xlen): readonly Semantics[] => {
  const x = xType(xlen)
  return xlen === 32 ? ofSize(x, word) : [...ofSize(x, word), ...ofSize(x, double)]
}
