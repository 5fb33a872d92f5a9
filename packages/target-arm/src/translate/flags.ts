/** Condition flags: how they are written and read (Armv7-M ARM, A2.3.2, A7.3 and pseudocode AddWithCarry). */
import { type Builder, type IrFunction, irFunction, type Node } from '@guestscope/codegen'
import { S } from '../state.ts'

export const getN = (b: Builder): Node => b.get(S.n, 'i32')
export const getZ = (b: Builder): Node => b.get(S.z, 'i32')
export const getC = (b: Builder): Node => b.get(S.c, 'i32')
export const getV = (b: Builder): Node => b.get(S.v, 'i32')

/** N and Z of a result. */
export function setNz(b: Builder, result: Node): void {
  b.set(S.n, result)
  b.set(S.z, result)
}

/** A sum and the flags that go with it; nodes that nobody uses vanish. */
export interface Sum {
  readonly result: Node
  /** 0 or 1. */
  readonly carry: Node
  /** Bit 31 counts. */
  readonly overflow: Node
}

/** x + y */
export function sum(b: Builder, x: Node, y: Node): Sum {
  const result = b.add(x, y)
  const overflow = b.and(b.xor(result, x), b.xor(result, y))
  return { result, carry: b.cmp('lt_u', result, x), overflow }
}

/** x - y; the carry is "no borrow". */
export function difference(b: Builder, x: Node, y: Node): Sum {
  const result = b.sub(x, y)
  const overflow = b.and(b.xor(x, y), b.xor(x, result))
  return { result, carry: b.cmp('ge_u', x, y), overflow }
}

/** x + y + carry */
export function sumWithCarry(b: Builder, x: Node, y: Node, carryIn: Node): Sum {
  const result = b.add(b.add(x, y), carryIn)
  const carries = b.or(b.and(x, y), b.and(b.or(x, y), b.not(result)))
  const overflow = b.and(b.xor(result, x), b.xor(result, y))
  return { result, carry: b.shrU(carries, b.i32(31)), overflow }
}

export function setNzcv(b: Builder, { result, carry, overflow }: Sum): void {
  b.set(S.c, carry)
  b.set(S.v, overflow)
  setNz(b, result)
}

/** Conditions 0, 2, 4 … 12: i32, not 0 when they hold; the odd ones are their opposites. */
const even: readonly ((b: Builder) => Node)[] = [
  b => b.eqz(getZ(b)),
  getC,
  b => b.shrU(getN(b), b.i32(31)),
  b => b.shrU(getV(b), b.i32(31)),
  b => b.and(getC(b), b.ne(getZ(b), b.i32(0))),
  b => b.cmp('ge_s', b.xor(getN(b), getV(b)), b.i32(0)),
  b => b.and(b.ne(getZ(b), b.i32(0)), b.cmp('ge_s', b.xor(getN(b), getV(b)), b.i32(0))),
]

const holds = (b: Builder, cond: number): Node => {
  const test = even[cond >> 1]
  if (!test) return b.i32(1)
  if (cond === 1) return b.ne(getZ(b), b.i32(0))
  return cond & 1 ? b.eqz(test(b)) : test(b)
}

/** (cpu, condition) → not 0 if it holds. For T0: reads the flags in memory. */
export const conditionHolds: IrFunction = irFunction('arm.conditionHolds', ['i32'], 'i32', b => {
  for (let cond = 0; cond < 14; cond++) {
    b.if(b.eq(b.vget(0), b.i32(cond)), () => b.return(holds(b, cond)))
  }
  b.return(b.i32(1))
})

/** Does a condition (a node, 0 … 15) hold? i32; 14 and 15 always do. */
export function condition(b: Builder, cond: Node): Node {
  return cond.op === 'const' ? holds(b, Number(cond.imm)) : b.call(conditionHolds, cond)
}

/** APSR as MRS reads it: N Z C V Q in bits 31 … 27, GE in bits 19 … 16. */
export function readApsr(b: Builder): Node {
  const at = (bit: Node, to: number): Node => b.shl(bit, b.i32(to))
  const n = b.and(getN(b), b.i32(1 << 31))
  const v = at(b.shrU(getV(b), b.i32(31)), 28)
  const zc = b.or(at(b.eqz(getZ(b)), 30), at(getC(b), 29))
  const others = b.or(at(b.get(S.q, 'i32'), 27), at(b.get(S.ge, 'i32'), 16))
  return b.or(b.or(n, zc), b.or(v, others))
}

/** N Z C V Q out of the high bits of a word. */
export function writeNzcvq(b: Builder, value: Node): void {
  const bit = (from: number): Node => b.and(b.shrU(value, b.i32(from)), b.i32(1))
  b.set(S.n, value)
  b.set(S.z, b.xor(bit(30), b.i32(1)))
  b.set(S.c, bit(29))
  b.set(S.v, b.shl(value, b.i32(3)))
  b.set(S.q, bit(27))
}
