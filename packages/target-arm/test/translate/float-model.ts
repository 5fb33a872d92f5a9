/** Floating-point instructions by the exact reference alone, without any fast way. */
import { floatReference } from '../../src/translate/float-host.ts'

/** Register contents as unsigned bit patterns. */
export interface FloatBefore {
  readonly d: bigint
  readonly n: bigint
  readonly m: bigint
  readonly fpscr: number
  readonly imm: number
  readonly aux: number
  /** N Z C V of APSR. */
  readonly nzcv: number
}
export interface FloatAfter {
  readonly d: bigint
  readonly fpscr: number
}

const sign = { f32: 1n << 31n, f64: 1n << 63n } as const

function selected(aux: number, nzcv: number): boolean {
  const [n, z, v] = [nzcv & 8, nzcv & 4, nzcv & 1].map(Boolean)
  return [z, v, n === v, !z && n === v][aux] as boolean
}

/** The result; undefined: not a computation. */
export function float(sem: string, s: FloatBefore): FloatAfter | undefined {
  const parts = sem.split('.')
  const type = (parts.find(p => p === 'f64') ?? 'f32') as 'f32' | 'f64'
  let fpscr = s.fpscr
  const run = (operation: string, ...operands: bigint[]): bigint => {
    const { result, flags } = floatReference(operation, s.fpscr, operands)
    fpscr |= flags
    return result
  }
  const neg = (v: bigint): bigint => v ^ sign[type]
  const mul = (): bigint => run(`mul.${type}`, s.n, s.m)
  const compare = (operation: string, m: bigint): FloatAfter => {
    const nzcv = Number(run(operation, s.d, m))
    return { d: s.d, fpscr: (fpscr & 0x0fffffff) | (nzcv << 28) }
  }
  const compute = (): bigint | undefined => {
    const [op = '', to = '', from = ''] = parts
    switch (op) {
      case 'vadd':
      case 'vsub':
      case 'vdiv':
      case 'vmaxnm':
      case 'vminnm':
        return run(`${op.slice(1)}.${type}`, s.n, s.m)
      case 'vmul':
        return mul()
      case 'vnmul':
        return neg(mul())
      case 'vmla':
        return run(`add.${type}`, s.d, mul())
      case 'vmls':
        return run(`add.${type}`, s.d, neg(mul()))
      case 'vnmla':
        return run(`add.${type}`, neg(s.d), neg(mul()))
      case 'vnmls':
        return run(`add.${type}`, neg(s.d), mul())
      case 'vfma':
        return run(`fma.${type}`, s.n, s.m, s.d)
      case 'vfms':
        return run(`fma.${type}`, neg(s.n), s.m, s.d)
      case 'vfnma':
        return run(`fma.${type}`, neg(s.n), s.m, neg(s.d))
      case 'vfnms':
        return run(`fma.${type}`, s.n, s.m, neg(s.d))
      case 'vsqrt':
        return run(`sqrt.${type}`, s.m)
      case 'vabs':
        return s.m & (sign[type] - 1n)
      case 'vneg':
        return neg(s.m)
      case 'vsel':
        return selected(s.aux, s.nzcv) ? s.n : s.m
      case 'vrintr':
      case 'vrintz':
      case 'vrintx':
      case 'vrintm':
        return run(`${op.slice(1)}.${type}`, s.m, BigInt(s.aux))
      case 'vcvtr':
        return run(`${to}.${from}.r`, s.m)
      case 'vcvtm':
        return run(`${to}.${from}.m`, s.m, BigInt(s.aux))
      case 'vcvt':
        return run(`${to}.${from}`, s.m)
      case 'vcvtb':
      case 'vcvtt': {
        const shift = op === 'vcvtt' ? 16n : 0n
        if (to !== 'f16') return run(`${to}.f16`, (s.m >> shift) & 0xffffn)
        return (s.d & ~(0xffffn << shift)) | (run(`f16.${from}`, s.m) << shift)
      }
      case 'vfix': {
        if (!to.startsWith('f')) return run(`${to}.${from}`, s.d, BigInt(s.imm))
        const bits = Number(from.slice(1))
        const int = from.startsWith('s') ? BigInt.asIntN(bits, s.d) : BigInt.asUintN(bits, s.d)
        return fixed(type, int, s.imm, () => {
          fpscr |= 0x10
        })
      }
    }
    return undefined
  }
  if (parts[0]?.startsWith('vcmp')) {
    const name = `${parts[0].slice(1)}.${type}`
    return compare(name, parts[1] === 'zero' ? 0n : s.m)
  }
  const d = compute()
  return d === undefined ? undefined : { d, fpscr }
}

const view = new DataView(new ArrayBuffer(8))
/** An integer and a power of two, rounded to nearest. */
function fixed(type: 'f32' | 'f64', int: bigint, imm: number, inexact: () => void): bigint {
  const exact = Number(int) / 2 ** imm
  if (type === 'f64') {
    view.setFloat64(0, exact)
    return view.getBigUint64(0)
  }
  view.setFloat32(0, exact)
  if (view.getFloat32(0) !== exact) inexact()
  return BigInt(view.getUint32(0))
}
