import { describe, expect, it, vi } from 'vitest'
import {
  divInexact64,
  EXACT,
  fma32,
  fma64,
  isFmaRange64,
  mulInexact64,
  ROUNDED,
  sqrtInexact64,
  UNKNOWN,
} from './fast.ts'
import { CHECKS, runCheck } from './fast-check.ts'

// Bigint loops of about a second each; machines may be slow or busy.
vi.setConfig({ testTimeout: 60_000 })

it.each(Object.entries(CHECKS))('%s agrees with the exact reference', (_name, check) => {
  const { wrong, unknown } = runCheck(check, 50_000, 5)
  expect(wrong).toEqual([])
  expect(unknown).toBeLessThan(40_000)
})

describe('guards', () => {
  const least = 2 ** -1022

  it('leave results that may be tiny, and subnormal operands, to the slow path', () => {
    expect(mulInexact64(2 ** -511, 2 ** -511, least)).toBe(UNKNOWN)
    expect(mulInexact64(2 ** -511, 2 ** -510, 2 * least)).toBe(EXACT)
    expect(mulInexact64(least / 2, 4, 2 * least)).toBe(UNKNOWN)
    expect(mulInexact64(Infinity, 1, Infinity)).toBe(UNKNOWN)
    expect(mulInexact64(0, -3, -0)).toBe(EXACT)
    expect(divInexact64(least, 1, least)).toBe(UNKNOWN)
    expect(divInexact64(1, Infinity, 0)).toBe(UNKNOWN)
    expect(divInexact64(-0, 3, -0)).toBe(EXACT)
    expect(sqrtInexact64(least, 2 ** -511)).toBe(EXACT)
    expect(sqrtInexact64(least / 4, 2 ** -512)).toBe(UNKNOWN)
    expect(sqrtInexact64(-1, Number.NaN)).toBe(UNKNOWN)
  })

  it('bound the fused multiply-add', () => {
    expect(isFmaRange64(2 ** 995, 2 ** 26, 2 ** 1021, 2 ** 1021)).toBe(true)
    expect(isFmaRange64(2 ** 996, 1, 0, 2 ** 996)).toBe(false)
    expect(isFmaRange64(2 ** -484, 2 ** -484, 5e-324, 2 ** -968)).toBe(true)
    expect(isFmaRange64(2 ** -485, 2 ** -484, 5e-324, 2 ** -969)).toBe(false)
    expect(isFmaRange64(1, 1, Number.NaN, 1)).toBe(false)
    expect(fma64(0, -1, -0)).toEqual({ result: -0, exactness: EXACT })
    expect(fma64(0, Infinity, 1).exactness).toBe(UNKNOWN)
    expect(fma32(Infinity, 1, 1).exactness).toBe(UNKNOWN)
  })

  it('do not round twice', () => {
    // 1 + 2^-53 is a tie; the rest of the product decides.
    const a = 1 + 2 ** -30
    const b = 1 - 2 ** -30
    expect(fma64(a, b, 2 ** -60)).toEqual({ result: 1, exactness: EXACT })
    expect(fma64(2 ** -53, 1 + 2 ** -52, 1)).toEqual({ result: 1 + 2 ** -52, exactness: ROUNDED })
    expect(fma32(2 ** -24, 1 + 2 ** -23, 1).result).toBe(1 + 2 ** -23)
  })
})
