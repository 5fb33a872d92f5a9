import { expect, test } from 'vitest'
import { Builder, type IrFunction, irFunction } from '../src/index.ts'
import { both, cpu } from './both.ts'
import { clean, interesting, randomStatements, rng, type Slots } from './random-ir.ts'

const slots: Slots = {
  // Parts of the same places, in all types.
  get: (b, random, type) => b.get(type === 'v128' ? 8 * random(7) : 4 * random(14), type),
  set: (b, random, pick) => {
    const type = (['i32', 'i64', 'i64', 'f32', 'f64', 'v128'] as const)[random(6)] ?? 'i64'
    b.set(type === 'v128' ? 8 * random(7) : 4 * random(14), clean(b, pick(type)))
  },
  dynamic: 0,
}

/** A random function: arithmetic, state slots, variables, branches, bounded loops. */
const randomFunction = (random: (n: number) => number): IrFunction =>
  irFunction('f', ['i32', 'i64', 'i64'], 'i64', b => {
    b.newVar('v128')
    const pools = randomStatements(b, random, slots, 30)
    for (const type of ['f32', 'f64'] as const) {
      // NaN payloads are not defined: compare what guests may see, canonical ones.
      for (const x of pools[type].slice(-2)) {
        const bits = b.op(type === 'f32' ? 'i32.bits' : 'i64.bits', x)
        b.set(512, b.select(b.op(`${type}.eq`, x, x), b.resize(bits, 'i64'), b.i64(-1)))
      }
    }
    for (const [i, x] of pools.v128.slice(-2).entries()) b.set(544 + 16 * i, x)
    b.return(pools.i64.at(-1) ?? b.vget(1))
  })

test('random functions: WebAssembly equals the oracle', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const random = rng(seed * 7919)
    const fn = randomFunction(random)
    const value = (): bigint => interesting[random(interesting.length)] as bigint
    const args = [Number(BigInt.asIntN(32, value())), BigInt.asIntN(64, value()), BigInt.asIntN(64, value())]
    const state = Uint8Array.from({ length: 64 }, () => random(256))
    const { wasm, oracle } = both(fn)(args, m => m.set(state, cpu))
    expect(wasm, `seed ${seed}`).toStrictEqual(oracle)
  }
})

test('constants fold to what the code would compute', () => {
  const b = new Builder()
  const x = b.shl(b.add(b.i64(40), b.i64(2)), b.i64(1))
  expect([x.op, x.imm]).toEqual(['const', 84n])
  expect(b.select(b.eqz(b.i32(0)), b.i32(5), b.i32(6)).imm).toBe(5)
  const y = b.get(8, 'i64')
  expect(b.add(y, b.i64(0))).toBe(y)
})
