/**
 * Checks of the fast algorithms against the exact reference, shared by the test and by long runs by hand:
 *
 *   node fast-check.ts 10000000 [seed]
 */

import { pathToFileURL } from 'node:url'
import * as sf from '../../src/float/soft/index.ts'
import * as fast from './fast.ts'
import { interesting, Random } from './values.ts'

const view = new DataView(new ArrayBuffer(8))

export function toDouble(bits: bigint): number {
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}

function fromDouble(x: number): bigint {
  view.setFloat64(0, x)
  return view.getBigUint64(0)
}

export function toSingle(bits: bigint): number {
  view.setUint32(0, Number(bits))
  return view.getFloat32(0)
}

function fromSingle(x: number): bigint {
  view.setFloat32(0, x)
  return BigInt(view.getUint32(0))
}

/** What one check found: nothing wrong, wrong, or no answer from the fast algorithm. */
export type Verdict = 'right' | 'unknown' | string

const env: sf.FloatEnv = sf.createEnv()

function judge(
  name: string,
  operands: number[],
  exactness: fast.Exactness,
  got: number,
  want: number,
): Verdict {
  if (exactness === fast.UNKNOWN) return 'unknown'
  // INVALID and DIVBYZERO are beyond the fast tests.
  const flags = env.flags & sf.INEXACT
  if (Object.is(got, want) && exactness === flags && (env.flags & (sf.INVALID | sf.DIVBYZERO)) === 0)
    return 'right'
  return `${name}(${operands}) = ${got} ${exactness}, expected ${want} ${env.flags}`
}

/** An operand near another one in size, or a small multiple of a power of two. */
function double(random: Random, near: number): number {
  const choice = random.below(4)
  if (choice === 0) return (random.below(1 << 27) - (1 << 26)) * 2 ** (random.below(60) - 30)
  return toDouble(interesting(random, sf.binary64, fromDouble(near)))
}

function single(random: Random, near: number): number {
  const choice = random.below(4)
  if (choice === 0) return Math.fround((random.below(1 << 13) - (1 << 12)) * 2 ** (random.below(60) - 30))
  return toSingle(interesting(random, sf.binary32, fromSingle(near)))
}

/** A third operand of an fma: cancels the product more or less, or makes near-ties with it. */
function addend(random: Random, product: number, other: number): number {
  switch (random.below(6)) {
    case 0:
      return -product
    case 1:
      return -product * (1 + (random.below(64) - 32) * 2 ** -(20 + random.below(34)))
    case 2:
      return product * 2 ** (random.below(240) - 120)
    case 3:
      return (1 + random.below(8)) * 2 ** (Math.floor(Math.log2(Math.abs(product))) + random.below(240) - 120)
    default:
      return other
  }
}

/** Whether the fast path must have an answer, so that a guard that refuses too much is noticed. */
function mustKnow(r: number, ...operands: number[]): boolean {
  return [r, ...operands].every(x => Math.abs(x) > 2 ** -900 && Math.abs(x) < 2 ** 900)
}

function known(verdict: Verdict, r: number, ...operands: number[]): Verdict {
  return verdict === 'unknown' && mustKnow(r, ...operands) ? `unknown for ${operands}` : verdict
}

export type Check = (random: Random) => Verdict

function pair64(random: Random): [number, number] {
  const a = double(random, 1)
  return [a, double(random, a)]
}

function pair32(random: Random): [number, number] {
  const a = single(random, 1)
  return [a, single(random, a)]
}

function exact64(operation: (a: bigint, b: bigint) => bigint, a: number, b: number): number {
  env.flags = 0
  return toDouble(operation(fromDouble(a), fromDouble(b)))
}

function exact32(operation: (a: bigint, b: bigint) => bigint, a: number, b: number): number {
  env.flags = 0
  return toSingle(operation(fromSingle(a), fromSingle(b)))
}

/** Compares the single precision UNDERFLOW found by `isTiny32`. */
function underflow32(verdict: Verdict, exactness: fast.Exactness, wide: number): Verdict {
  if (verdict !== 'right') return verdict
  const found = exactness === fast.ROUNDED && fast.isTiny32(wide)
  return found === ((env.flags & sf.UNDERFLOW) !== 0) ? 'right' : `underflow of ${wide}: ${env.flags}`
}

export const CHECKS: Readonly<Record<string, Check>> = {
  add64(random) {
    const [a, b] = pair64(random)
    const r = a + b
    if (!(Math.abs(r) < Infinity)) return 'unknown'
    const want = exact64((x, y) => sf.add(env, sf.binary64, x, y), a, b)
    return judge('add', [a, b], fast.addInexact64(a, b, r), r, want)
  },
  mul64(random) {
    const [a, b] = pair64(random)
    const r = a * b
    const want = exact64((x, y) => sf.mul(env, sf.binary64, x, y), a, b)
    return known(judge('mul', [a, b], fast.mulInexact64(a, b, r), r, want), r, a, b)
  },
  div64(random) {
    const [b, q] = pair64(random)
    const a = random.below(2) === 0 ? b * q : q
    const r = a / b
    const want = exact64((x, y) => sf.div(env, sf.binary64, x, y), a, b)
    return known(judge('div', [a, b], fast.divInexact64(a, b, r), r, want), r, a, b)
  },
  sqrt64(random) {
    const [q, b] = pair64(random)
    const a = random.below(2) === 0 ? q * q : Math.abs(b)
    const r = Math.sqrt(a)
    const want = exact64(x => sf.sqrt(env, sf.binary64, x), a, 0)
    return known(judge('sqrt', [a], fast.sqrtInexact64(a, r), r, want), r, a)
  },
  fma64(random) {
    const [a, b] = pair64(random)
    const c = addend(random, a * b, double(random, a * b))
    const { result, exactness } = fast.fma64(a, b, c)
    const want = exact64((x, y) => sf.fma(env, sf.binary64, x, y, fromDouble(c)), a, b)
    const verdict = judge('fma', [a, b, c], exactness, result, want)
    if (exactness !== fast.UNKNOWN && env.flags & (sf.UNDERFLOW | sf.OVERFLOW))
      return `flags of fma(${a},${b},${c})`
    return known(verdict, a * b, a, b, c)
  },
  add32(random) {
    const [a, b] = pair32(random)
    const r = Math.fround(a + b)
    if (!(Math.abs(a) < Infinity && Math.abs(b) < Infinity)) return 'unknown'
    const want = exact32((x, y) => sf.add(env, sf.binary32, x, y), a, b)
    const exactness = fast.addInexact32(a, b, r)
    return judge('add', [a, b], exactness, r, want)
  },
  mul32(random) {
    const [a, b] = pair32(random)
    const r = Math.fround(a * b)
    if (!(Math.abs(a) < Infinity && Math.abs(b) < Infinity)) return 'unknown'
    const want = exact32((x, y) => sf.mul(env, sf.binary32, x, y), a, b)
    const exactness = fast.mulInexact32(a, b, r)
    return underflow32(judge('mul', [a, b], exactness, r, want), exactness, a * b)
  },
  div32(random) {
    const [b, q] = pair32(random)
    const a = random.below(2) === 0 ? Math.fround(b * q) : q
    const r = Math.fround(a / b)
    if (b === 0 || !(Math.abs(a) < Infinity && Math.abs(b) < Infinity)) return 'unknown'
    const want = exact32((x, y) => sf.div(env, sf.binary32, x, y), a, b)
    const exactness = fast.divInexact32(a, b, r)
    return underflow32(judge('div', [a, b], exactness, r, want), exactness, a / b)
  },
  sqrt32(random) {
    const [q, b] = pair32(random)
    const a = random.below(2) === 0 ? Math.fround(q * q) : b
    const r = Math.fround(Math.sqrt(a))
    if (!(a >= 0)) return 'unknown'
    const want = exact32(x => sf.sqrt(env, sf.binary32, x), a, 0)
    return judge('sqrt', [a], fast.sqrtInexact32(a, r), r, want)
  },
  demote(random) {
    // Around the exponents of single precision, often next to the middle between two singles.
    const base = single(random, 1)
    const a =
      random.below(2) === 0 ? base * (1 + (random.below(64) - 32) * 2 ** -(23 + random.below(30))) : base
    if (Number.isNaN(a)) return 'unknown'
    const wide = random.below(4) === 0 ? toDouble(interesting(random, sf.binary64, fromDouble(a))) : a
    if (Number.isNaN(wide)) return 'unknown'
    const r = Math.fround(wide)
    env.flags = 0
    const want = toSingle(sf.convertFormat(env, sf.binary64, sf.binary32, fromDouble(wide)))
    const exactness = fast.demoteInexact(wide, r)
    return underflow32(judge('demote', [wide], exactness, r, want), exactness, wide)
  },
  fma32(random) {
    const [a, b] = pair32(random)
    const c = Math.fround(addend(random, a * b, single(random, Math.fround(a * b))))
    const { result, odd, exactness } = fast.fma32(a, b, c)
    const want = exact32((x, y) => sf.fma(env, sf.binary32, x, y, fromSingle(c)), a, b)
    const verdict = judge('fma', [a, b, c], exactness, result, want)
    return underflow32(known(verdict, 1, a, b, c), exactness, odd)
  },
}

/** Runs one check; returns the first wrong answers and the number of unknown ones. */
export function runCheck(check: Check, count: number, seed: number): { wrong: string[]; unknown: number } {
  const random = new Random(seed)
  const wrong: string[] = []
  let unknown = 0
  for (let n = 0; n < count && wrong.length < 10; n++) {
    const verdict = check(random)
    if (verdict === 'unknown') unknown++
    else if (verdict !== 'right') wrong.push(verdict)
  }
  return { wrong, unknown }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [count = '1000000', seed = '1'] = process.argv.slice(2)
  for (const [name, check] of Object.entries(CHECKS)) {
    const { wrong, unknown } = runCheck(check, Number(count), Number(seed))
    console.log(`${name}: ${count} checked, ${unknown} unknown, ${wrong.length} wrong`, ...wrong)
  }
}
