import { expect, test } from 'vitest'
import { defineFunction, hasFusedMultiplyAdd, irFunction, ModuleWriter, opInfo } from '../src/index.ts'
import { interesting, rng } from './random-ir.ts'
import { noRuntime } from './runtime.ts'

const bits = new DataView(new ArrayBuffer(8))
const toDouble = (x: bigint): number => {
  bits.setBigUint64(0, x)
  return bits.getFloat64(0)
}

test.skipIf(!hasFusedMultiplyAdd())(
  'f64.fma rounds once, as softfloat does (skipped where the engine or processor has no such instruction)',
  () => {
    const fn = irFunction('fma', ['f64', 'f64', 'f64'], 'f64', b =>
      b.return(b.op('f64.fma', b.vget(0), b.vget(1), b.vget(2))),
    )
    const module = new ModuleWriter()
    module.importMemory('env', 'memory')
    const index = module.declare({ params: ['i32', 'f64', 'f64', 'f64'], result: 'f64' })
    defineFunction(module, index, fn, () => 0, noRuntime)
    module.export('fma', index)
    const memory = new WebAssembly.Memory({ initial: 1 })
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env: { memory } })
    const info = opInfo('f64.fma')
    if (info.kind !== 'numeric') throw new Error('f64.fma is a numeric operation')
    const exact = info.eval as (x: number, y: number, z: number) => number
    const random = rng(20)
    const value = (): number => {
      if (!random(3)) return toDouble(BigInt.asUintN(64, interesting[random(interesting.length)] as bigint))
      // Exponents near each other, so that products and sums meet.
      const fraction = (BigInt(random(2 ** 26)) << 26n) | BigInt(random(2 ** 26))
      return toDouble((BigInt(random(2)) << 63n) | (BigInt(1000 + random(60)) << 52n) | fraction)
    }
    for (let i = 0; i < 20_000; i++) {
      const [x, y, z] = [value(), value(), value()]
      const got = (exports.fma as (c: number, x: number, y: number, z: number) => number)(0, x, y, z)
      expect(Object.is(got, exact(x, y, z)), `${x} * ${y} + ${z}`).toBe(true)
    }
  },
)
