import { softfloat } from '@guestscope/codegen'
import { seeded } from '@guestscope/testkit'
import { expect, test } from 'vitest'
import { assemble, randomWord, rowsOf, type Xlen } from '../../src/isa/index.ts'
import { bases } from '../isa/bases.ts'
import { computeFloat } from './float-model.ts'
import { type Case, flagsOf, Harness, pc, ways, window } from './harness.ts'

type Rng = () => number
const below = (rng: Rng, n: number): number => Math.floor(rng() * n)
const word = (rng: Rng): bigint => BigInt(below(rng, 2 ** 32))
const pick = <T>(rng: Rng, list: readonly T[]): T => list[below(rng, list.length)] as T

/** Bits of a value where rounding goes wrong; `near` draws the exponent to that of another value. */
function bits(rng: Rng, f: softfloat.FloatFormat, near: bigint): bigint {
  const sign = rng() < 0.5 ? 0n : f.signMask
  const random = ((word(rng) << 32n) | word(rng)) & f.fractionMask
  const few =
    (1n << BigInt(below(rng, f.fractionBits))) + (rng() < 0.5 ? 1n << BigInt(below(rng, f.fractionBits)) : 0n)
  const fraction = pick(rng, [random, random, few & f.fractionMask, -few & f.fractionMask, 0n])
  const exponent = (e: number): bigint => BigInt(Math.min(Math.max(e, 0), 2 * f.bias + 1)) << f.fractionShift
  const nearby = Number((near & f.infinity) >> f.fractionShift)
  const spread = (by: number): number => below(rng, 2 * by + 1) - by
  switch (below(rng, 8)) {
    case 0:
      return (
        sign |
        pick(rng, [
          0n,
          1n,
          f.minNormal - 1n,
          f.minNormal,
          f.minNormal + 1n,
          f.maxFinite,
          f.infinity,
          f.defaultNaN,
          f.infinity + 1n,
        ])
      )
    case 1:
      return sign | exponent(below(rng, 2 * f.bias + 2)) | fraction
    case 2:
      return sign | exponent(below(rng, 3)) | fraction
    case 3:
    case 4:
      return sign | exponent(f.bias + spread(8)) | fraction
    case 5: // small integers: exact results, ties
      return (
        sign |
        exponent(f.bias + below(rng, 40)) |
        (fraction & (-1n << BigInt(f.fractionBits - below(rng, 12))) & f.fractionMask)
      )
    default:
      return sign | exponent(nearby + spread(2 * f.precision)) | fraction
  }
}

const formats = { h: softfloat.binary16, s: softfloat.binary32, d: softfloat.binary64 }

/** Contents of a register: a value of the format, mostly boxed. */
function register(rng: Rng, format: softfloat.FloatFormat, near: bigint): bigint {
  const value = bits(rng, format, near)
  if (format.width === 64) return value
  const above = rng() < 0.02 ? word(rng) << 32n : -1n << BigInt(format.width)
  return BigInt.asUintN(64, above) | value
}

/** The format of the operands, out of the name. */
const operandFormat = (sem: string): softfloat.FloatFormat =>
  sem.endsWith('.h') ? formats.h : sem.endsWith('.s') ? formats.s : formats.d

const integer = (rng: Rng, xlen: Xlen): bigint => {
  const value = pick(rng, [
    (word(rng) << 32n) | word(rng),
    word(rng),
    BigInt.asIntN(32, word(rng)),
    1n << BigInt(below(rng, 64)),
    0n,
    -1n,
  ])
  return BigInt.asUintN(xlen, value >> BigInt(rng() < 0.5 ? 0 : below(rng, 64)))
}

const isMemory = (name: string): boolean => /^f(l|s)[hwd]$/.test(name)

/** Rounds of each instruction and rounding mode; raise it for a long test. */
const rounds = 40

test.each(bases)('RV%i: floating-point instructions agree with the exact reference', xlen => {
  const rng = seeded(xlen + 2)
  const cases: Case[] = rowsOf(xlen)
    .filter(row => ['F', 'D', 'Zfhmin', 'Zfh'].includes(row.ext) && !isMemory(row.name))
    .flatMap(row => {
      const dynamic = row.args.includes('rm') ? [0, 1, 2, 3, 4, 5, 6, 7, 7] : [undefined]
      return dynamic.flatMap(rm => {
        const any = randomWord(rng, xlen, row)
        const bare = rm === undefined ? any : ((any & ~0x7000) | (rm << 12)) >>> 0
        return ([1, 2] as const).map((fs): Case => ({ word: bare, fs }))
      })
    })
  const harness = new Harness(xlen, cases)
  for (let i = 0; i < harness.count; i++) {
    const insn = harness.insn(i)
    const { regs, sem } = insn.row
    const format = operandFormat(sem)
    for (let round = 0; round < rounds; round++) {
      const a = register(rng, format, 0n)
      const b = insn.rs2 === insn.rs1 ? a : register(rng, format, a)
      const near = format.width < 64 ? b : softfloat.mul(softfloat.createEnv(), softfloat.binary64, a, b)
      const c = insn.rs3 === insn.rs1 ? a : insn.rs3 === insn.rs2 ? b : register(rng, format, near)
      const x = insn.rs1 ? integer(rng, xlen) : 0n
      const [frm, fflags] = [rng() < 0.6 ? 0 : below(rng, 8), pick(rng, [0, 0, 1, 31])]
      const { fs } = cases[i] as Case
      const inputs = `${sem} rm ${insn.aux} frm ${frm} ${[a, b, c, x].map(v => v.toString(16)).join(' ')}`
      const model = computeFloat(insn, xlen, { f: [a, b, c], x, frm })
      const changes = model && (regs.rd === 'f' || model.flags !== 0)
      const dirty = fs === 2 || changes
      const expected = {
        rd: model && (regs.rd === 'x' && !insn.rd ? 0n : model.rd).toString(16),
        fflags: model ? fflags | model.flags : fflags,
        end: model ? { pc: pc + 4n, trap: undefined } : { pc, trap: [2, BigInt(insn.word)] },
        mstatus: dirty ? 3n << 13n : 1n << 13n,
        flags: flagsOf(dirty ? 2 : 1),
      }
      for (const way of ways) {
        harness.reset(i)
        for (const [n, v] of [
          [insn.rs3, c],
          [insn.rs2, b],
          [insn.rs1, a],
        ] as const)
          harness.setF(n, v)
        if (regs.rs1 === 'x') harness.setX(insn.rs1, x)
        Object.assign(harness, { frm, fflags })
        const end = harness.run(i, way)
        const found = {
          rd: model && (regs.rd === 'x' ? harness.x(insn.rd) : harness.f(insn.rd)).toString(16),
          fflags: harness.fflags,
          end,
          mstatus: harness.mstatus,
          flags: harness.flags,
        }
        if (JSON.stringify(found, plain) !== JSON.stringify(expected, plain)) {
          expect([way, inputs, found]).toEqual([way, inputs, expected])
        }
      }
    }
  }
})

const plain = (_key: string, v: unknown): unknown => (typeof v === 'bigint' ? `${v}n` : v)

test.each(bases)('RV%i: loads and stores move bits, whatever they are', xlen => {
  const at = BigInt(window.start)
  const texts = [
    'flw fa0,8(a1)',
    'fld fa0,8(a1)',
    'fsw fa0,8(a1)',
    'fsd fa0,8(a1)',
    'flh fa0,8(a1)',
    'fsh fa0,8(a1)',
  ]
  const cases = texts.flatMap(text =>
    ([1, 2] as const).map((fs): Case => ({ word: assemble(xlen, text), fs })),
  )
  const harness = new Harness(xlen, cases)
  const [memory, before] = [0x7fa0000112345678n, 0x7ff0000180000001n]
  const expected = [
    [0xffffffff12345678n, memory],
    [memory, memory],
    [before, 0x7fa0000180000001n],
    [before, before],
    [0xffffffffffff5678n, memory],
    [before, 0x7fa0000112340001n],
  ]
  cases.forEach(({ fs }, i) => {
    for (const way of ways) {
      harness.reset(i)
      harness.setX(11, at)
      harness.setF(10, before)
      harness.view.setBigUint64(window.start + 8, memory, true)
      const end = harness.run(i, way)
      const found = [harness.f(10), harness.view.getBigUint64(window.start + 8, true)]
      const text = texts[i >> 1] as string
      expect([way, text, found, end.trap]).toEqual([way, text, expected[i >> 1], undefined])
      expect(harness.mstatus).toBe(fs === 2 || text.startsWith('fl') ? 3n << 13n : 1n << 13n)
    }
  })
})

test.each(bases)('RV%i: with FS off every one of them is illegal, and changes nothing', xlen => {
  const rng = seeded(xlen)
  const rows = rowsOf(xlen).filter(row => ['F', 'D', 'Zcf', 'Zcd', 'Zfhmin', 'Zfh'].includes(row.ext))
  const cases = rows.map((row): Case => ({ word: randomWord(rng, xlen, row), fs: 0 }))
  const harness = new Harness(xlen, cases)
  cases.forEach(({ word }, i) => {
    for (const way of ways) {
      harness.reset(i)
      expect(harness.run(i, way)).toEqual({ pc, trap: [2, BigInt(word)] })
      expect(harness.mstatus).toBe(0n)
    }
  })
})

test.each(bases)('RV%i: ordinary operands do not need the host', xlen => {
  const rng = seeded(xlen)
  // Conversions that round ask it while NX is clear: once, then NX is set.
  const rows = rowsOf(xlen).filter(
    row =>
      ['F', 'D'].includes(row.ext) &&
      !isMemory(row.name) &&
      !/^fcvt\.s\.[dl]|^fcvt\.d\.l|^fcvt\.s\.w/.test(row.name),
  )
  const cases = rows.map((row): Case => {
    const rm = row.args.includes('rm') ? 7 : (row.match >>> 12) & 7
    return { word: ((randomWord(rng, xlen, row) & ~0x7000) | (rm << 12)) >>> 0, fs: 2 }
  })
  const harness = new Harness(xlen, cases)
  const [single, double] = [0xffffffff3f99999an, 0x3ff3333333333333n] // 1.2
  cases.forEach((_, i) => {
    const insn = harness.insn(i)
    for (const nx of [0, 1]) {
      harness.reset(i)
      Object.assign(harness, { fflags: nx })
      for (let n = 0; n < 32; n++) harness.setF(n, insn.row.sem.endsWith('.s') ? single : double)
      harness.run(i, 'T1')
      expect([insn.row.name, nx, harness.hostCalls]).toEqual([insn.row.name, nx, 0])
    }
  })
})
