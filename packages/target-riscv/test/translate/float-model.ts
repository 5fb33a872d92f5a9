/** What floating-point instructions compute, by the exact reference of codegen. */
import { softfloat } from '@guestscope/codegen'
import type { Insn, Xlen } from '../../src/isa/index.ts'

type Env = softfloat.FloatEnv
type Format = softfloat.FloatFormat

const formats: Record<string, Format> = {
  h: softfloat.binary16,
  s: softfloat.binary32,
  d: softfloat.binary64,
}
/** What is above a format in a register. */
const boxOf = ({ width }: Format): bigint => BigInt.asUintN(64, -1n << BigInt(width))

/** Register contents → bits. */
const unbox = (format: Format, register: bigint): bigint =>
  register >= boxOf(format) ? BigInt.asUintN(format.width, register) : format.defaultNaN
const boxed = (format: Format, bits: bigint): bigint => bits | boxOf(format)

/** Operands as register contents. */
export interface Inputs {
  readonly f: readonly [bigint, bigint, bigint]
  /** rs1 of the x file, unsigned. */
  readonly x: bigint
  readonly frm: number
}

/** Contents of rd, unsigned, and raised flags; undefined: illegal instruction. */
export function computeFloat(
  insn: Insn,
  xlen: Xlen,
  { f, x, frm }: Inputs,
): { readonly rd: bigint; readonly flags: number } | undefined {
  const rm = insn.aux === 7 ? frm : insn.aux
  const rounds = insn.row.args.includes('rm')
  if (rounds && rm > 4) return undefined
  const env = softfloat.createEnv({ rounding: (rounds ? rm : 0) as softfloat.Rounding })
  const rd = result(env, insn.row.sem, xlen, f, x)
  return { rd, flags: env.flags }
}

function result(env: Env, name: string, xlen: Xlen, f: Inputs['f'], x: bigint): bigint {
  const [op = '', to = '', from = ''] = name.split('.')
  const integer = (v: bigint): bigint => BigInt.asUintN(xlen, v)
  const letter = to === 'x' ? from : to
  const moved = formats[letter === 'w' ? 's' : letter] as Format
  if (op === 'fmv' && to === 'x') return integer(BigInt.asIntN(moved.width, f[0]))
  if (op === 'fmv') return boxed(moved, BigInt.asUintN(moved.width, x))
  if (op === 'fcvt') {
    const [target, source] = [formats[to], formats[from]]
    const width = (n: string): number => (n.startsWith('w') ? 32 : 64)
    if (target && source) {
      return boxed(target, softfloat.convertFormat(env, source, target, unbox(source, f[0])))
    }
    if (target) return boxed(target, softfloat.fromInt(env, target, x, !from.endsWith('u'), width(from)))
    const bits = softfloat.toInt(
      env,
      source as Format,
      unbox(source as Format, f[0]),
      !to.endsWith('u'),
      width(to),
    )
    return integer(BigInt.asIntN(width(to), bits))
  }
  const format = formats[to] as Format
  const [a, b, c] = f.map(v => unbox(format, v)) as [bigint, bigint, bigint]
  const sign = format.signMask
  const float: Record<string, () => bigint> = {
    fadd: () => softfloat.add(env, format, a, b),
    fsub: () => softfloat.sub(env, format, a, b),
    fmul: () => softfloat.mul(env, format, a, b),
    fdiv: () => softfloat.div(env, format, a, b),
    fsqrt: () => softfloat.sqrt(env, format, a),
    fmadd: () => softfloat.fma(env, format, a, b, c),
    fmsub: () => softfloat.fma(env, format, a, b, c ^ sign),
    fnmsub: () => softfloat.fma(env, format, a ^ sign, b, c),
    fnmadd: () => softfloat.fma(env, format, a ^ sign, b, c ^ sign),
    fmin: () => softfloat.minimumNumber(env, format, a, b),
    fmax: () => softfloat.maximumNumber(env, format, a, b),
    fsgnj: () => (a & format.magnitudeMask) | (b & sign),
    fsgnjn: () => (a & format.magnitudeMask) | (~b & sign),
    fsgnjx: () => a ^ (b & sign),
  }
  const computed = float[op]
  if (computed) return boxed(format, computed())
  const other: Record<string, () => bigint> = {
    feq: () => BigInt(softfloat.eq(env, format, a, b)),
    flt: () => BigInt(softfloat.lt(env, format, a, b)),
    fle: () => BigInt(softfloat.le(env, format, a, b)),
    fclass: () => BigInt(softfloat.classify(format, a)),
  }
  const found = other[op]
  if (!found) throw new Error(`no model of ${name}`)
  return found()
}
