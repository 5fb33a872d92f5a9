import { expect, test } from 'vitest'
import { Builder, hostFunction, opTable, parseIr, printIr, verifyIr } from '../src/index.ts'

const host = hostFunction('host.f', ['i32', 'i64'], 'i64')

const sample = (): Builder => {
  const b = new Builder(['i32'])
  b.insn(0)
  const x = b.get(128, 'i64')
  const y = b.add(x, b.i64(-5))
  b.set(136, y)
  const v = b.gload('i64', '32s', y)
  b.if(
    b.cmp('lt_s', v, b.i64(0)),
    () => {
      b.vset(0, b.i32(7))
      b.raise(b.i32(3), y)
    },
    () => b.gstore('16u', y, b.call(host, b.vget(0), v)),
  )
  b.loop(() => {
    b.if(b.i32(1), () => {})
    b.if(b.eqz(b.get(128, 'i64')), () => b.break())
  })
  b.insn(1)
  b.branch(
    b.op('f64.lt', b.op('f64.from_bits', x), b.const('f64', -0)),
    b.i64(0x80000000n),
    b.i64(0x80000004n),
  )
  return b
}

test('text reads back to the same text', () => {
  const b = sample()
  const text = printIr(b.body)
  const again = parseIr(text, new Map([[host.name, host]]))
  // Numbers may differ: unused constants are numbered but not printed. A second round is stable.
  const second = printIr(again.body)
  const third = printIr(parseIr(second, new Map([[host.name, host]])).body)
  expect(third).toBe(second)
  expect(second.split('\n').length).toBe(text.split('\n').length)
  expect(verifyIr(again.body, b.vars)).toEqual([])
})

test('text names what is wrong', () => {
  expect(() => parseIr('set 8 %1')).toThrow(/%1 is not defined/)
  expect(() => parseIr('%0:i64 = i64.bogus')).toThrow(/unknown operation i64.bogus/)
  expect(() => parseIr('call nobody')).toThrow(/unknown function/)
})

test('the verifier accepts what the builder makes and finds each kind of fault', () => {
  const b = sample()
  expect(verifyIr(b.body, b.vars)).toEqual([])
  const faults = (text: string): string =>
    verifyIr(parseIr(text, new Map([[host.name, host]])).body, ['i64']).join()
  expect(faults('%0:i32 = const 1\n%1:i64 = i64.add %0 %0')).toMatch(/takes i64 i64, gets i32 i32/)
  expect(faults('%0:i32 = const 1\nif %0 {\n%1:i32 = const 2\n}\nset 8 %0')).toBe('')
  expect(faults('%0:i64 = const 1\ngoto 0 %0\nset 8 %0')).toMatch(/does not end its body/)
  expect(faults('%0:i32 = const 1\nvset 0 %0')).toMatch(/variable 0 is i64/)
  expect(faults('break')).toMatch(/outside a loop/)
  expect(faults('%0:i32 = const 1\n%1:i64 = call host.f %0')).toMatch(/takes i32 i64, gets i32/)
  expect(faults('%0:i64 = const 1\nif %0 {\n}')).toMatch(/argument 0 is i64/)
})

test('every numeric operation is in the table with its opcode once', () => {
  const codes = Object.values(opTable()).flatMap(o => (o.kind === 'numeric' && o.code ? [o.code] : []))
  expect(new Set(codes).size).toBe(codes.length)
})

test('a misspelt operation does not compile, and a vector does not go to the host', () => {
  const b = new Builder()
  // @ts-expect-error: there is no such name
  expect(() => b.op('i32.ad', b.i32(1), b.i32(2))).toThrow(/unknown operation i32.ad/)
  // @ts-expect-error: JavaScript cannot have it
  hostFunction('host.v', ['v128'])
})
test('immediates and widths are verified', () => {
  const faults = (text: string): string => verifyIr(parseIr(text).body).join()
  expect(faults('%0:v128 = const 0x1\n%1:i32 = i8x16.extract_lane_u 15 %0')).toBe('')
  expect(faults('%0:v128 = const 0x1\n%1:i32 = i8x16.extract_lane_u 16 %0')).toMatch(/the immediate 16/)
  expect(faults('%0:v128 = const 0x1\n%1:v128 = i8x16.shuffle 0x20 %0 %0')).toMatch(/the immediate 32/)
  expect(faults('%0:i32 = const 0\n%1:v128 = gload.16u %0')).toMatch(/v128 has no width 16u/)
  expect(faults('%0:i32 = const 0\n%1:i32 = gload.64 %0')).toMatch(/i32 has no width 64/)
})
