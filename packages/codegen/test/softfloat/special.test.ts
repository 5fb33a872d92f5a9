import { describe, expect, it } from 'vitest'
import type { FloatEnv, FloatFormat } from '../../src/float/soft/index.ts'
import {
  add,
  binary32,
  binary64,
  classify,
  compare,
  createEnv,
  DIVBYZERO,
  DOWN,
  div,
  eq,
  fma,
  INVALID,
  le,
  lt,
  maximum,
  maximumNumber,
  minimum,
  minimumNumber,
  mul,
  sqrt,
  sub,
} from '../../src/float/soft/index.ts'

type Binary = (env: FloatEnv, format: FloatFormat, a: bigint, b: bigint) => bigint

describe.each([binary32, binary64])('special operands of $name', format => {
  const { infinity, signMask, defaultNaN, maxFinite } = format
  const one = BigInt(format.bias) << format.fractionShift
  const minusInfinity = infinity | signMask
  const minusOne = one | signMask
  const minusZero = signMask
  const quiet = defaultNaN + 2n
  const signaling = infinity + 1n

  it.each<[string, Binary, bigint, bigint, bigint, number]>([
    ['inf + -inf', add, infinity, minusInfinity, defaultNaN, INVALID],
    ['inf - inf', sub, infinity, infinity, defaultNaN, INVALID],
    ['inf + inf', add, infinity, infinity, infinity, 0],
    ['inf - -inf', sub, infinity, minusInfinity, infinity, 0],
    ['1 - inf', sub, one, infinity, minusInfinity, 0],
    ['-inf + 1', add, minusInfinity, one, minusInfinity, 0],
    ['0 + -0', add, 0n, minusZero, 0n, 0],
    ['-0 + -0', add, minusZero, minusZero, minusZero, 0],
    ['-0 - 0', sub, minusZero, 0n, minusZero, 0],
    ['0 - 0', sub, 0n, 0n, 0n, 0],
    ['1 - 1', sub, one, one, 0n, 0],
    ['0 - 1', sub, 0n, one, minusOne, 0],
    ['-1 + 0', add, minusOne, 0n, minusOne, 0],
    ['qNaN + 1', add, quiet, one, defaultNaN, 0],
    ['1 + sNaN', add, one, signaling, defaultNaN, INVALID],
    ['inf * 0', mul, infinity, 0n, defaultNaN, INVALID],
    ['-0 * inf', mul, minusZero, infinity, defaultNaN, INVALID],
    ['-1 * inf', mul, minusOne, infinity, minusInfinity, 0],
    ['-1 * 0', mul, minusOne, 0n, minusZero, 0],
    ['qNaN * sNaN', mul, quiet, signaling, defaultNaN, INVALID],
    ['1 / 0', div, one, 0n, infinity, DIVBYZERO],
    ['-1 / 0', div, minusOne, 0n, minusInfinity, DIVBYZERO],
    ['1 / -0', div, one, minusZero, minusInfinity, DIVBYZERO],
    ['0 / 0', div, 0n, 0n, defaultNaN, INVALID],
    ['inf / inf', div, infinity, infinity, defaultNaN, INVALID],
    ['inf / 0', div, infinity, 0n, infinity, 0],
    ['-1 / inf', div, minusOne, infinity, minusZero, 0],
    ['0 / -1', div, 0n, minusOne, minusZero, 0],
    ['sNaN / 0', div, signaling, 0n, defaultNaN, INVALID],
    ['min(-0, 0)', minimumNumber, minusZero, 0n, minusZero, 0],
    ['min(0, -0)', minimumNumber, 0n, minusZero, minusZero, 0],
    ['max(-0, 0)', maximumNumber, minusZero, 0n, 0n, 0],
    ['max(0, -0)', maximumNumber, 0n, minusZero, 0n, 0],
    ['min(-1, 1)', minimumNumber, minusOne, one, minusOne, 0],
    ['max(-inf, max)', maximumNumber, minusInfinity, maxFinite, maxFinite, 0],
    ['min(qNaN, 1)', minimumNumber, quiet, one, one, 0],
    ['max(1, sNaN)', maximumNumber, one, signaling, one, INVALID],
    ['min(qNaN, qNaN)', minimumNumber, quiet, quiet | signMask, defaultNaN, 0],
    ['max(sNaN, qNaN)', maximumNumber, signaling, quiet, defaultNaN, INVALID],
    ['minimum(qNaN, 1)', minimum, quiet, one, defaultNaN, 0],
    ['maximum(1, sNaN)', maximum, one, signaling, defaultNaN, INVALID],
    ['maximum(1, -1)', maximum, one, minusOne, one, 0],
  ])('%s', (_name, operation, a, b, result, flags) => {
    const env = createEnv()
    expect(operation(env, format, a, b)).toBe(result)
    expect(env.flags).toBe(flags)
  })

  it.each<[string, bigint, bigint, number]>([
    ['-0', minusZero, minusZero, 0],
    ['0', 0n, 0n, 0],
    ['-1', minusOne, defaultNaN, INVALID],
    ['inf', infinity, infinity, 0],
    ['-inf', minusInfinity, defaultNaN, INVALID],
    ['qNaN', quiet, defaultNaN, 0],
    ['-sNaN', signaling | signMask, defaultNaN, INVALID],
  ])('sqrt(%s)', (_name, a, result, flags) => {
    const env = createEnv()
    expect(sqrt(env, format, a)).toBe(result)
    expect(env.flags).toBe(flags)
  })

  it.each<[string, bigint, bigint, bigint, bigint, number]>([
    ['inf * 0 + qNaN', infinity, 0n, quiet, defaultNaN, INVALID],
    ['0 * -inf + 1', 0n, minusInfinity, one, defaultNaN, INVALID],
    ['inf * 1 + -inf', infinity, one, minusInfinity, defaultNaN, INVALID],
    ['inf * 1 + inf', infinity, one, infinity, infinity, 0],
    ['-inf * 1 + 1', minusInfinity, one, one, minusInfinity, 0],
    ['1 * 1 + -inf', one, one, minusInfinity, minusInfinity, 0],
    ['qNaN * 1 + 1', quiet, one, one, defaultNaN, 0],
    ['1 * 1 + sNaN', one, one, signaling, defaultNaN, INVALID],
    ['0 * 1 + -0', 0n, one, minusZero, 0n, 0],
    ['0 * -1 + -0', 0n, minusOne, minusZero, minusZero, 0],
    ['0 * -1 + 0', 0n, minusOne, 0n, 0n, 0],
    ['0 * 1 + -1', 0n, one, minusOne, minusOne, 0],
    ['1 * -1 + 1', one, minusOne, one, 0n, 0],
    ['max * max + -inf', maxFinite, maxFinite, minusInfinity, minusInfinity, 0],
  ])('fma %s', (_name, a, b, c, result, flags) => {
    const env = createEnv()
    expect(fma(env, format, a, b, c)).toBe(result)
    expect(env.flags).toBe(flags)
  })

  it('gives exact cancellation a negative zero only when rounding down', () => {
    const env = createEnv({ rounding: DOWN })
    expect(sub(env, format, one, one)).toBe(minusZero)
    expect(add(env, format, 0n, minusZero)).toBe(minusZero)
    expect(add(env, format, 0n, 0n)).toBe(0n)
    expect(fma(env, format, one, one, minusOne)).toBe(minusZero)
    expect(env.flags).toBe(0)
  })

  it('compares', () => {
    const env = createEnv()
    expect(eq(env, format, 0n, minusZero)).toBe(true)
    expect(lt(env, format, minusZero, 0n)).toBe(false)
    expect(le(env, format, 0n, minusZero)).toBe(true)
    expect(lt(env, format, minusInfinity, minusOne)).toBe(true)
    expect(lt(env, format, minusOne, one)).toBe(true)
    expect(le(env, format, infinity, maxFinite)).toBe(false)
    expect(compare(env, format, one, minusOne, true)).toBe(1)
    expect(eq(env, format, quiet, quiet)).toBe(false)
    expect(lt(env, format, quiet, one, false)).toBe(false)
    expect(le(env, format, one, quiet, false)).toBe(false)
    expect(env.flags).toBe(0)
    for (const raise of [
      () => eq(env, format, signaling, one),
      () => eq(env, format, quiet, one, true),
      () => lt(env, format, one, quiet),
      () => le(env, format, quiet, one),
      () => le(env, format, one, signaling, false),
    ]) {
      env.flags = 0
      expect(raise()).toBe(false)
      expect(env.flags).toBe(INVALID)
    }
  })

  it('classifies', () => {
    const { minNormal } = format
    const positive = [0n, 1n, minNormal - 1n, minNormal, one, maxFinite, infinity]
    expect(positive.map(a => classify(format, a))).toEqual([16, 32, 32, 64, 64, 64, 128])
    expect(positive.map(a => classify(format, a | signMask))).toEqual([8, 4, 4, 2, 2, 2, 1])
    expect([quiet, quiet | signMask, signaling].map(a => classify(format, a))).toEqual([512, 512, 256])
  })

  it('asks the NaN rules outside default-NaN mode', () => {
    const env = createEnv({ defaultNaN: false, invalidInfTimesZeroPlusNaN: false })
    expect(add(env, format, quiet | signMask | 5n, one)).toBe(quiet | signMask | 5n)
    expect(fma(env, format, infinity, 0n, quiet | 3n)).toBe(quiet | 3n)
    expect(env.flags).toBe(0)
    expect(mul(env, format, quiet, signaling)).toBe(signaling | format.quietBit)
    expect(env.flags).toBe(INVALID)
    const indefinite = defaultNaN | signMask
    const seen: unknown[] = []
    env.nanRules = {
      generate: () => indefinite,
      propagate: (_format, operands, operation, infTimesZero) => {
        seen.push([operation, operands.length, infTimesZero])
        return indefinite
      },
    }
    expect(div(env, format, 0n, 0n)).toBe(indefinite)
    expect(fma(env, format, infinity, 0n, quiet)).toBe(indefinite)
    expect(sub(env, format, quiet, one)).toBe(indefinite)
    expect(seen).toEqual([
      ['fma', 3, true],
      ['sub', 2, false],
    ])
  })
})
