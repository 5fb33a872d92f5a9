/** Every operation on vectors: what WebAssembly makes of it equals what the oracle does. */
import { describe, expect, test } from 'vitest'
import {
  Builder,
  type IrFunction,
  irFunction,
  type NumericOp,
  opTable,
  parseIr,
  printIr,
  type Type,
} from '../src/index.ts'
import { both } from './both.ts'
import { interesting, numericNode, rng } from './random-ir.ts'

const operations = Object.entries(opTable()).filter(
  (e): e is [string, NumericOp] =>
    e[1].kind === 'numeric' && (e[1].result === 'v128' || e[1].args.includes('v128')),
)

/** Floats at which something goes wrong, as bits of a double and of a single. */
const floats = [
  0,
  -0,
  1,
  -1.5,
  2.5,
  3.5,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 63,
  1e40,
  5e-324,
  Infinity,
  -Infinity,
  Number.NaN,
]
const view = new DataView(new ArrayBuffer(8))
const bitsOf = floats.flatMap(x => {
  view.setFloat64(0, x)
  const double = view.getBigUint64(0)
  view.setFloat32(0, x)
  const single = BigInt(view.getUint32(0))
  return [double, single | (single << 32n)]
})
const lanes = [...interesting, ...bitsOf, 0x80_7f_00_ff_01_fe_55_aan, 0x8000_7fff_0000_ffffn].map(x =>
  BigInt.asUintN(64, x),
)

const slotOf = (i: number): number => 16 * i
const out = 64

/** Reads its operands from slots and writes what comes out into another. */
function made(entry: readonly [string, NumericOp], random: (n: number) => number): IrFunction {
  const [, op] = entry
  return irFunction('f', [], undefined, b => {
    const args = op.args.map((type, i): ReturnType<Builder['get']> => {
      if (type === 'f32') return b.op('f32.from_bits', b.get(slotOf(i), 'i32'))
      return type === 'f64' ? b.op('f64.from_bits', b.get(slotOf(i), 'i64')) : b.get(slotOf(i), type)
    })
    const result = numericNode(b, random, entry, args)
    const float = result.type === 'f32' || result.type === 'f64'
    b.set(out, float ? b.op(`${result.type as 'f32'}.eq`, result, result) : result)
    if (float)
      b.if(b.op(`${result.type as 'f32'}.eq`, result, result), () =>
        b.set(out + 16, b.op(result.type === 'f32' ? 'i32.bits' : 'i64.bits', result)),
      )
    b.return()
  })
}

describe('each operation', () => {
  test.each(operations.map(entry => [entry[0], entry] as const))('%s', (name, entry) => {
    const random = rng(name.length * 7919 + 1)
    for (let round = 0; round < 3; round++) {
      const fn = made(entry, random)
      const run = both(fn)
      for (let i = 0; i < 40; i++) {
        const state = new BigUint64Array(32)
        for (let k = 0; k < 8; k++)
          state[k] = random(3)
            ? (lanes[random(lanes.length)] as bigint)
            : BigInt(random(2 ** 32)) * BigInt(random(2 ** 32))
        const { wasm, oracle } = run([], m => m.set(new Uint8Array(state.buffer), 1024))
        expect(wasm).toStrictEqual(oracle)
      }
    }
  })
})

test('there are hundreds of them, in every shape', () => {
  expect(operations.length).toBeGreaterThan(250)
  for (const shape of ['i8x16', 'i16x8', 'i32x4', 'i64x2', 'f32x4', 'f64x2'])
    expect(operations.filter(([name]) => name.startsWith(shape)).length).toBeGreaterThan(20)
})

test('the text form of vectors reads back', () => {
  const b = new Builder()
  const types: Type[] = ['v128']
  const x = b.get(16, types[0] as Type)
  const y = b.const('v128', 0x0f0e0d0c_0b0a0908_07060504_03020100n)
  b.set(32, b.lane('i8x16.shuffle', 0x1f1e1d1c1b1a19181716151413121110n, b.op('i8x16.add_sat_u', x, y), y))
  b.gstore('128', b.get(0, 'i64'), b.lane('i16x8.replace_lane', 5, x, b.i32(7)))
  b.set(48, b.gload('v128', '128', b.get(0, 'i64')))
  const text = printIr(b.body)
  expect(printIr(parseIr(text).body)).toBe(text)
})

test('a slot that is read in another type than it was written in gives what lies in memory', () => {
  const fn = irFunction('f', [], undefined, b => {
    b.set(0, b.const('v128', 1n | (2n << 64n)))
    b.set(8, b.i64(7))
    b.set(32, b.get(0, 'v128'))
    b.set(48, b.get(0, 'i64'))
    b.set(56, b.get(8, 'i64'))
    b.return()
  })
  const { wasm, oracle } = both(fn)([], () => {})
  expect(wasm).toStrictEqual(oracle)
  expect(oracle[1].split(',').slice(128, 136)).toEqual(['1', '7', '0', '0', '1', '7', '1', '7'])
})
