/**
 * Floating point that generated code leaves to the host: all modes, all flags, by the exact reference (Armv7-M ARM,
 * A2.5). One host function serves every operation.
 */
import {
  type Builder,
  type Callee,
  Head,
  hostFunction,
  type IrFunction,
  irFunction,
  type Node,
  softfloat,
} from '@guestscope/codegen'
import type { HostImport } from '@guestscope/core'
import { accrue, Fpscr, fpscr } from './float.ts'

type FloatEnv = softfloat.FloatEnv
type FloatFormat = softfloat.FloatFormat

/** What an operation is given: modes and flags, and whether half precision is the alternative one. */
interface Modes {
  readonly env: FloatEnv
  readonly alternativeHalf: boolean
}
/** Operands that are not of a format (fraction bits, rounding) come as they are. */
interface Operation {
  /** Formats of the operands that are flushed to zero; undefined: an integer or so. */
  readonly formats: readonly (FloatFormat | undefined)[]
  readonly run: (m: Modes, a: bigint, b: bigint, c: bigint) => bigint
}

const { binary16, binary32, binary64 } = softfloat

/** FPProcessNaNs and FPProcessNaNs3: signaling ones first, the addend of a fused operation before the factors. */
const nanRules: softfloat.NaNRules = {
  generate: format => format.defaultNaN,
  propagate: (format, operands, operation, infTimesZero) => {
    const [a, b, c] = operands as [bigint, bigint, bigint]
    if (operation !== 'fma')
      return softfloat.firstNaNRules.propagate(format, operands, operation, infTimesZero)
    if (infTimesZero && !softfloat.isSignalingNaN(format, c)) return format.defaultNaN
    return softfloat.firstNaNRules.propagate(format, [c, a, b], operation, infTimesZero)
  },
}

/** Rounding by RMode: nearest, up, down, to zero; and by the number of VCVTA, N, P, M. */
const byFpscr = [softfloat.NEAREST_EVEN, softfloat.UP, softfloat.DOWN, softfloat.TOWARD_ZERO] as const
const byAux = [softfloat.NEAREST_MAX_MAGNITUDE, softfloat.NEAREST_EVEN, softfloat.UP, softfloat.DOWN] as const

const rounded = (m: Modes, rounding: softfloat.Rounding): FloatEnv => {
  m.env.rounding = rounding
  return m.env
}
const directed = (m: Modes, aux: bigint): FloatEnv => rounded(m, byAux[Number(aux)] as softfloat.Rounding)

type Named = readonly [string, Operation]
type Arithmetic = (env: FloatEnv, format: FloatFormat, a: bigint, b: bigint, c: bigint) => bigint

const flag = { unordered: 3n, less: 8n, equal: 6n, greater: 2n } as const
const comparison = (format: FloatFormat, signaling: boolean): Operation => ({
  formats: [format, format],
  run: ({ env }, a, b) => {
    const order = softfloat.compare(env, format, a, b, signaling)
    if (order === softfloat.UNORDERED) return flag.unordered
    return order < 0 ? flag.less : order ? flag.greater : flag.equal
  },
})

/** FPMaxNum, FPMinNum: a quiet NaN loses against a number, a signaling one does not. */
const extremum =
  (fn: typeof softfloat.maximumNumber): Arithmetic =>
  (env, format, a, b) => {
    const signaling = [a, b].some(v => softfloat.isSignalingNaN(format, v))
    return signaling ? softfloat.propagateNaN(env, format, [a, b], 'minmax') : fn(env, format, a, b)
  }

const integers: readonly (readonly [name: string, signed: boolean, bits: number])[] = [
  ['s16', true, 16],
  ['u16', false, 16],
  ['s32', true, 32],
  ['u32', false, 32],
]

/** FPToFixed; second operand: fraction bits. The result is extended. */
const toFixed = (
  env: FloatEnv,
  format: FloatFormat,
  a: bigint,
  signed: boolean,
  bits: number,
  n: bigint,
): bigint => {
  const policy = softfloat.saturateNaNToZero
  const result = softfloat.toInt(env, format, a, signed, bits, policy, Number(n))
  return BigInt.asUintN(64, signed ? BigInt.asIntN(bits, result) : result)
}

/** Conversions to integers: towards zero, by FPSCR, by aux; and from them. */
const conversions = (format: FloatFormat, suffix: string): readonly Named[] =>
  integers.flatMap(([name, signed, bits]): Named[] => {
    const convert = (env: FloatEnv, a: bigint, n = 0n): bigint => toFixed(env, format, a, signed, bits, n)
    const from = { formats: [format] }
    return [
      [`${name}.${suffix}`, { ...from, run: (m, a, n) => convert(rounded(m, softfloat.TOWARD_ZERO), a, n) }],
      [`${name}.${suffix}.r`, { ...from, run: (m, a) => convert(m.env, a) }],
      [`${name}.${suffix}.m`, { ...from, run: (m, a, aux) => convert(directed(m, aux), a) }],
      [
        `${suffix}.${name}`,
        { formats: [], run: (m, a) => softfloat.fromInt(m.env, format, a, signed, bits) },
      ],
    ]
  })

const integral = (format: FloatFormat, suffix: string): readonly Named[] => {
  const one = (name: string, round: (m: Modes, aux: bigint) => FloatEnv, exact = false): Named => [
    `${name}.${suffix}`,
    { formats: [format], run: (m, a, aux) => softfloat.roundToIntegral(round(m, aux), format, a, exact) },
  ]
  return [
    one('rintm', directed),
    one('rintr', m => m.env),
    one('rintz', m => rounded(m, softfloat.TOWARD_ZERO)),
    one('rintx', m => m.env, true),
  ]
}

// Half precision. In the alternative format the greatest exponent is one like any other (A2.5.4).

const halfSign = 0x8000n
const halfMagnitude = 0x7fffn
const halfInfinity = 0x7c00n
/** Numbers of the alternative format end where the bits of a magnitude do. */
const alternative: FloatFormat = { ...binary16, infinity: halfSign, maxFinite: halfMagnitude }

function fromHalf({ env, alternativeHalf }: Modes, to: FloatFormat, a: bigint): bigint {
  const half = BigInt.asUintN(16, a)
  const magnitude = half & halfMagnitude
  if (!alternativeHalf || magnitude < halfInfinity) return softfloat.convertFormat(env, binary16, to, half)
  // 2^16 and above: twice what the number with the exponent below is.
  const lower = softfloat.convertFormat(env, binary16, to, half - binary16.implicitBit)
  return lower + to.implicitBit
}

function toHalf({ env, alternativeHalf }: Modes, from: FloatFormat, a: bigint): bigint {
  // Small halves are never flushed.
  env.flushToZero = false
  if (!alternativeHalf) return softfloat.convertFormat(env, from, binary16, a)
  const magnitude = a & from.magnitudeMask
  const sign = a === magnitude ? 0n : halfSign
  if (magnitude >= from.infinity) {
    env.flags |= softfloat.INVALID
    return magnitude > from.infinity ? sign : sign | halfMagnitude
  }
  const before = env.flags
  const result = softfloat.convertFormat(env, from, alternative, a)
  if (!(env.flags & softfloat.OVERFLOW)) return result
  env.flags = before | softfloat.INVALID
  return sign | halfMagnitude
}

const operationsOf = (format: FloatFormat, suffix: string): readonly Named[] => {
  const two = (name: string, fn: Arithmetic): Named => [
    `${name}.${suffix}`,
    { formats: [format, format], run: ({ env }, a, b, c) => fn(env, format, a, b, c) },
  ]
  return [
    two('add', softfloat.add),
    two('sub', softfloat.sub),
    two('mul', softfloat.mul),
    two('div', softfloat.div),
    two('maxnm', extremum(softfloat.maximumNumber)),
    two('minnm', extremum(softfloat.minimumNumber)),
    [`sqrt.${suffix}`, { formats: [format], run: ({ env }, a) => softfloat.sqrt(env, format, a) }],
    [
      `fma.${suffix}`,
      { formats: [format, format, format], run: ({ env }, a, b, c) => softfloat.fma(env, format, a, b, c) },
    ],
    [`cmp.${suffix}`, comparison(format, false)],
    [`cmpe.${suffix}`, comparison(format, true)],
    [`${suffix}.f16`, { formats: [], run: (m, a) => fromHalf(m, format, a) }],
    [`f16.${suffix}`, { formats: [format], run: (m, a) => toHalf(m, format, a) }],
    ...conversions(format, suffix),
    ...integral(format, suffix),
  ]
}

const operations: readonly Named[] = [
  ...operationsOf(binary32, 'f32'),
  ...operationsOf(binary64, 'f64'),
  [
    'f32.f64',
    { formats: [binary64], run: ({ env }, a) => softfloat.convertFormat(env, binary64, binary32, a) },
  ],
  [
    'f64.f32',
    { formats: [binary32], run: ({ env }, a) => softfloat.convertFormat(env, binary32, binary64, a) },
  ],
]

const numbers: ReadonlyMap<string, number> = new Map(operations.map(([name], i) => [name, i]))

const join = (low: number, high: number): bigint => BigInt(low >>> 0) | (BigInt(high >>> 0) << 32n)

/** FPUnpack with FZ: what is subnormal becomes a zero. */
function flushed(value: bigint, format: FloatFormat | undefined): bigint {
  if (!format) return value
  const magnitude = value & format.magnitudeMask
  return magnitude < format.minNormal ? value & format.signMask : value
}

/** Flags as they stand in FPSCR. */
function flagsOf(raised: number, inputFlushed: boolean): number {
  const pairs = [
    [softfloat.INVALID, Fpscr.ioc],
    [softfloat.DIVBYZERO, Fpscr.dzc],
    [softfloat.OVERFLOW, Fpscr.ofc],
    [softfloat.UNDERFLOW, Fpscr.ufc],
    [softfloat.INEXACT, Fpscr.ixc],
  ] as const
  return pairs.reduce((sum, [from, to]) => sum | (raised & from ? to : 0), inputFlushed ? Fpscr.idc : 0)
}

/** Runs an operation by name or number: result and flags. */
export function floatReference(
  operation: string | number,
  fpscr: number,
  operands: readonly bigint[],
): { readonly result: bigint; readonly flags: number } {
  const index = typeof operation === 'string' ? (numbers.get(operation) ?? -1) : operation
  const [, { formats, run }] = operations[index] as Named
  const flush = (fpscr & Fpscr.flushToZero) !== 0
  const env = softfloat.createEnv({
    rounding: byFpscr[(fpscr >>> Fpscr.roundingShift) & 3] as softfloat.Rounding,
    tininessAfterRounding: false,
    flushToZero: flush,
    defaultNaN: (fpscr & Fpscr.defaultNaN) !== 0,
    nanRules,
  })
  const [a = 0n, b = 0n, c = 0n] = flush ? operands.map((v, i) => flushed(v, formats[i])) : operands
  const result = run({ env, alternativeHalf: (fpscr & Fpscr.alternativeHalf) !== 0 }, a, b, c)
  const [a0 = 0n, b0 = 0n, c0 = 0n] = operands
  return { result, flags: flagsOf(env.flags, a !== a0 || b !== b0 || c !== c0) }
}

/** (operation, FPSCR, three operands in halves, low first) → flags to be set in FPSCR; the result is in `Head.value`. */
const floatCallee: Callee = hostFunction('arm.float', Array(8).fill('i32'), 'i32')

export const floatHost: readonly HostImport[] = [
  {
    callee: floatCallee,
    implement:
      () =>
      (cpu, operation = 0, fpscr = 0, a0 = 0, a1 = 0, b0 = 0, b1 = 0, c0 = 0, c1 = 0) => {
        const operands = [join(a0, a1), join(b0, b1), join(c0, c1)]
        const { result, flags } = floatReference(operation, fpscr, operands)
        cpu.set64(Head.value, result)
        return flags
      },
  },
]

/** (operation, FPSCR, a, b, c as i64): by the host; the flags are left in `Head.value`. */
export const floatSlow: IrFunction = irFunction(
  'arm.floatSlow',
  ['i32', 'i32', 'i64', 'i64', 'i64'],
  'i64',
  b => {
    const halves = (n: Node): Node[] => [b.resize(n, 'i32'), b.resize(b.shrU(n, b.i64(32)), 'i32')]
    const operands = [2, 3, 4].flatMap(i => halves(b.vget(i)))
    const flags = b.call(floatCallee, b.vget(0), b.vget(1), ...operands)
    const result = b.get(Head.value, 'i64')
    b.set(Head.value, flags)
    b.return(result)
  },
)

/** Calls `floatSlow` in modes `fpscr`; operands may be i32. Flags: `Head.value`. */
export const slowlyIn = (b: Builder, operation: string, modes: Node, operands: readonly Node[]): Node => {
  const number = numbers.get(operation)
  if (number === undefined) throw new Error(`no floating-point operation ${operation}`)
  const [x, y = b.i64(0), z = b.i64(0)] = operands.map(n => b.resize(n, 'i64', true))
  return b.call(floatSlow, b.i32(number), modes, x as Node, y, z)
}

/** The same in the modes of FPSCR; the flags are set there. Result as i64. */
export const slowly = (b: Builder, operation: string, ...operands: readonly Node[]): Node => {
  const result = slowlyIn(b, operation, fpscr(b), operands)
  accrue(b, b.get(Head.value, 'i32'))
  return result
}
