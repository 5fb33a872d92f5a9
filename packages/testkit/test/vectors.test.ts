/** Operations on vectors in T0, in regions with slots in locals, and by the oracle, on values at which lanes go wrong. */
import { Head, type LaneOp, type NumericOp, type OpName, opTable, type Type } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { bits64, type SingleInsn, SingleInsns, singleWays, singleWindow } from '../src/index.ts'
import { seeded } from '../src/random.ts'

/** Slots, 16 bytes each: the operands, then the result. All but the first, for scalars, are promoted vectors. */
const slot = (n: number): number => ((Head.size + 15) & -16) + 16 * n
const [scalar, result, size] = [slot(0), slot(4), slot(6)]
const promote = (offset: number): Type | undefined =>
  offset > scalar && offset <= result && offset % 16 === 0 ? 'v128' : undefined

const numerics = Object.entries(opTable()).filter(
  (e): e is [string, NumericOp] =>
    e[1].kind === 'numeric' && (e[1].result === 'v128' || e[1].args.includes('v128')),
)
/** Those of which WebAssembly leaves the NaNs open. */
const open = /^f..x..(?!neg|abs|copysign|pmin|pmax|canonical)/

function semanticsOf(name: string, info: NumericOp, imm: number | bigint): Semantics {
  return {
    name: `${name} ${imm}`,
    emit: (b, o) => {
      let vectors = 0
      const args = info.args.map(type => (type === 'v128' ? o.reg(vectors++, type) : b.get(scalar, type)))
      const value =
        info.immediate === undefined ? b.op(name as OpName, ...args) : b.lane(name as LaneOp, imm, ...args)
      if (open.test(name)) {
        const shape = name.slice(0, 5) as 'f32x4' | 'f64x2'
        const { type } = value
        if (type === 'v128') return o.setReg(3, b.op(`${shape}.canonical`, value))
        if (type === 'f32' || type === 'f64')
          return o.setReg(3, b.select(b.op(`${type}.eq`, value, value), value, b.const(type, 0)))
      }
      o.setReg(3, value)
    },
  }
}

/** Each with a few immediates. */
const cases = numerics.flatMap(([name, info]): Semantics[] => {
  const { immediate } = info
  if (immediate === undefined) return [semanticsOf(name, info, 0)]
  if (immediate === 'shuffle')
    return [0x1f1e1d1c_1b1a1918_07060504_03020100n, 0x00100111_02120313_04140515_06160717n].map(p =>
      semanticsOf(name, info, p),
    )
  return Array.from({ length: immediate }, (_, n) => semanticsOf(name, info, n))
})
const insns: SingleInsn[] = cases.map(({ name }) => ({
  name,
  sem: name,
  operands: { regs: [slot(1), slot(2), slot(3), result], imm: 0, aux: 0, size: 4, word: 0 },
  flags: 0,
}))

const lanes = (bits: bigint, ...values: bigint[]): bigint => {
  let whole = 0n
  for (let at = 0n, i = 0; at < 128n; at += bits, i++)
    whole |= BigInt.asUintN(Number(bits), values[i % values.length] as bigint) << at
  return whole
}
/** Limits of lanes; then floats: zeros, infinities, NaNs quiet and signaling, subnormals, halves, limits of integers. */
const special: readonly bigint[] = [
  0n,
  (1n << 128n) - 1n,
  lanes(8n, 0x80n, 0x7fn, 1n, 0xffn, 0n, 0x81n, 7n, 8n),
  lanes(16n, 0x8000n, 0x7fffn, 1n, 0xffffn, 0n, 0x00ffn, 15n, 16n),
  lanes(32n, 0x80000000n, 0x7fffffffn, 1n, 0xffffffffn),
  lanes(32n, 0n, 0xffffn, 31n, 32n),
  lanes(64n, 1n << 63n, (1n << 63n) - 1n),
  lanes(64n, 1n, 63n),
  lanes(64n, 0xffffffffn, -0x80000001n),
  lanes(32n, 0x80000000n, 0x7f800000n, 0xff800000n, 0x7fc00000n),
  lanes(32n, 0x7f800001n, 0xffc12345n, 0x00000001n, 0x807fffffn),
  lanes(32n, 0x3f000000n, 0xbf000000n, 0x3fc00000n, 0xc0200000n),
  lanes(32n, 0x4f000000n, 0xcf000001n, 0x4f800000n, 0x3f7fffffn),
  lanes(64n, 0x8000000000000000n, 0x7ff0000000000000n),
  lanes(64n, 0x7ff8000000000000n, 0xfff0000000000001n),
  lanes(64n, 0x41efffffffe00000n, 0xc1e0000000200000n),
  lanes(64n, 0x43e0000000000000n, 0xbfe0000000000000n),
  lanes(64n, 0x3ff0000000000001n, 0x000fffffffffffffn),
]

const make = (semantics: readonly Semantics[], list: readonly SingleInsn[]): SingleInsns =>
  new SingleInsns({
    semantics,
    functions: [],
    host: [],
    addressType: 'i64',
    fixed: { zero: 0, sink: size },
    promote,
    pc: 0x1000n,
    faults: { load: 5, store: 7 },
    insns: list,
  })
const put = (single: SingleInsns, at: number, value: bigint): void => {
  single.set64(at, value)
  single.set64(at + 8, value >> 64n)
}
const take = (single: SingleInsns, at: number): bigint => single.get64(at) | (single.get64(at + 8) << 64n)

test('every operation on lanes: T0, regions and the oracle agree', () => {
  const single = make(cases, insns)
  const random = seeded(11)
  const vectors = [...special, ...Array.from({ length: 6 }, () => bits64(random) | (bits64(random) << 64n))]
  const faults: string[] = []
  for (let i = 0; i < insns.length; i++)
    vectors.forEach((x, k) => {
      for (const y of [vectors[(k * 5 + 1) % vectors.length] as bigint, x]) {
        const results = singleWays.map(way => {
          single.reset(i)
          put(single, scalar, y)
          ;[x, y, vectors[(k * 7 + 3) % vectors.length] as bigint].forEach((v, n) =>
            put(single, slot(1 + n), v),
          )
          put(single, result, vectors[2] as bigint)
          expect(single.single(i, way).exit).toBe(0)
          return take(single, result).toString(16)
        })
        if (new Set(results).size !== 1)
          faults.push(`${insns[i]?.name} of ${x.toString(16)} ${y.toString(16)}: ${results.join(' ')}`)
      }
    })
  expect(faults.slice(0, 20)).toEqual([])
  expect(insns.length).toBeGreaterThan(300)
})

describe('accesses of 16 bytes', () => {
  const semantics: readonly Semantics[] = [
    { name: 'load', emit: (b, o) => o.setReg(3, b.gload('v128', '128', b.get(scalar, 'i64'))) },
    { name: 'load64', emit: (b, o) => o.setReg(3, b.gload('v128', '64', b.get(scalar, 'i64'))) },
    { name: 'load32', emit: (b, o) => o.setReg(3, b.gload('v128', '32u', b.get(scalar, 'i64'))) },
    { name: 'store', emit: (b, o) => b.gstore('128', b.get(scalar, 'i64'), o.reg(0, 'v128')) },
    { name: 'store64', emit: (b, o) => b.gstore('64', b.get(scalar, 'i64'), o.reg(0, 'v128')) },
    { name: 'store32', emit: (b, o) => b.gstore('32u', b.get(scalar, 'i64'), o.reg(0, 'v128')) },
    { name: 'probe', emit: b => b.gprobe('128', b.get(scalar, 'i64')) },
  ]
  const list = semantics.map(({ name }) => ({
    name,
    sem: name,
    operands: { regs: [slot(1), slot(2), slot(3), result], imm: 0, aux: 0, size: 4, word: 0 } as const,
    flags: 0,
  }))
  const single = make(semantics, list)
  const pattern = 0x1f1e1d1c_1b1a1918_17161514_13121110n
  const run = (name: string, way: (typeof singleWays)[number], address: number): unknown => {
    const i = semantics.findIndex(s => s.name === name)
    single.reset(i)
    for (let n = 0; n < 32; n++) single.view.setUint8(Math.min(address + n - 8, 0xfffff), n)
    single.set64(scalar, BigInt(address))
    put(single, slot(1), pattern)
    const { exit, cause, value } = single.single(i, way)
    const memory = Array.from({ length: 32 }, (_, n) => single.view.getUint8(address + n - 8))
    return { exit, cause, value, result: take(single, result), memory }
  }
  const bytes = Array.from({ length: 32 }, (_, n) => n)
  const inside = singleWindow.start + 0x100
  const fault = (at: number, cause: number): unknown => ({
    exit: 1,
    cause,
    value: BigInt(at),
    result: 0n,
    memory: bytes,
  })
  const done = (result: bigint, memory: readonly number[] = bytes): unknown => ({
    exit: 0,
    cause: 0,
    value: 0n,
    result,
    memory,
  })
  const stored = (n: number): number[] => bytes.map(i => (i >= 8 && i < 8 + n ? 8 + i : i))

  test.each(singleWays)('%s: all widths', way => {
    const loaded = 0x17161514_13121110_0f0e0d0c_0b0a0908n
    expect(run('load', way, inside)).toEqual(done(loaded))
    expect(run('load64', way, inside + 3)).toEqual(done(loaded & 0xffffffff_ffffffffn))
    expect(run('load32', way, inside)).toEqual(done(loaded & 0xffffffffn))
    expect(run('store', way, inside)).toEqual(done(0n, stored(16)))
    expect(run('store64', way, inside)).toEqual(done(0n, stored(8)))
    expect(run('store32', way, inside + 1)).toEqual(done(0n, stored(4)))
    expect(run('probe', way, inside)).toEqual(done(0n))
  })
  test.each(singleWays)('%s: the lower part that fails is the fault, and a store changes nothing', way => {
    const { end, readOnly } = singleWindow
    expect(run('load', way, end - 8)).toEqual(fault(end, 5))
    expect(run('load', way, end - 4)).toEqual(fault(end - 4, 5))
    expect(run('store', way, readOnly - 8)).toEqual(fault(readOnly, 7))
    expect(run('store', way, readOnly - 4)).toEqual(fault(readOnly - 4, 7))
    expect(run('probe', way, readOnly - 8)).toEqual(fault(readOnly, 7))
  })
})
