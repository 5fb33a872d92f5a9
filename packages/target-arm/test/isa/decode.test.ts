import { describe, expect, test } from 'vitest'
import { thumbExpandImm } from '../../src/isa/thumb/expand.ts'
import type { Profile } from '../../src/isa/thumb/index.ts'
import {
  decode,
  decoderOf,
  disassemble,
  insnOf,
  itAdvance,
  lengthOf,
  nextIt,
} from '../../src/isa/thumb/index.ts'
import { all, profiles } from './profiles.ts'

const [m0, m3, m4, m7] = profiles
const sizeOf = (word: number): 2 | 4 => (word > 0xffff ? 4 : 2)

/** Semantics and the operands that are not 0. */
function show(word: number, it = 0, profile: Profile = all): string {
  const insn = decode(profile, word, sizeOf(word), it)
  if (!insn) return 'undefined'
  const slots = (['rd', 'rn', 'rm', 'ra', 'imm', 'aux'] as const).filter(slot => insn[slot] !== 0)
  const text = (slot: 'aux' | 'imm' | 'rd' | 'rn' | 'rm' | 'ra'): string =>
    slot === 'aux' ? `aux=0x${(insn.aux >>> 0).toString(16)}` : `${slot}=${insn[slot]}`
  return [insn.sem, ...slots.map(text)].join(' ')
}

test.each<[string, number]>([
  ['mov.reg rd=2 rm=1 aux=0x1', 0x000a],
  ['mov.shift rd=2 rm=1 aux=0x11', 0x004a],
  ['mov.shift rd=2 rm=1 aux=0x203', 0x080a],
  ['add.imm rd=3 rn=3 imm=255 aux=0x1', 0x33ff],
  ['rsb.imm rd=1 rn=2 aux=0x1', 0x4251],
  ['mul rd=1 rn=2 rm=1 aux=0x1', 0x4351],
  ['add.reg rd=13 rn=13 rm=8 aux=0x600000', 0x44c5],
  ['add.frompc rd=1 rn=1', 0x4479],
  ['add.pc rm=1', 0x448f],
  ['mov.pc rm=14', 0x46f7],
  ['b', 0x46ff],
  ['ldr.lit rd=1 imm=1020', 0x49ff],
  ['str.imm rd=1 rn=13 imm=4 aux=0x1', 0x9101],
  ['add.imm rd=13 rn=13 imm=8 aux=0x600000', 0xb002],
  ['stmdb rn=13 imm=16385 aux=0x180001', 0xb501],
  ['ldm.pc rn=13 imm=32769 aux=0x180001', 0xbd01],
  ['ldm rn=1 imm=1 aux=0x1', 0xc901],
  ['ldm rn=1 imm=2', 0xc902],
  ['cps aux=0x6', 0xb672],
  ['b.cond imm=-4 aux=0x1', 0xd1fe],
  ['b imm=-4', 0xe7fe],
  ['and.imm rd=1 rn=2 imm=-16777216 aux=0x3', 0xf012417f],
  ['and.imm rd=1 rn=2 imm=16711935', 0xf00211ff],
  ['mov.imm rd=1 imm=43981', 0xf64a31cd],
  ['adr rd=1 imm=-8', 0xf2af0108],
  ['ssat rd=1 rn=2 aux=0x1cf', 0xf322010e | (3 << 6)],
  ['bfi rd=1 rn=2 aux=0x64', 0xf3621107],
  ['and.shift rd=1 rn=2 rm=3 aux=0x18', 0xea020133 | 0],
  ['bl imm=-4', 0xf7fffffe],
  ['b imm=16777214', 0xf3ff97ff],
  ['b.cond imm=-1048576', 0xf4008000],
  ['ldr.imm rd=1 rn=2 imm=-4 aux=0x1', 0xf8521c04],
  ['ldr.imm rd=1 rn=13 imm=-4 aux=0x180003', 0xf85d1d04],
  ['ldr.imm rd=13 rn=2 imm=4 aux=0x600002', 0xf852db04],
  ['str.imm rd=13 rn=2 imm=4 aux=0x2', 0xf842db04],
  ['ldr.pc.imm rn=13 imm=4 aux=0x180002', 0xf85dfb04],
  ['ldr.reg rd=1 rn=2 rm=3 aux=0xc', 0xf8521033],
  ['nop rn=2 imm=4', 0xf892f004],
  ['strd.imm rd=1 rn=3 ra=2 imm=8 aux=0x1', 0xe9c31202],
  ['strex rd=1 rn=3 rm=2 imm=8', 0xe8432102],
  ['tbb.pc rm=1', 0xe8dff001],
  ['umlal rd=1 rn=3 rm=4 ra=2', 0xfbe31204],
  ['smlaxy rd=1 rn=2 rm=3 ra=4 aux=0x2', 0xfb124113],
  ['vmov.s.r rd=7 rn=1', 0xee231b10],
  ['vmov.ss.rr rd=1 rm=3 ra=2', 0xec421a31],
  ['vldm rd=16 rn=13 imm=4 aux=0x180103', 0xecbd8b04],
  ['vldm rd=16 rn=1 imm=4 aux=0x142', 0xec918b05],
  ['vmov.imm.f32 imm=1065353216', 0xeeb70a00],
  ['vfix.f32.s16 rd=1 rm=1 imm=15', 0xeefa0a60],
])('%s', (expected, word) => {
  expect(show(word >>> 0)).toBe(expected)
})

test('thumbExpandImm', () => {
  const cases = [
    [0x0ab, 0xab],
    [0x1ab, 0x00ab00ab],
    [0x2ab, 0xab00ab00],
    [0x3ab, 0xabababab],
    [0x400, 0x80000000],
    [0xfff, 0x1fe],
  ] as const
  for (const [imm12, value] of cases) expect(thumbExpandImm(imm12) >>> 0).toBe(value)
})

describe('IT blocks', () => {
  test('ITAdvance', () => {
    // ite eq … : four instructions.
    const states: number[] = []
    for (let it = itAdvance(0x0b); it; it = itAdvance(it)) states.push(it)
    expect(states).toEqual([0x16, 0x0c, 0x18])
  })

  test('16-bit data processing does not set the flags; the condition stands in aux', () => {
    expect(show(0x1889, 0x18)).toBe('add.reg rd=1 rn=1 rm=2 aux=0x18800000')
    expect(show(0x1889, 0x14)).toBe('add.reg rd=1 rn=1 rm=2 aux=0x14000000')
    expect(show(0x4291, 0x18)).toBe('cmp.reg rn=1 rm=2 aux=0x18800000')
    expect(show(0xeb110102, 0x18)).toBe('add.reg rd=1 rn=1 rm=2 aux=0x18800001')
    const insn = decode(all, 0x1889, 2, 0x18)
    expect(insn && disassemble(insn, 0)).toBe('addne r1, r1, r2')
  })

  test('branches with a condition of their own are undefined', () => {
    for (const word of [0xd1fe, 0xb101, 0xf43faffe]) {
      expect(show(word)).not.toBe('undefined')
      expect(show(word, 0x18)).toBe('undefined')
    }
  })
})

describe('what is decoded from halfwords', () => {
  const run = (halves: readonly number[], state = 0, profile: Profile = all) => {
    const code = decoderOf(profile).codeAt(at => halves[at / 2] ?? 0)
    const insn = insnOf(profile, code, state & 0xff)
    return { sem: insn.sem, size: insn.size, word: insn.word, it: insn.it, nextState: nextIt(insn) }
  }
  test('reads one or two halfwords and says what comes next', () => {
    expect(run([0xbf1a])).toEqual({ sem: 'it', size: 2, word: 0xbf1a, it: 0, nextState: 0x1a })
    expect(run([0x1889], 0x1a)).toMatchObject({ sem: 'add.reg', it: 0x1a, nextState: 0x14 })
    expect(run([0x1889], 0x18)).toMatchObject({ sem: 'add.reg', it: 0x18, nextState: 0 })
    expect(run([0xeb11, 0x0102], 0x700)).toEqual({
      ...{ sem: 'add.reg', size: 4, word: 0xeb110102, it: 0, nextState: 0 },
    })
  })
  test('what is no instruction has semantics, too', () => {
    expect(run([0xb1ff], 0, m0)).toMatchObject({ sem: 'undefined', size: 2 })
    expect(run([0xf000, 0x0000], 0, m0)).toMatchObject({ sem: 'undefined', size: 4, word: 0xf0000000 })
    expect(run([0xd1fe], 0x18)).toMatchObject({ sem: 'undefined', it: 0x18, nextState: 0 })
    // mcr p14, mcr p10, and vadd.f64 on various processors.
    expect(run([0xee00, 0x0e10], 0, m7)).toMatchObject({ sem: 'nocp' })
    expect(run([0xee00, 0x0e10], 0, m0)).toMatchObject({ sem: 'undefined' })
    expect(run([0xee3f, 0x0a10], 0, m3)).toMatchObject({ sem: 'nocp' })
    expect(run([0xee3f, 0x0a10], 0, m4)).toMatchObject({ sem: 'undefined.fp' })
    expect(run([0xee30, 0x0b00], 0, m3)).toMatchObject({ sem: 'nocp' })
    expect(run([0xee30, 0x0b00], 0, m4)).toMatchObject({ sem: 'undefined.fp' })
    expect(run([0xee30, 0x0b00], 0, m7)).toMatchObject({ sem: 'vadd.f64' })
    // Advanced SIMD.
    expect(run([0xef00, 0x0d00], 0, m7)).toMatchObject({ sem: 'undefined' })
  })
  test('the first halfword tells the size', () => {
    expect([0xe7ff, 0xe800, 0xf000, 0xffff, 0].map(lengthOf)).toEqual([2, 4, 4, 4, 2])
  })
})

describe('undefined and unpredictable encodings', () => {
  test.each<[string, number]>([
    ['blx (immediate)', 0xf000e800],
    ['push {}', 0xb400],
    ['add pc, pc', 0x44ff],
    ['cmp r0, pc', 0x4578],
    ['ldm of no register', 0xe8900000],
    ['ldm with its base and write-back', 0xe8b10006],
    ['bfi that ends below its start', 0xf3621141],
    ['str with pc as base', 0xf8cf1000],
    ['add.w pc, r1, r2', 0xeb010f02],
    ['vmov to s31 and beyond', 0xec421a3f],
    ['strex with its status in the base', 0xe8412100],
    ['strex of sp', 0xe84ad6f6],
    ['d16', 0xee700b00],
    ['vldm of no register', 0xec910a00],
    ['vldm beyond s31', 0xecd1fa02],
  ])('%s', (_, word) => expect(show(word)).toBe('undefined'))
})

// Compared once, word by word, with GNU objdump 2.40 and Capstone 5: these differ only by what other profiles have,
// other fixed bits (bx, blx), empty lists and r15 where the manual says UNPREDICTABLE.
test.each<[string, Profile, number]>([
  ['m0', m0, 0xe800 - 1100 - 1024 - 240],
  ['m3', m3, 0xe800 - 1100],
])('%s: number of 16-bit instructions', (_, profile, count) => {
  let valid = 0
  for (let word = 0; word < 0x10000; word++) if (lengthOf(word) === 2 && decode(profile, word, 2)) valid++
  expect(valid).toBe(count)
})
