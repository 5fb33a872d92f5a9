import { expect, it } from 'vitest'
import { kindOf, rows } from '../../src/isa/thumb/index.ts'

// Some of each kind, by the manual. Names as in the rows.
it.each([
  ['integer', 'add{s} cmp mvn{s}.w movw usat rsb{s}'],
  ['multiply', 'mul{s} mla smull udiv smlal{xy} umaal smmul{r}'],
  ['bits', 'rev sxtb bfi clz ubfx uxtab16'],
  ['load', 'ldrb.w ldrd vldr vldmia fldmiax'],
  ['store', 'str strd push vstr vstmdb'],
  ['atomic', 'ldrex strexb clrex'],
  ['simd', 'sadd8 qsub16 usada8'],
  ['float', 'vadd.f32 vcvt.f64.s32 vmrs vrintz.f32'],
  ['branch', 'b{cond}.n cbz'],
  ['jump', 'b.w bl'],
  ['indirect', 'bx blx tbb'],
  ['trap', 'svc bkpt udf'],
  ['system', 'msr mrs dsb isb cps{ie} wfi nop it{te}'],
])('%s: %s', (kind, names) => {
  for (const name of names.split(' '))
    for (const row of rows.filter(row => row.name === name)) expect([name, kindOf(row)]).toEqual([name, kind])
  expect(rows.map(row => row.name)).toEqual(expect.arrayContaining(names.split(' ')))
})
