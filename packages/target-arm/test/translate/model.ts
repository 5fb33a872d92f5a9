/** What computational instructions do, written after the manual's pseudocode with bigints: the tests' own opinion. */
import type { Case } from './harness.ts'

/** Registers and flags before, by slot; all registers unsigned. */
export interface Before {
  readonly rd: bigint
  readonly rn: bigint
  readonly rm: bigint
  readonly ra: bigint
  readonly n: boolean
  readonly z: boolean
  readonly c: boolean
  readonly v: boolean
  readonly q: boolean
  readonly ge: number
}
/** What changes. */
export interface After {
  rd?: bigint
  ra?: bigint
  n?: boolean
  z?: boolean
  c?: boolean
  v?: boolean
  q?: boolean
  ge?: number
}

const u32 = (x: bigint): bigint => BigInt.asUintN(32, x)
const s32 = (x: bigint): bigint => BigInt.asIntN(32, x)
const field = (x: number | bigint, from: number, bits: number): bigint =>
  (BigInt(x) >> BigInt(from)) & ((1n << BigInt(bits)) - 1n)

/** Shift_C */
export function shiftC(value: bigint, type: number, n: bigint, carry: boolean): [bigint, boolean] {
  if (type === 4) return [(BigInt(carry) << 31n) | (value >> 1n), (value & 1n) === 1n]
  if (n === 0n) return [value, carry]
  if (type === 0) return [u32(value << n), field(value << n, 32, 1) === 1n]
  if (type === 1) return [value >> n, field(value, Number(n) - 1, 1) === 1n]
  if (type === 2) {
    const signed = s32(value)
    return [u32(signed >> n), ((signed >> (n - 1n)) & 1n) === 1n]
  }
  const m = n % 32n
  const result = m ? u32((value >> m) | (value << (32n - m))) : value
  return [result, result >> 31n === 1n]
}

/** AddWithCarry */
function addWithCarry(
  x: bigint,
  y: bigint,
  carry: boolean,
): Required<Pick<After, 'n' | 'z' | 'c' | 'v'>> & {
  result: bigint
} {
  const unsigned = x + y + BigInt(carry)
  const signed = s32(x) + s32(y) + BigInt(carry)
  const result = u32(unsigned)
  return {
    result,
    n: result >> 31n === 1n,
    z: result === 0n,
    c: result !== unsigned,
    v: s32(result) !== signed,
  }
}

const logical: Record<string, (x: bigint, y: bigint) => bigint> = {
  and: (x, y) => x & y,
  bic: (x, y) => x & u32(~y),
  orr: (x, y) => x | y,
  orn: (x, y) => x | u32(~y),
  eor: (x, y) => x ^ y,
  mov: (_x, y) => y,
  mvn: (_x, y) => u32(~y),
  tst: (x, y) => x & y,
  teq: (x, y) => x ^ y,
}
const sums: Record<string, (x: bigint, y: bigint, c: boolean) => ReturnType<typeof addWithCarry>> = {
  add: (x, y) => addWithCarry(x, y, false),
  adc: (x, y, c) => addWithCarry(x, y, c),
  sub: (x, y) => addWithCarry(x, u32(~y), true),
  sbc: (x, y, c) => addWithCarry(x, u32(~y), c),
  rsb: (x, y) => addWithCarry(u32(~x), y, true),
  cmp: (x, y) => addWithCarry(x, u32(~y), true),
  cmn: (x, y) => addWithCarry(x, y, false),
}

function dataProcessing(c: Case, s: Before): After | undefined {
  const [op = '', form = ''] = c.sem.split('.')
  const aux = c.aux ?? 0
  let y = s.rm
  let carry = s.c
  if (form === 'imm') {
    y = u32(BigInt(c.imm ?? 0))
    if (aux & 2) carry = y >> 31n === 1n
  } else if (form === 'shift') {
    ;[y, carry] = shiftC(s.rm, Number(field(aux, 1, 3)), field(aux, 4, 6), s.c)
  } else if (form === 'r') {
    const type = ['lsl', 'lsr', 'asr', 'ror'].indexOf(op)
    if (type < 0) return undefined
    const [result, out] = shiftC(s.rn, type, s.rm & 0xffn, s.c)
    return { rd: result, ...(aux & 1 && { n: result >> 31n === 1n, z: result === 0n, c: out }) }
  } else if (form !== 'reg') return undefined
  const test = ['tst', 'teq', 'cmp', 'cmn'].includes(op)
  const flags = test || aux & 1
  const [logic, arithmetic] = [logical[op], sums[op]]
  if (logic) {
    const result = logic(s.rn, y)
    return {
      ...(!test && { rd: result }),
      ...(flags && { n: result >> 31n === 1n, z: result === 0n, c: carry }),
    }
  }
  if (!arithmetic) return undefined
  const { result, n, z, c: cOut, v } = arithmetic(s.rn, y, s.c)
  return { ...(!test && { rd: result }), ...(flags && { n, z, c: cOut, v }) }
}

const bits = (x: bigint, from: number, n: number): bigint => field(x, from, n)
const signedBits = (x: bigint, from: number, n: number): bigint => BigInt.asIntN(n, x >> BigInt(from))
const ror = (x: bigint, n: number): bigint => shiftC(x, 3, BigInt(n), false)[0]
const split = (x: bigint): After => ({ rd: u32(x), ra: u32(x >> 32n) })
const clamp = (x: bigint, min: bigint, max: bigint): bigint => (x < min ? min : x > max ? max : x)
const signedSat = (x: bigint, n: number): [bigint, boolean] => {
  const near = clamp(x, -(1n << BigInt(n - 1)), (1n << BigInt(n - 1)) - 1n)
  return [near, near !== x]
}
const unsignedSat = (x: bigint, n: number): [bigint, boolean] => {
  const near = clamp(x, 0n, (1n << BigInt(n)) - 1n)
  return [near, near !== x]
}
const reverse = (x: bigint, unit: number, within: number): bigint => {
  let result = 0n
  for (let i = 0; i < 32; i += unit) {
    const group = i - (i % within)
    result |= bits(x, i, unit) << BigInt(group + within - unit - (i % within))
  }
  return result
}

function parallel(sem: string, s: Before): After | undefined {
  const match = /^(s|u|q|uq|sh|uh)(add16|asx|sax|sub16|add8|sub8)$/.exec(sem)
  if (!match) return undefined
  const [, kind = '', shape = ''] = match
  const n = shape.endsWith('8') ? 8 : 16
  const signed = ['s', 'q', 'sh'].includes(kind)
  let [rd, ge] = [0n, 0]
  for (let lane = 0; lane < 32 / n; lane++) {
    const adds = shape.startsWith('add') || (shape === 'asx' && lane === 1) || (shape === 'sax' && lane === 0)
    const other = shape.endsWith('x') ? 1 - lane : lane
    const get = signed ? signedBits : bits
    const [x, y] = [get(s.rn, n * lane, n), get(s.rm, n * other, n)]
    const exact = adds ? x + y : x - y
    const value = {
      q: signedSat(exact, n)[0],
      uq: unsignedSat(exact, n)[0],
      sh: exact >> 1n,
      uh: exact >> 1n,
    }[kind]
    rd |= BigInt.asUintN(n, value ?? exact) << BigInt(n * lane)
    const flag = kind === 'u' && adds ? exact >= 1n << BigInt(n) : exact >= 0n
    if (flag) ge |= (n === 8 ? 1 : 3) << ((n / 8) * lane)
  }
  return { rd, ...((kind === 's' || kind === 'u') && { ge }) }
}

type Rule = (s: Before, aux: number, imm: bigint) => After
const half = (x: bigint, top: number): bigint => signedBits(x, 16 * top, 16)
const withQ = (s: Before, exact: bigint): After => ({ rd: u32(exact), q: s.q || s32(exact) !== exact })
const acc64 = (s: Before): bigint => (s.ra << 32n) | s.rd
const dual = (s: Before, aux: number, sign: bigint): bigint => {
  const rm = aux & 1 ? ror(s.rm, 16) : s.rm
  return half(s.rn, 0) * half(rm, 0) + sign * half(s.rn, 1) * half(rm, 1)
}
const doubled = (s: Before): [bigint, boolean] => signedSat(2n * s32(s.rn), 32)
const q32 = (s: Before, exact: bigint, already = false): After => {
  const [value, sat] = signedSat(exact, 32)
  return { rd: u32(value), q: s.q || sat || already }
}
const saturated = (s: Before, aux: number, to: (x: bigint, n: number) => [bigint, boolean]): After => {
  const amount = field(aux, 7, 5)
  const operand = s32(shiftC(s.rn, aux & 64 ? 2 : 0, amount, false)[0])
  const [value, sat] = to(operand, aux & 63)
  return { rd: u32(value), q: s.q || sat }
}
const saturated16 = (s: Before, aux: number, to: (x: bigint, n: number) => [bigint, boolean]): After => {
  const [l, lSat] = to(half(s.rn, 0), aux & 63)
  const [h, hSat] = to(half(s.rn, 1), aux & 63)
  return { rd: BigInt.asUintN(16, l) | (BigInt.asUintN(16, h) << 16n), q: s.q || lSat || hSat }
}
const extend: Record<string, (x: bigint) => bigint> = {
  sxtb: x => u32(signedBits(x, 0, 8)),
  sxth: x => u32(signedBits(x, 0, 16)),
  uxtb: x => bits(x, 0, 8),
  uxth: x => bits(x, 0, 16),
}
const extend16: Record<string, (x: bigint, from: number) => bigint> = {
  sxtb16: (x, from) => signedBits(x, from, 8),
  uxtb16: (x, from) => bits(x, from, 8),
}
const sad = (s: Before): bigint =>
  [0, 8, 16, 24]
    .map(i => bits(s.rn, i, 8) - bits(s.rm, i, 8))
    .reduce((total, d) => total + (d < 0n ? -d : d), 0n)
const most = (s: Before, aux: number, base: bigint, sign: bigint): After => ({
  rd: u32((base + sign * s32(s.rn) * s32(s.rm) + (aux & 1 ? 0x80000000n : 0n)) >> 32n),
})
const fieldMask = (aux: number): bigint => ((1n << (field(aux, 5, 5) + 1n)) - 1n) << field(aux, 0, 5)

const rules: Record<string, Rule> = {
  movt: (s, _aux, imm) => ({ rd: (imm << 16n) | (s.rd & 0xffffn) }),
  mul: (s, aux) => {
    const rd = u32(s.rn * s.rm)
    return { rd, ...(aux & 1 && { n: rd >> 31n === 1n, z: rd === 0n }) }
  },
  mla: s => ({ rd: u32(s.rn * s.rm + s.ra) }),
  mls: s => ({ rd: u32(s.ra - s.rn * s.rm) }),
  umull: s => split(s.rn * s.rm),
  smull: s => split(s32(s.rn) * s32(s.rm)),
  umlal: s => split(s.rn * s.rm + acc64(s)),
  smlal: s => split(s32(s.rn) * s32(s.rm) + acc64(s)),
  umaal: s => split(s.rn * s.rm + s.ra + s.rd),
  sdiv: s => ({ rd: s.rm ? u32(s32(s.rn) / s32(s.rm)) : 0n }),
  udiv: s => ({ rd: s.rm ? s.rn / s.rm : 0n }),
  clz: s => ({ rd: s.rm ? BigInt(32 - s.rm.toString(2).length) : 32n }),
  rbit: s => ({ rd: reverse(s.rm, 1, 32) }),
  rev: s => ({ rd: reverse(s.rm, 8, 32) }),
  rev16: s => ({ rd: reverse(s.rm, 8, 16) }),
  revsh: s => ({ rd: u32(BigInt.asIntN(16, reverse(s.rm, 8, 16))) }),
  bfi: (s, aux) => ({
    rd: (s.rd & u32(~fieldMask(aux))) | ((s.rn << field(aux, 0, 5)) & u32(fieldMask(aux))),
  }),
  bfc: (s, aux) => ({ rd: s.rd & u32(~fieldMask(aux)) }),
  sbfx: (s, aux) => ({ rd: u32(signedBits(s.rn, Number(field(aux, 0, 5)), Number(field(aux, 5, 5)) + 1)) }),
  ubfx: (s, aux) => ({ rd: bits(s.rn, Number(field(aux, 0, 5)), Number(field(aux, 5, 5)) + 1) }),
  pkhbt: (s, aux) => ({
    rd: bits(s.rn, 0, 16) | (bits(shiftC(s.rm, 0, field(aux, 0, 6), false)[0], 16, 16) << 16n),
  }),
  pkhtb: (s, aux) => ({
    rd: bits(shiftC(s.rm, 2, field(aux, 0, 6), false)[0], 0, 16) | (bits(s.rn, 16, 16) << 16n),
  }),
  ssat: (s, aux) => saturated(s, aux, signedSat),
  usat: (s, aux) => saturated(s, aux, unsignedSat),
  ssat16: (s, aux) => saturated16(s, aux, signedSat),
  usat16: (s, aux) => saturated16(s, aux, unsignedSat),
  qadd: s => q32(s, s32(s.rm) + s32(s.rn)),
  qsub: s => q32(s, s32(s.rm) - s32(s.rn)),
  qdadd: s => q32(s, s32(s.rm) + doubled(s)[0], doubled(s)[1]),
  qdsub: s => q32(s, s32(s.rm) - doubled(s)[0], doubled(s)[1]),
  sel: s => {
    const mask = [0, 1, 2, 3].reduce((m, i) => (s.ge & (1 << i) ? m | (0xffn << BigInt(8 * i)) : m), 0n)
    return { rd: (s.rn & mask) | (s.rm & u32(~mask)) }
  },
  usad8: s => ({ rd: sad(s) }),
  usada8: s => ({ rd: u32(s.ra + sad(s)) }),
  smulxy: (s, aux) => ({ rd: u32(half(s.rn, aux & 1) * half(s.rm, (aux >> 1) & 1)) }),
  smlaxy: (s, aux) => withQ(s, half(s.rn, aux & 1) * half(s.rm, (aux >> 1) & 1) + s32(s.ra)),
  smlalxy: (s, aux) => split(half(s.rn, aux & 1) * half(s.rm, (aux >> 1) & 1) + acc64(s)),
  smulwy: (s, aux) => ({ rd: u32((s32(s.rn) * half(s.rm, (aux >> 1) & 1)) >> 16n) }),
  smlawy: (s, aux) => withQ(s, (s32(s.rn) * half(s.rm, (aux >> 1) & 1) + (s32(s.ra) << 16n)) >> 16n),
  smuad: (s, aux) => withQ(s, dual(s, aux, 1n)),
  smusd: (s, aux) => withQ(s, dual(s, aux, -1n)),
  smlad: (s, aux) => withQ(s, dual(s, aux, 1n) + s32(s.ra)),
  smlsd: (s, aux) => withQ(s, dual(s, aux, -1n) + s32(s.ra)),
  smlald: (s, aux) => split(acc64(s) + dual(s, aux, 1n)),
  smlsld: (s, aux) => split(acc64(s) + dual(s, aux, -1n)),
  smmul: (s, aux) => most(s, aux, 0n, 1n),
  smmla: (s, aux) => most(s, aux, s.ra << 32n, 1n),
  smmls: (s, aux) => most(s, aux, s.ra << 32n, -1n),
}

function extension(c: Case, s: Before): After | undefined {
  const rotated = ror(s.rm, (c.aux ?? 0) & 31)
  const plain = c.sem.replace('xta', 'xt')
  const added = plain === c.sem ? 0n : s.rn
  const [whole, halves] = [extend[plain], extend16[plain]]
  if (whole) return { rd: u32(added + whole(rotated)) }
  if (!halves) return undefined
  const lane = (i: number): bigint => BigInt.asUintN(16, bits(added, i, 16) + halves(rotated, i)) << BigInt(i)
  return { rd: lane(0) | lane(16) }
}

/** What the instruction changes; undefined: it does more than compute. */
export function compute(c: Case, s: Before): After | undefined {
  const rule = rules[c.sem]
  if (rule) return rule(s, c.aux ?? 0, BigInt(c.imm ?? 0))
  return extension(c, s) ?? parallel(c.sem, s) ?? dataProcessing(c, s)
}
