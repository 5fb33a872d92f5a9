/** Section "Zbc" of chapter "B": carry-less multiplication. */
import { type Builder, type IrFunction, irFunction, type Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { alu, type Xlen } from './common.ts'

/** Sums without carry, over the bits of y, of x shifted step by step. */
const product = (
  name: string,
  isSet: (b: Builder, y: Node) => Node,
  shiftX: Shift,
  shiftY: Shift,
): IrFunction =>
  irFunction(name, ['i64', 'i64'], 'i64', b => {
    const [x, y] = [0, 1] as const
    const sum = b.newVar('i64')
    b.vset(sum, b.i64(0))
    b.loop(() => {
      b.if(b.eqz(b.vget(y)), () => b.break())
      b.if(isSet(b, b.vget(y)), () => b.vset(sum, b.xor(b.vget(sum), b.vget(x))))
      b.vset(x, shiftX(b, b.vget(x)))
      b.vset(y, shiftY(b, b.vget(y)))
    })
    b.return(b.vget(sum))
  })
type Shift = (b: Builder, v: Node) => Node
const left: Shift = (b, v) => b.shl(v, b.i64(1))
const right: Shift = (b, v) => b.shrU(v, b.i64(1))

/** (cpu, x, y) → the low half of the product. */
const low = product('riscv.clmul', (b, y) => b.resize(b.and(y, b.i64(1)), 'i32'), left, right)
/** (cpu, x, y) → bits 63 … 126 of the product. */
const reversed = product('riscv.clmulr', (b, y) => b.cmp('lt_s', y, b.i64(0)), right, left)

export const carrylessFunctions: readonly IrFunction[] = [low, reversed]

/** On RV32 the whole product is the low half of the wider one. */
const part32 = (name: string, shift: number): Semantics =>
  alu('i32', name, (b, x, y) => {
    const whole = b.call(low, b.resize(x, 'i64', true), b.resize(y, 'i64', true))
    return b.resize(b.shrU(whole, b.i64(shift)), 'i32')
  })

export const carryless = (xlen: Xlen): readonly Semantics[] =>
  xlen === 32
    ? [part32('clmul', 0), part32('clmulr', 31), part32('clmulh', 32)]
    : [
        alu('i64', 'clmul', (b, x, y) => b.call(low, x, y)),
        alu('i64', 'clmulr', (b, x, y) => b.call(reversed, x, y)),
        alu('i64', 'clmulh', (b, x, y) => b.shrU(b.call(reversed, x, y), b.i64(1))),
      ]
