import { seeded } from '@guestscope/testkit'
import { expect, test } from 'vitest'
import { Cause } from '../../src/causes.ts'
import { Flags, S } from '../../src/state.ts'
import { floating } from '../../src/translate/index.ts'
import { runExamples } from './examples.ts'
import { float } from './float-model.ts'
import { type Case, Harness, pc, ways, window } from './harness.ts'

const s = (n: number): number => S.s + 4 * n
const ready = { flags: Flags.fpReady }
const [d0, n0, m0] = [0, 8, 16]

/** Formats of what an instruction reads and writes: by its name. */
const before = { d: 0n, n: 0n, m: 0n, fpscr: 0, imm: 1, aux: 0, nzcv: 0 }
const names = floating.map(x => x.name).filter(name => !name.endsWith(' if') && float(name, before))

const specials32 = [
  0, 0x80000000, 0x3f800000, 0xbf800000, 0x3f800001, 0x3f7fffff, 0x40000000, 0x7f7fffff, 0x00800000,
  0x00800001, 0x80800000, 0x007fffff, 1, 0x80000001, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00123,
  0x7f800001, 0xffbfffff, 0x4effffff, 0x4f000000, 0x4f800000, 0xcf000000, 0x47000000, 0x477fe000, 0x477ff000,
  0x47800000, 0x3f000000, 0x3fc00000, 0x33800000, 0x38800000, 0x387fe000, 0x33000000, 0x40200000, 0x7fffffff,
  0x80008000,
]
const specials64 = [
  0n,
  1n << 63n,
  0x3ff0000000000000n,
  0xbff0000000000001n,
  0x3fefffffffffffffn,
  0x7fefffffffffffffn,
  0x0010000000000000n,
  0x0010000000000001n,
  0x000fffffffffffffn,
  1n,
  0x7ff0000000000000n,
  0xfff0000000000000n,
  0x7ff8000000000000n,
  0xfff8000000000123n,
  0x7ff0000000000001n,
  0x41dfffffffe00000n,
  0xc1e0000000000000n,
  0x3690000000000000n,
  0x36a8000000000000n,
  0x47efffffe0000000n,
  0x47effffff0000000n,
  0x380fffffc0000000n,
  0x3fe0000000000000n,
  0x3ff8000000000000n,
  0x4004000000000000n,
  0x40effc0000000000n,
  0x3f10000000000000n,
]

/** 1 + 2^-23 plus a product a little below 2^-24: as a double the sum lies in the middle of two singles. */
const nearMiddle = { d: 0x3f800001n, n: 0x33800001n, m: 0x3f7ffffen, fpscr: 0x10 }

const int = (rng: () => number, n: number): number => Math.floor(rng() * n)
const word = (rng: () => number): bigint => BigInt(int(rng, 2 ** 32))

function pick32(rng: () => number): bigint {
  const kind = rng()
  if (kind < 0.35) return BigInt(specials32[int(rng, specials32.length)] as number)
  if (kind < 0.5) return word(rng)
  // Near one; or few bits, so that results are exact; or small or great.
  const exponent = kind < 0.8 ? 120 + int(rng, 16) : int(rng, 255)
  const fraction = rng() < 0.5 ? int(rng, 2 ** 23) : int(rng, 64) << 17
  return BigInt(((int(rng, 2) << 31) | (exponent << 23) | fraction) >>> 0)
}
function pick64(rng: () => number): bigint {
  const kind = rng()
  if (kind < 0.35) return specials64[int(rng, specials64.length)] as bigint
  if (kind < 0.5) return (word(rng) << 32n) | word(rng)
  const exponent = kind < 0.8 ? 1015 + int(rng, 40) : int(rng, 2047)
  const few = rng() < 0.5
  const high = BigInt(
    ((int(rng, 2) << 31) | (exponent << 20) | (few ? int(rng, 64) << 14 : int(rng, 2 ** 20))) >>> 0,
  )
  return (high << 32n) | (few ? 0n : word(rng))
}

function pickFpscr(rng: () => number): number {
  const plain = (int(rng, 16) << 28) | (rng() < 0.6 ? 0x10 : 0)
  return rng() < 0.5 ? plain | (rng() < 0.3 ? 0x2000000 : 0) : plain | (int(rng, 32) << 22)
}

/** The widths of rd, rn and rm. */
function widths(sem: string): { d: boolean; n: boolean; m: boolean } {
  const [op = '', to = '', from = ''] = sem.split('.')
  const both = sem.includes('f64')
  if (!op.startsWith('vcvt')) return { d: both, n: both, m: both }
  return { d: to === 'f64', n: false, m: from === 'f64' }
}

test('every computation has a model', () => {
  const others = floating.map(x => x.name).filter(name => !name.endsWith(' if') && !float(name, before))
  expect(others).toEqual([
    'vmov.imm.f32',
    'vmov.imm.f64',
    'vmov.s.r',
    'vmov.r.s',
    'vmov.ss.rr',
    'vmov.d.rr',
    'vmov.rr.ss',
    'vmov.rr.d',
    'vmrs',
    'vmsr',
    'vmrs.apsr',
    'vldr.f32',
    'vldr.f64',
    'vldr.lit.f32',
    'vldr.lit.f64',
    'vstr.f32',
    'vstr.f64',
    'vldm',
    'vldmdb',
    'vstm',
    'vstmdb',
    'undefined.fp',
    'vmov.f32',
    'vmov.f64',
  ])
})

test('computations', () => {
  const rng = seeded(11)
  const cases: Case[] = []
  for (const sem of names) {
    const fixed = sem.startsWith('vfix')
    const variants = /vsel|vcvtm|vrintm/.test(sem) ? [0, 1, 2, 3] : fixed ? [0, 1, 2] : [0]
    for (const aux of variants) {
      const imm = fixed ? (sem.includes('16') ? 8 * aux : [1, 7, 32][aux]) : 0
      cases.push({ sem, slots: [s(d0), s(n0), s(m0), 0], aux: fixed ? 0 : aux, imm: imm ?? 0, ...ready })
    }
  }
  const harness = new Harness(cases)
  const get = (n: number, wide: boolean): bigint =>
    wide ? harness.view.getBigUint64(0x10000 + s(n), true) : BigInt(harness.get32(s(n)) >>> 0)
  for (let i = 0; i < harness.count; i++) {
    const c = harness.case(i)
    const w = widths(c.sem)
    const pick = (wide: boolean): bigint => (wide ? pick64(rng) : rng() < 0.15 ? word(rng) : pick32(rng))
    for (let round = 0; round < 150; round++) {
      const state = {
        d: pick(w.d),
        n: pick(w.n),
        m: pick(w.m),
        fpscr: pickFpscr(rng),
        imm: c.imm ?? 0,
        aux: c.aux ?? 0,
        nzcv: int(rng, 16),
      }
      if (round < 4 && !w.d) {
        const signs = [0n, 1n << 31n]
        Object.assign(state, nearMiddle, { n: nearMiddle.n | (signs[round & 1] as bigint) })
        state.d |= signs[round >> 1] as bigint
      }
      const after = float(c.sem, state)
      for (const way of ways) {
        harness.reset(i)
        for (const [n, v] of [
          [d0, state.d],
          [n0, state.n],
          [m0, state.m],
        ] as const)
          harness.view.setBigUint64(0x10000 + s(n), v, true)
        harness.set32(S.fpscr, state.fpscr)
        harness.nzcvq = state.nzcv << 1
        const end = harness.run(i, way)
        const hex = (v: bigint | number): string => v.toString(16)
        const shown = { sem: c.sem, way, ...state }
        expect({ end, d: hex(get(d0, w.d)), fpscr: hex(harness.get32(S.fpscr) >>> 0), shown }).toEqual({
          end: { pc: pc + 4 },
          d: hex(BigInt.asUintN(w.d ? 64 : 32, after?.d ?? 0n)),
          fpscr: hex((after?.fpscr ?? 0) >>> 0),
          shown,
        })
      }
    }
  }
}, 120_000)

const at = window.start
const slots = (rd: number, rn: number, rm: number, ra: number): Pick<Case, 'slots'> => ({
  slots: [rd, rn, rm, ra],
})
const r = (n: number): number => S.r + 8 * n
const bytes = (n: number): number => n << 6

test('moves', () => {
  runExamples([
    {
      sem: 'vmov.imm.f32',
      ...ready,
      ...slots(s(3), 0, 0, 0),
      imm: 0x3f800000,
      s: { [s(3)]: 1 },
      sAfter: { [s(3)]: 0x3f800000 },
    },
    {
      sem: 'vmov.imm.f64',
      ...ready,
      ...slots(s(4), 0, 0, 0),
      imm: -0x40100000,
      s: { [s(4)]: 1, [s(5)]: 2 },
      sAfter: { [s(4)]: 0, [s(5)]: 0xbff00000 },
    },
    {
      sem: 'vmov.s.r',
      ...ready,
      ...slots(s(31), r(2), 0, 0),
      r: { 2: 5 },
      s: { [s(31)]: 1 },
      sAfter: { [s(31)]: 5 },
    },
    { sem: 'vmov.r.s', ...ready, ...slots(r(2), s(31), 0, 0), after: { 2: 7 }, s: { [s(31)]: 7 } },
    {
      sem: 'vmov.ss.rr',
      ...ready,
      ...slots(r(2), 0, s(3), r(4)),
      r: { 2: 5, 4: 6 },
      s: { [s(3)]: 0, [s(4)]: 0, [s(5)]: 1 },
      sAfter: { [s(3)]: 5, [s(4)]: 6 },
    },
    {
      sem: 'vmov.d.rr',
      ...ready,
      ...slots(r(2), 0, s(4), r(3)),
      r: { 2: 5, 3: 6 },
      s: { [s(4)]: 0, [s(5)]: 0 },
      sAfter: { [s(4)]: 5, [s(5)]: 6 },
    },
    {
      sem: 'vmov.rr.ss',
      ...ready,
      ...slots(r(2), 0, s(3), r(4)),
      after: { 2: 5, 4: 6 },
      s: { [s(3)]: 5, [s(4)]: 6 },
    },
    {
      sem: 'vmov.rr.d',
      ...ready,
      ...slots(r(2), 0, s(4), r(4)),
      after: { 2: 5, 4: 6 },
      s: { [s(4)]: 5, [s(5)]: 6 },
    },
    {
      sem: 'vmov.f32',
      ...ready,
      ...slots(s(2), 0, s(1), 0),
      s: { [s(1)]: 0x7f800001, [s(2)]: 0 },
      sAfter: { [s(2)]: 0x7f800001 },
    },
    {
      sem: 'vmov.f64',
      ...ready,
      ...slots(s(2), 0, s(0), 0),
      s: { [s(0)]: 1, [s(1)]: 0x7ff00000, [s(2)]: 0, [s(3)]: 0 },
      sAfter: { [s(2)]: 1, [s(3)]: 0x7ff00000 },
    },
    {
      sem: 'vmrs',
      ...ready,
      ...slots(r(1), 0, 0, 0),
      after: { 1: 0x12000010 },
      s: { [S.fpscr]: 0x12000010 },
    },
    {
      sem: 'vmsr',
      ...ready,
      ...slots(0, r(1), 0, 0),
      r: { 1: -1 },
      s: { [S.fpscr]: 0 },
      sAfter: { [S.fpscr]: 0xf7c0009f },
    },
    { sem: 'vmrs.apsr', ...ready, s: { [S.fpscr]: 0x90000000 }, nzcvq: 0b01101, nzcvqAfter: 0b10011 },
    { sem: 'vmrs.apsr', ...ready, s: { [S.fpscr]: 0x60000000 }, nzcvq: 0b10010, nzcvqAfter: 0b01100 },
  ])
})

test('loads and stores', () => {
  const memory = { [at]: 1, [at + 4]: 2, [at + 8]: 3, [at + 12]: 4 }
  const none = { [s(4)]: 0, [s(5)]: 0, [s(6)]: 0, [s(7)]: 9 }
  const some = { [s(4)]: 5, [s(5)]: 6, [s(6)]: 7, [s(7)]: 8 }
  runExamples([
    {
      sem: 'vldr.f32',
      ...ready,
      ...slots(s(4), r(1), 0, 0),
      imm: -4,
      r: { 1: at + 8 },
      memory,
      s: none,
      sAfter: { [s(4)]: 2 },
    },
    {
      sem: 'vldr.f64',
      ...ready,
      ...slots(s(4), r(1), 0, 0),
      imm: 4,
      r: { 1: at },
      memory,
      s: none,
      sAfter: { [s(4)]: 2, [s(5)]: 3 },
    },
    {
      sem: 'vldr.f32',
      ...ready,
      ...slots(s(4), r(1), 0, 0),
      r: { 1: at + 2 },
      memory,
      s: none,
      trap: [Cause.unaligned, at + 2],
    },
    {
      sem: 'vldr.f64',
      ...ready,
      ...slots(s(4), r(1), 0, 0),
      r: { 1: window.end - 4 },
      s: none,
      trap: [100, window.end],
    },
    {
      sem: 'vstr.f32',
      ...ready,
      ...slots(s(4), r(1), 0, 0),
      imm: 4,
      r: { 1: at },
      memory,
      s: some,
      memoryAfter: { [at + 4]: 5 },
    },
    {
      sem: 'vstr.f64',
      ...ready,
      ...slots(s(4), r(1), 0, 0),
      imm: 4,
      r: { 1: at },
      memory,
      s: some,
      memoryAfter: { [at + 4]: 5, [at + 8]: 6 },
    },
    {
      sem: 'vldm',
      ...ready,
      ...slots(s(4), r(1), 0, 0),
      imm: 3,
      aux: bytes(3) | 1,
      r: { 1: at },
      after: { 1: at + 12 },
      memory,
      s: none,
      sAfter: { [s(4)]: 1, [s(5)]: 2, [s(6)]: 3 },
    },
    {
      sem: 'vldm',
      note: 'FLDMX',
      ...ready,
      ...slots(s(4), r(1), 0, 0),
      imm: 2,
      aux: bytes(3) | 3,
      r: { 1: at },
      after: { 1: at + 12 },
      memory,
      s: none,
      sAfter: { [s(4)]: 1, [s(5)]: 2 },
    },
    {
      sem: 'vldmdb',
      ...ready,
      ...slots(s(4), r(1), 0, 0),
      imm: 2,
      aux: bytes(2) | 3,
      r: { 1: at + 12 },
      after: { 1: at + 4 },
      memory,
      s: none,
      sAfter: { [s(4)]: 2, [s(5)]: 3 },
    },
    {
      sem: 'vldm',
      note: 'fault',
      ...ready,
      ...slots(s(4), r(1), 0, 0),
      imm: 3,
      aux: bytes(3) | 1,
      r: { 1: window.end - 8 },
      s: none,
      trap: [100, window.end],
    },
    {
      sem: 'vstm',
      ...ready,
      ...slots(s(4), r(1), 0, 0),
      imm: 2,
      aux: bytes(2),
      r: { 1: at },
      memory,
      s: some,
      memoryAfter: { [at]: 5, [at + 4]: 6 },
    },
    {
      sem: 'vstmdb',
      ...ready,
      ...slots(s(4), r(1), 0, 0),
      imm: 4,
      aux: bytes(4) | 3,
      r: { 1: at + 16 },
      after: { 1: at },
      memory,
      s: some,
      memoryAfter: { [at]: 5, [at + 4]: 6, [at + 8]: 7, [at + 12]: 8 },
    },
    { sem: 'undefined.fp', ...ready, word: 0x1234, trap: [Cause.undefined, 0x1234] },
    {
      sem: 'vmov.s.r',
      note: 'if',
      it: 0x08,
      nzcvq: 8,
      ...ready,
      flagsAfter: Flags.fpReady,
      ...slots(s(1), r(2), 0, 0),
      r: { 2: 5 },
      s: { [s(1)]: 1 },
      sAfter: { [s(1)]: 5 },
    },
    {
      sem: 'vmov.s.r',
      note: 'if not',
      it: 0x08,
      nzcvq: 0,
      ...ready,
      flagsAfter: Flags.fpReady,
      ...slots(s(1), r(2), 0, 0),
      r: { 2: 5 },
      s: { [s(1)]: 1 },
    },
    {
      sem: 'vmov.s.r',
      note: 'prepares',
      ...slots(s(1), r(2), 0, 0),
      r: { 2: 5 },
      s: { [s(1)]: 1 },
      sAfter: { [s(1)]: 5 },
      calls: [['prepareFloat']],
    },
    {
      sem: 'vmov.s.r',
      note: 'prepares not',
      it: 0x08,
      nzcvq: 0,
      ...slots(s(1), r(2), 0, 0),
      r: { 2: 5 },
      s: { [s(1)]: 1 },
    },
  ])
})

test('floating point that is switched off', () => {
  const harness = new Harness([{ sem: 'vmrs', slots: [r(1), 0, 0, 0], word: 0x77 }])
  for (const way of ways) {
    harness.reset(0)
    harness.floatFault = Cause.noCoprocessor
    expect(harness.run(0, way)).toEqual({ pc, trap: [Cause.noCoprocessor, 0x77] })
  }
})
