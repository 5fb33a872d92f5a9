import { seeded } from '@guestscope/testkit'
import { expect, test } from 'vitest'
import { BitField, Data, Saturate } from '../../src/isa/thumb/aux.ts'
import { Flags, S } from '../../src/state.ts'
import { integer } from '../../src/translate/index.ts'
import { type Case, Harness, pc, ways } from './harness.ts'
import { type Before, compute } from './model.ts'

/** Values where carries, signs and widths go wrong. */
function pickValue(rng: () => number): number {
  const bit = 2 ** Math.floor(rng() * 32)
  const random = Math.floor(rng() * 2 ** 32)
  const few = random & (rng() * 2 ** 32)
  const list = [0, -1, 1, bit, bit - 1, -bit, random, few, 0x7fff7fff, 0x80008000, 0x80000000, random & 0xff]
  return (list[Math.floor(rng() * list.length)] as number) >>> 0
}

const int = (rng: () => number, n: number): number => Math.floor(rng() * n)

/** Random operands that the decoder could give. */
function auxOf(rng: () => number, sem: string): number {
  const amount = rng() < 0.2 ? 32 : int(rng, 32)
  if (sem.endsWith('.shift')) {
    return int(rng, 2) | (int(rng, 5) << Data.type) | (amount << Data.amount)
  }
  if (sem.endsWith('.imm')) return int(rng, 4)
  if (/^[su]bfx$|^bf[ic]$/.test(sem)) {
    const lsb = int(rng, 32)
    return lsb | (int(rng, 32 - lsb) << BitField.widthMinus1)
  }
  if (/^[su]sat/.test(sem)) {
    const half = sem.endsWith('16')
    const to = int(rng, half ? 16 : 32) + (sem[0] === 's' ? 1 : 0)
    const asr = int(rng, 2)
    return half
      ? to
      : to | (asr << Saturate.asr) | ((asr ? 1 + int(rng, 31) : int(rng, 32)) << Saturate.amount)
  }
  if (sem.startsWith('pkh')) return sem === 'pkhbt' ? int(rng, 32) : 1 + int(rng, 32)
  if (/^[su]xt/.test(sem)) return 8 * int(rng, 4)
  return int(rng, 4)
}

const zero: Before = {
  rd: 0n,
  rn: 0n,
  rm: 0n,
  ra: 0n,
  n: false,
  z: false,
  c: false,
  v: false,
  q: false,
  ge: 0,
}

const names = integer.map(s => s.name).filter(name => compute({ sem: name }, zero))

test('the model knows every computational instruction', () => {
  // 11 with a destination without rn or with, mov, mvn and four tests in three forms; shifts; 75 others.
  expect(names.length).toBe(147)
})

test('computational instructions, outside and inside of IT blocks', () => {
  const rng = seeded(7)
  const cases: Case[] = []
  for (const sem of names) {
    for (let i = 0; i < 12; i++) {
      const [rn = 0, rm = 0, ra = 0, rd = 0] = [1, 2, 3, 4].map(n => (rng() < 0.15 ? int(rng, 13) : n))
      const imm = sem === 'movt' ? int(rng, 65536) : pickValue(rng) | 0
      // Two destinations are different registers.
      const distinct = rd === ra ? (rd + 1) % 13 : ra
      const it = i % 3 ? 0 : (int(rng, 14) << 4) | (1 + int(rng, 15))
      cases.push({ sem, rd, rn, rm, ra: distinct, imm, aux: auxOf(rng, sem), it, flags: Flags.fpReady })
    }
  }
  const harness = new Harness(cases)
  for (let i = 0; i < harness.count; i++) {
    for (let round = 0; round < 12; round++) one(harness, i, rng)
  }
})

function one(harness: Harness, i: number, rng: () => number): void {
  const c = harness.case(i)
  const regs = Array.from({ length: 15 }, () => pickValue(rng))
  const flags = int(rng, 32)
  const ge = int(rng, 16)
  const reg = (n: number | undefined): bigint => BigInt(regs[n ?? 0] as number)
  const before: Before = {
    rd: reg(c.rd),
    rn: reg(c.rn),
    rm: reg(c.rm),
    ra: reg(c.ra),
    n: (flags & 16) !== 0,
    z: (flags & 8) !== 0,
    c: (flags & 4) !== 0,
    v: (flags & 2) !== 0,
    q: (flags & 1) !== 0,
    ge,
  }
  const runs = !c.it || passes(c.it >> 4, before)
  const after = { ...before, ...(runs && compute(c, before)) }
  const expected = [...regs]
  if (runs) {
    const change = compute(c, before) ?? {}
    if (change.rd !== undefined) expected[c.rd as number] = Number(change.rd)
    if (change.ra !== undefined) expected[c.ra as number] = Number(change.ra)
  }
  const nzcvq = [after.n, after.z, after.c, after.v, after.q].reduce((bits, f) => 2 * bits + (f ? 1 : 0), 0)
  for (const way of ways) {
    harness.reset(i)
    regs.forEach((value, n) => void harness.setR(n, value))
    harness.nzcvq = flags
    harness.set32(S.ge, ge)
    const end = harness.run(i, way)
    const where = `${way} ${JSON.stringify(c)} ${regs.map(r => r.toString(16))} nzcvq ${flags.toString(2)}`
    expect([where, harness.registers(), harness.nzcvq, harness.get32(S.ge), end]).toEqual([
      where,
      expected,
      nzcvq,
      after.ge,
      { pc: pc + 4 },
    ])
    expect([where, harness.flags]).toEqual([where, Flags.fpReady | advanced(c.it ?? 0)])
  }
}

/** ConditionPassed */
function passes(cond: number, { n, z, c, v }: Before): boolean {
  const base = [z, c, n, v, c && !z, n === v, n === v && !z, true][cond >> 1] as boolean
  return cond & 1 && cond !== 15 ? !base : base
}
/** ITAdvance */
const advanced = (it: number): number => (it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0)
