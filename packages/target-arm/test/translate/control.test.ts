import { Exit } from '@guestscope/codegen'
import { test } from 'vitest'
import { Cause } from '../../src/causes.ts'
import { ArmExit } from '../../src/exits.ts'
import { Aux } from '../../src/isa/thumb/aux.ts'
import { Flags, S } from '../../src/state.ts'
import { type Example, runExamples } from './examples.ts'
import { pc, window } from './harness.ts'

const { notThumb } = Flags
const user = Flags.unprivileged
const at = window.start
/** eq, alone. */
const it = 0x08
const [taken, not] = [
  { it, nzcvq: 8, flagsAfter: 0 },
  { it, nzcvq: 0, flagsAfter: 0, to: pc + 4 },
] as const

const conditions = (): Example[] => {
  const list: Example[] = []
  for (let cond = 0; cond < 14; cond++) {
    for (let nzcv = 0; nzcv < 16; nzcv++) {
      const [n, z, c, v] = [8, 4, 2, 1].map(bit => (nzcv & bit) !== 0)
      const base = [z, c, n, v, c && !z, n === v, n === v && !z][cond >> 1]
      const to = base === !(cond & 1) ? pc + 4 + 100 : pc + 4
      list.push({ sem: 'b.cond', imm: 100, aux: cond, nzcvq: nzcv << 1, to, note: `${cond} ${nzcv}` })
    }
  }
  return list
}
test('conditional branches', () => runExamples(conditions()))

test('branches', () =>
  runExamples([
    { sem: 'b', size: 2, imm: -4, to: pc },
    { sem: 'b', imm: 0x1000, to: 0x2006 },
    { sem: 'b', imm: 0x1000, to: 0x2006, it, nzcvq: 8, flagsAfter: 0 },
    { sem: 'b', imm: 0x1000, ...not },
    { sem: 'bl', imm: -0x1000, to: 6, after: { 14: pc + 5 } },
    { sem: 'bl', imm: -0x1000, ...taken, to: 6, after: { 14: pc + 5 } },
    { sem: 'bl', imm: -0x1000, ...not },
    { sem: 'cbz', size: 2, rn: 0, imm: 10, to: pc + 14 },
    { sem: 'cbz', size: 2, rn: 0, imm: 10, r: { 0: 1 } },
    { sem: 'cbnz', size: 2, rn: 0, imm: 10, r: { 0: 1 }, to: pc + 14 },
    { sem: 'bx', size: 2, rm: 14, r: { 14: 0x4001 }, to: 0x4000 },
    { sem: 'bx', size: 2, rm: 14, r: { 14: 0x4000 }, to: 0x4000, flagsAfter: notThumb },
    { sem: 'bx', size: 2, rm: 14, r: { 14: -7 }, note: 'Thread mode', to: 0xfffffff8 },
    {
      sem: 'bx',
      size: 2,
      rm: 14,
      r: { 14: -7 },
      s: { [S.ipsr]: 3 },
      to: 0xfffffff9,
      leave: ArmExit.excReturn,
    },
    {
      sem: 'bx',
      rm: 14,
      r: { 14: -7 },
      s: { [S.ipsr]: 3 },
      ...taken,
      to: 0xfffffff9,
      leave: ArmExit.excReturn,
    },
    { sem: 'bx', rm: 14, r: { 14: -7 }, s: { [S.ipsr]: 3 }, ...not },
    { sem: 'bx', rm: 14, r: { 14: 0x4000 }, ...taken, to: 0x4000, flagsAfter: notThumb },
    { sem: 'blx', size: 2, rm: 14, r: { 14: 0x4001 }, to: 0x4000, after: { 14: pc + 3 } },
    {
      sem: 'blx',
      size: 2,
      rm: 3,
      r: { 3: -8 },
      s: { [S.ipsr]: 3 },
      to: 0xfffffff8,
      after: { 14: pc + 3 },
      flagsAfter: notThumb,
    },
    { sem: 'mov.pc', size: 2, rm: 3, r: { 3: 0x4000 }, to: 0x4000 },
    { sem: 'mov.pc', size: 2, rm: 3, r: { 3: -7 }, s: { [S.ipsr]: 3 }, to: 0xfffffff8 },
    { sem: 'add.pc', size: 2, rm: 3, r: { 3: 0x101 }, to: pc + 4 + 0x100 },
    { sem: 'mov.frompc', size: 2, rd: 3, after: { 3: pc + 4 } },
    { sem: 'add.frompc', size: 2, rd: 3, rn: 3, r: { 3: 1 }, after: { 3: pc + 5 } },
    { sem: 'adr', rd: 3, imm: -8, after: { 3: 0xffc } },
    { sem: 'mov.reg', rd: 13, rm: 3, aux: 3 << Aux.rdSp, r: { 3: 0x103 }, after: { 13: 0x100 } },
    { sem: 'sub.imm', rd: 13, rn: 13, imm: 6, aux: 3 << Aux.rdSp, r: { 13: 0x100 }, after: { 13: 0xf8 } },
    { sem: 'tbb', rn: 0, rm: 1, r: { 0: at, 1: 2 }, memory: { [at]: 0x112233 }, to: pc + 4 + 0x22 },
    { sem: 'tbh', rn: 0, rm: 1, r: { 0: at, 1: 1 }, memory: { [at]: 0x80001122 }, to: pc + 4 + 0x10000 },
    { sem: 'tbb.pc', rm: 1, r: { 1: at - pc - 4 }, memory: { [at]: 0x112233 }, to: pc + 4 + 0x66 },
    { sem: 'tbh.pc', rm: 1, r: { 1: (at - pc - 4) >> 1 }, memory: { [at]: 0x112233 }, to: pc + 4 + 0x4466 },
    { sem: 'nop', size: 2 },
  ]))

test('IT blocks', () =>
  runExamples([
    { sem: 'it', size: 2, imm: 0xa6, flagsAfter: 0xa6 },
    { sem: 'mov.imm', rd: 0, imm: 5, it: 0xa6, flagsAfter: 0xac, after: { 0: 5 } },
    { sem: 'mov.imm', rd: 0, imm: 5, it: 0xac, nzcvq: 16, flagsAfter: 0xb8, flags: 0 },
    { sem: 'mov.imm', rd: 0, imm: 5, it: 0xb8, nzcvq: 16, flagsAfter: 0, after: { 0: 5 } },
    { sem: 'mov.imm', rd: 0, imm: 5, it: 0xe8, note: 'always', flagsAfter: 0, after: { 0: 5 } },
    {
      sem: 'mov.imm',
      rd: 0,
      imm: 5,
      it,
      nzcvq: 8,
      flags: Flags.fpReady,
      flagsAfter: Flags.fpReady,
      after: { 0: 5 },
    },
  ]))

test('exceptions on purpose', () =>
  runExamples([
    { sem: 'svc', size: 2, imm: 7, trap: [Cause.svc, 7] },
    { sem: 'svc', imm: 7, it: 0x0c, nzcvq: 8, flagsAfter: 0x0c, trap: [Cause.svc, 7] },
    { sem: 'svc', imm: 7, it: 0x0c, nzcvq: 0, flagsAfter: 0x18 },
    { sem: 'bkpt', size: 2, imm: 0xab, trap: [Cause.bkpt, 0xab] },
    { sem: 'bkpt', imm: 1, it, nzcvq: 0, flagsAfter: it, trap: [Cause.bkpt, 1] },
    { sem: 'undefined', word: 0xde01, trap: [Cause.undefined, 0xde01] },
    { sem: 'undefined', word: 0xde01, it, nzcvq: 0, flagsAfter: 0 },
    { sem: 'nocp', word: 0x123, trap: [Cause.noCoprocessor, 0x123] },
    { sem: 'notthumb', size: 2, flags: notThumb, trap: [Cause.invalidState, 0] },
    { sem: 'sdiv', rd: 0, rn: 1, rm: 2, r: { 1: 8 }, s: { [S.ccr]: 0x10 }, trap: [Cause.divideByZero, 0] },
    { sem: 'udiv', rd: 0, rn: 1, rm: 2, r: { 1: 8 }, s: { [S.ccr]: 0x10 }, it, nzcvq: 0, flagsAfter: 0 },
    { sem: 'sdiv', rd: 0, rn: 1, rm: 2, r: { 1: 0x80000000, 2: -1 }, after: { 0: 0x80000000 } },
  ]))

const stacks = { [S.otherSp]: 0x200 }
const onProcess = { ...stacks, [S.control]: 2 }
const mrs = (imm: number, more: Partial<Example>): Example => ({ sem: 'mrs', rd: 0, imm, ...more })
const all = { nzcvq: 31, s: { [S.ge]: 5, [S.ipsr]: 11 } }
test('mrs', () =>
  runExamples([
    mrs(0, { ...all, after: { 0: 0xf8050000 } }),
    mrs(3, { ...all, after: { 0: 0xf805000b } }),
    mrs(5, { ...all, after: { 0: 11 } }),
    mrs(5, { ...all, flags: user, r: { 0: 1 }, after: { 0: 0 } }),
    mrs(0, { nzcvq: 8, after: { 0: 0x40000000 } }),
    mrs(0, { nzcvq: 16, after: { 0: 0x80000000 } }),
    mrs(0, { nzcvq: 4, after: { 0: 0x20000000 } }),
    mrs(0, { nzcvq: 2, after: { 0: 0x10000000 } }),
    mrs(8, { r: { 13: 0x100 }, s: stacks, after: { 0: 0x100 } }),
    mrs(9, { r: { 13: 0x100 }, s: stacks, after: { 0: 0x200 } }),
    mrs(8, { r: { 13: 0x100 }, s: onProcess, after: { 0: 0x200 } }),
    mrs(9, { r: { 13: 0x100 }, s: onProcess, after: { 0: 0x100 } }),
    mrs(9, { r: { 13: 0x100 }, s: onProcess, flags: user, after: { 0: 0 } }),
    mrs(16, { s: { [S.primask]: 1 }, after: { 0: 1 } }),
    mrs(17, { s: { [S.basepri]: 0x40 }, after: { 0: 0x40 } }),
    mrs(18, { s: { [S.basepri]: 0x40 }, after: { 0: 0x40 } }),
    mrs(19, { s: { [S.faultmask]: 1 }, after: { 0: 1 } }),
    mrs(16, { s: { [S.primask]: 1 }, flags: user, after: { 0: 0 } }),
    mrs(20, { s: { [S.control]: 5 }, flags: user, after: { 0: 5 } }),
  ]))

const msr = (imm: number, value: number, more: Partial<Example>): Example => ({
  sem: 'msr',
  rn: 0,
  imm,
  aux: 2,
  ...more,
  r: { 0: value, ...more.r },
})
test('msr and cps', () =>
  runExamples([
    msr(0, 0xf8000000, { nzcvqAfter: 31 }),
    msr(0, 0xf80f0000, { aux: 1, s: { [S.ge]: 0 }, sAfter: { [S.ge]: 15 } }),
    msr(0, 0x480f0000, {
      aux: 3,
      nzcvq: 20,
      nzcvqAfter: 9,
      s: { [S.ge]: 0 },
      sAfter: { [S.ge]: 15 },
      flags: user,
    }),
    msr(5, 0xf8000000, {}),
    msr(8, 0x303, { r: { 13: 0x100 }, s: stacks, after: { 13: 0x300 } }),
    msr(9, 0x303, { r: { 13: 0x100 }, s: stacks, sAfter: { [S.otherSp]: 0x300 } }),
    msr(8, 0x303, { r: { 13: 0x100 }, s: onProcess, sAfter: { [S.otherSp]: 0x300 } }),
    msr(9, 0x303, { r: { 13: 0x100 }, s: onProcess, after: { 13: 0x300 } }),
    msr(9, 0x303, { r: { 13: 0x100 }, s: onProcess, flags: user }),
    msr(16, 1, { calls: [['writeMask', 16, 1]] }),
    msr(17, 0x40, { calls: [['writeMask', 17, 0x40]] }),
    msr(18, 0x40, { calls: [['writeMask', 18, 0x40]], it, nzcvq: 8, flagsAfter: 0 }),
    msr(18, 0x40, { it, nzcvq: 0, flagsAfter: 0 }),
    msr(19, 1, { calls: [['writeMask', 19, 1]] }),
    msr(16, 1, { flags: user }),
    msr(20, 2, {
      r: { 13: 0x100 },
      s: { ...stacks, [S.control]: 0 },
      calls: [['writeControl', 2]],
      after: { 13: 0x200 },
      sAfter: { [S.otherSp]: 0x100, [S.control]: 2 },
    }),
    msr(20, 3, { r: { 13: 0x100 }, s: onProcess, calls: [['writeControl', 3]], sAfter: { [S.control]: 3 } }),
    msr(20, 0, { flags: user, s: onProcess }),
    { sem: 'cps', aux: 6, calls: [['writeMask', 16, 1]] },
    { sem: 'cps', aux: 2, calls: [['writeMask', 16, 0]] },
    {
      sem: 'cps',
      aux: 7,
      calls: [
        ['writeMask', 16, 1],
        ['writeMask', 19, 1],
      ],
    },
    { sem: 'cps', aux: 7, flags: user },
  ]))

test('waiting', () =>
  runExamples([
    { sem: 'wfi', size: 2, leave: Exit.wait },
    { sem: 'wfi', it, nzcvq: 8, flagsAfter: 0, leave: Exit.wait },
    { sem: 'wfi', it, nzcvq: 0, flagsAfter: 0 },
    { sem: 'wfe', size: 2, s: { [S.event]: 1 }, sAfter: { [S.event]: 0 } },
    { sem: 'wfe', size: 2, s: { [S.event]: 0 }, leave: ArmExit.waitForEvent },
    { sem: 'wfe', it, nzcvq: 8, s: { [S.event]: 1 }, sAfter: { [S.event]: 0 }, flagsAfter: 0 },
    { sem: 'sev', size: 2, s: { [S.event]: 0 }, sAfter: { [S.event]: 1 } },
    { sem: 'isb' },
  ]))
