/** What integer instructions compute, said a second time in big integers and strings of bits. */
import type { Insn, Xlen } from '../../src/isa/index.ts'

/** Operands, unsigned; the result may be any integer that is right modulo 2^xlen. */
type Fn = (x: bigint, y: bigint, bits: number) => bigint

const signed = (v: bigint, bits: number): bigint => BigInt.asIntN(bits, v)
const text = (v: bigint, bits: number): string => v.toString(2).padStart(bits, '0')
const value = (s: string): bigint => BigInt(`0b${s}`)
const choose = (first: boolean, x: bigint, y: bigint): bigint => (first ? x : y)
const bool = (v: boolean): bigint => (v ? 1n : 0n)
const amount = (y: bigint, bits: number): bigint => y % BigInt(bits)
const rotate = (x: bigint, by: bigint, bits: number): bigint => {
  const s = text(x, bits)
  const n = Number(((by % BigInt(bits)) + BigInt(bits)) % BigInt(bits))
  return value(s.slice(n) + s.slice(0, n))
}
const divide: Fn = (x, y, bits) => (y === 0n ? -1n : signed(x, bits) / signed(y, bits))
const remainder: Fn = (x, y, bits) => (y === 0n ? x : signed(x, bits) % signed(y, bits))
const bytesOf = (x: bigint, bits: number): string[] => text(x, bits).match(/.{8}/g) ?? []

const carryless = (x: bigint, y: bigint): bigint =>
  [...y.toString(2)].reduce((sum, bit) => (sum << 1n) ^ (bit === '1' ? x : 0n), 0n)
const half = (x: bigint, bits: number): bigint => BigInt.asUintN(bits, x)
/** Every second bit, from the first or the second on. */
const everySecond = (s: string, first: number): string => [...s].filter((_, i) => i % 2 === first).join('')

const plain: Record<string, Fn> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  sll: (x, y, n) => x << amount(y, n),
  srl: (x, y, n) => x >> amount(y, n),
  sra: (x, y, n) => signed(x, n) >> amount(y, n),
  slt: (x, y, n) => bool(signed(x, n) < signed(y, n)),
  sltu: (x, y) => bool(x < y),
  xor: (x, y) => x ^ y,
  or: (x, y) => x | y,
  and: (x, y) => x & y,
  mul: (x, y) => x * y,
  mulh: (x, y, n) => (signed(x, n) * signed(y, n)) >> BigInt(n),
  mulhsu: (x, y, n) => (signed(x, n) * y) >> BigInt(n),
  mulhu: (x, y, n) => (x * y) >> BigInt(n),
  div: divide,
  divu: (x, y) => (y === 0n ? -1n : x / y),
  rem: remainder,
  remu: (x, y) => (y === 0n ? x : x % y),
  sh1add: (x, y) => 2n * x + y,
  sh2add: (x, y) => 4n * x + y,
  sh3add: (x, y) => 8n * x + y,
  andn: (x, y) => x & ~y,
  orn: (x, y) => x | ~y,
  xnor: (x, y) => ~(x ^ y),
  clz: (x, _y, n) => BigInt(text(x, n).indexOf('1') < 0 ? n : text(x, n).indexOf('1')),
  ctz: (x, _y, n) => BigInt(x === 0n ? n : n - 1 - text(x, n).lastIndexOf('1')),
  cpop: (x, _y, n) => BigInt(text(x, n).replaceAll('0', '').length),
  min: (x, y, n) => choose(signed(x, n) < signed(y, n), x, y),
  minu: (x, y) => choose(x < y, x, y),
  max: (x, y, n) => choose(signed(x, n) < signed(y, n), y, x),
  maxu: (x, y) => choose(x < y, y, x),
  'sext.b': x => signed(x, 8),
  'sext.h': x => signed(x, 16),
  'zext.h': x => BigInt.asUintN(16, x),
  rol: (x, y, n) => rotate(x, y, n),
  ror: (x, y, n) => rotate(x, -amount(y, n), n),
  'orc.b': (x, _y, n) =>
    value(
      bytesOf(x, n)
        .map(byte => (byte.includes('1') ? '11111111' : '00000000'))
        .join(''),
    ),
  rev8: (x, _y, n) => value(bytesOf(x, n).reverse().join('')),
  'czero.eqz': (x, y) => choose(y === 0n, 0n, x),
  'czero.nez': (x, y) => choose(y === 0n, x, 0n),
  clmul: carryless,
  clmulr: (x, y, n) => carryless(x, y) >> BigInt(n - 1),
  clmulh: (x, y, n) => carryless(x, y) >> BigInt(n),
  pack: (x, y, n) => half(x, n / 2) | (half(y, n / 2) << BigInt(n / 2)),
  packh: (x, y) => half(x, 8) | (half(y, 8) << 8n),
  brev8: (x, _y, n) =>
    value(
      bytesOf(x, n)
        .map(byte => [...byte].reverse().join(''))
        .join(''),
    ),
  zip: (x, _y, n) =>
    value([...text(x, n).slice(0, 16)].map((bit, i) => bit + text(x, n).charAt(16 + i)).join('')),
  unzip: (x, _y, n) => value(everySecond(text(x, n), 0) + everySecond(text(x, n), 1)),
  bclr: (x, y, n) => x & ~(1n << amount(y, n)),
  bext: (x, y, n) => (x >> amount(y, n)) & 1n,
  binv: (x, y, n) => x ^ (1n << amount(y, n)),
  bset: (x, y, n) => x | (1n << amount(y, n)),
}

const u32 = (x: bigint): bigint => BigInt.asUintN(32, x)
const uw: Record<string, Fn> = {
  'add.uw': (x, y) => u32(x) + y,
  'sh1add.uw': (x, y) => 2n * u32(x) + y,
  'sh2add.uw': (x, y) => 4n * u32(x) + y,
  'sh3add.uw': (x, y) => 8n * u32(x) + y,
  'slli.uw': (x, y) => u32(x) << y,
}

/** Names that do not follow from the register form by a letter. */
const immediateForms: Record<string, string> = { sltiu: 'sltu' }

/** rd after a computational instruction, unsigned; undefined: not one. */
export function compute(insn: Insn, xlen: Xlen, x: bigint, y: bigint): bigint | undefined {
  const { sem } = insn.row
  const second = insn.row.regs.rs2 === 'x' ? y : BigInt.asUintN(xlen, BigInt(insn.imm))
  const direct = plain[sem] ?? uw[sem] ?? plain[immediateForms[sem] ?? sem.replace(/i$/, '')]
  if (direct) return BigInt.asUintN(xlen, direct(x, second, xlen))
  const narrow = plain[sem.replace(/i?w$/, '')]
  if (narrow && xlen === 64 && sem.endsWith('w')) {
    return BigInt.asUintN(64, BigInt.asIntN(32, narrow(u32(x), u32(second), 32)))
  }
  return undefined
}
