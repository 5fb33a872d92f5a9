/** What the WebAssembly engine under us can do beyond the standard that everything here rests on. */
import { Code, ModuleWriter } from './encode.ts'

function probe(): boolean {
  const module = new ModuleWriter()
  const index = module.declare({ params: ['f64', 'f64', 'f64'], result: 'f64' })
  const code = new Code(['f64', 'f64', 'f64'])
  for (const local of [0, 1, 2]) {
    code.get(local)
    code.op('f64x2.splat')
  }
  code.op('f64x2.relaxed_madd')
  code.lane('f64x2.extract_lane', 0)
  module.define(index, code)
  module.export('fma', index)
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()))
    const fma = exports.fma as (x: number, y: number, z: number) => number
    // The product is 1 - 2^-54: rounded before the sum it would be 1.
    return fma(1 + 2 ** -27, 1 - 2 ** -27, -1) === -(2 ** -54)
  } catch {
    return false // no relaxed SIMD
  }
}

let fused: boolean | undefined

/** Does relaxed_madd round once here (the processor has such an instruction)? Only then may `f64.fma` be used. */
export function hasFusedMultiplyAdd(): boolean {
  fused ??= probe()
  return fused
}
