import { expect, test } from 'vitest'
import { Builder, defineRegion, Head, ModuleWriter, type RegionBlock } from '../src/index.ts'
import { noRuntime } from './runtime.ts'

const cpu = 1024
const slot = 512

function block(pc: number, make: (b: Builder) => void): RegionBlock {
  const b = new Builder([], () => false)
  make(b)
  return { pc: BigInt(pc), body: b.body, count: b.count, vars: b.vars, length: 1, offsets: [0], records: 0 }
}

function run(blocks: readonly RegionBlock[], state: (view: DataView) => void): DataView {
  const module = new ModuleWriter()
  module.importMemory('env', 'memory')
  const index = module.declare({ params: ['i32'], result: 'i32' })
  defineRegion(module, index, { blocks, promote: () => undefined }, () => index, noRuntime)
  module.export('f', index)
  const memory = new WebAssembly.Memory({ initial: 1 })
  const view = new DataView(memory.buffer)
  view.setInt32(cpu + Head.budget, 100, true)
  state(view)
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env: { memory } })
  ;(instance.exports.f as (cpu: number) => number)(cpu)
  return view
}

/** Appends a sum of as many variables as there are values, all alive together. */
function sum(b: Builder, values: readonly number[]): void {
  const vars = values.map(() => b.newVar('i64'))
  values.forEach((value, i) => {
    b.vset(vars[i] as number, b.i64(value))
  })
  let total = b.i64(0)
  for (const v of vars) total = b.add(b.mul(total, b.i64(10)), b.vget(v))
  b.set(slot, total)
}

test.each([0, 1])('variables of blocks that lie within each other are apart: branch %i', taken => {
  const blocks = [
    block(0, b => {
      b.vset(b.newVar('i64'), b.i64(9))
      b.branch(b.get(slot, 'i32'), b.i64(16), b.i64(32))
    }),
    block(16, b => b.goto(b.i64(48))),
    block(32, b => {
      sum(b, [1, 2, 3])
      b.goto(b.i64(64))
    }),
    block(48, b => {
      sum(b, [4, 5])
      b.goto(b.i64(64))
    }),
  ]
  const view = run(blocks, v => v.setInt32(cpu + slot, taken, true))
  expect(view.getBigInt64(cpu + slot, true)).toBe(taken ? 45n : 123n)
  expect(view.getBigInt64(cpu + Head.pc, true)).toBe(64n)
  expect(view.getInt32(cpu + Head.budget, true)).toBe(taken ? 97 : 98)
})
