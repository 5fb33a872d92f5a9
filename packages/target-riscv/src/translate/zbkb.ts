/** Section "Zbkb" of the scalar cryptography extensions: bit manipulation for cryptography. */
import type { Builder, Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { alu, aluW, type Binary, type Unary, unary, type Xlen, type XType, xType } from './common.ts'
import { basicBits, swap } from './zb.ts'

/** The low `bits` bits of both, those of the second above. */
const pack =
  (bits: number): Binary =>
  (b, x, y) => {
    const type = x.type as XType
    const mask = b.const(type, (1n << BigInt(bits)) - 1n)
    return b.or(b.and(x, mask), b.shl(b.and(y, mask), b.const(type, bits)))
  }

const brev8: Unary = (b, x) => swap(b, swap(b, swap(b, x, 1, 0x55555555), 2, 0x33333333), 4, 0x0f0f0f0f)

/** Exchanges the bits in `mask` with those `n` above. */
const exchange = (b: Builder, x: Node, n: number, mask: number): Node => {
  const differing = b.and(b.xor(b.shrU(x, b.i32(n)), x), b.i32(mask))
  return b.xor(x, b.or(differing, b.shl(differing, b.i32(n))))
}
/** Steps that interleave the bits of the halves. */
const steps: readonly (readonly [n: number, mask: number])[] = [
  [8, 0x0000ff00],
  [4, 0x00f000f0],
  [2, 0x0c0c0c0c],
  [1, 0x22222222],
]
const zip: Unary = (b, x) => steps.reduce((value, [n, mask]) => exchange(b, value, n, mask), x)
const unzip: Unary = (b, x) => steps.reduceRight((value, [n, mask]) => exchange(b, value, n, mask), x)

export const cryptographicBits = (xlen: Xlen): readonly Semantics[] => {
  const x = xType(xlen)
  return [
    ...basicBits(xlen),
    alu(x, 'pack', pack(xlen / 2)),
    alu(x, 'packh', pack(8)),
    unary(x, 'brev8', brev8),
    ...(xlen === 64 ? [aluW('packw', pack(16))] : [unary('i32', 'zip', zip), unary('i32', 'unzip', unzip)]),
  ]
}
