import { describe, expect, test } from 'vitest'
import { Builder } from '../src/index.ts'
import { printIr } from '../src/ir/text.ts'

const slots = new Set([128, 136, 144])
const make = (): Builder => new Builder([], offset => slots.has(offset))
const ops = (b: Builder): string[] => b.body.map(n => n.op)

describe('32-bit values with extended signs', () => {
  /** What `slliw`, `srliw` and `or` of RISC-V do: a rotation to the left. */
  const rotate = (b: Builder): void => {
    const low = (): ReturnType<Builder['get']> => b.resize(b.get(128, 'i64'), 'i32')
    b.set(136, b.resize(b.shl(low(), b.i32(7)), 'i64'))
    b.set(144, b.resize(b.shrU(low(), b.i32(25)), 'i64'))
    b.set(136, b.or(b.get(136, 'i64'), b.get(144, 'i64')))
  }

  test('are combined in 32 bits', () => {
    const b = make()
    rotate(b)
    expect(ops(b)).toContain('i32.or')
    expect(ops(b)).not.toContain('i64.or')
  })

  test('not where a slot may hold anything', () => {
    const b = new Builder()
    rotate(b)
    expect(ops(b)).toContain('i64.or')
    const changed = make()
    changed.set(136, changed.resize(changed.add(changed.i32(1), changed.get(8, 'i32')), 'i64'))
    changed.if(changed.get(16, 'i32'), () => changed.set(136, changed.get(24, 'i64')))
    changed.set(128, changed.or(changed.get(136, 'i64'), changed.get(136, 'i64')))
    expect(printIr(changed.body)).toContain('i64.or')
  })

  test('not where nothing is saved: loads extend for nothing', () => {
    const b = make()
    const load = (): ReturnType<Builder['get']> => b.gload('i64', '32s', b.get(128, 'i64'))
    b.set(136, b.xor(load(), load()))
    expect(ops(b)).toContain('i64.xor')
  })

  test('positive ones are extended without sign', () => {
    const b = make()
    b.resize(b.shrU(b.get(8, 'i32'), b.i32(3)), 'i64')
    b.resize(b.and(b.get(8, 'i32'), b.i32(255)), 'i64')
    b.resize(b.cmp('lt_s', b.get(8, 'i32'), b.i32(3)), 'i64')
    expect(ops(b)).not.toContain('i64.extend_s')
    b.resize(b.and(b.get(8, 'i32'), b.i32(-2)), 'i64')
    b.resize(b.shrU(b.get(8, 'i32'), b.i32(32)), 'i64')
    expect(ops(b).filter(op => op === 'i64.extend_s')).toHaveLength(2)
  })
})
