import { Builder, printIr, recordOperands } from '@guestscope/codegen'
import { expect, test } from 'vitest'
import { Cause } from '../../src/causes.ts'
import { ArmExit } from '../../src/exits.ts'
import { Aux, Mem } from '../../src/isa/thumb/aux.ts'
import { Flags, S, TlbMode } from '../../src/state.ts'
import { integer } from '../../src/translate/index.ts'
import { type Example, runExamples } from './examples.ts'
import { Fault, pc, window } from './harness.ts'

const at = window.start
const [word, next] = [0xfedcba98, 0x76543210]
const memory = { [at]: word, [at + 4]: next }
const [offset, pre, post] = [1 << Mem.index, (1 << Mem.index) | (1 << Mem.wback), 1 << Mem.wback]
const sp = 3
const strict = Flags.strictAlign
const { readOnly, end: nowhere } = window
/** eq, first of two. */
const it = 0x04

const ldr: Example = { sem: 'ldr.imm', rd: 0, rn: 1, imm: 4, aux: offset, r: { 1: at }, memory }
const str: Example = {
  sem: 'str.imm',
  rd: 0,
  rn: 1,
  imm: 4,
  aux: offset,
  r: { 0: 0x89abcdef, 1: at },
  memory,
}

test('loads and stores of one register', () =>
  runExamples([
    { ...ldr, after: { 0: next } },
    { ...ldr, imm: -4, r: { 1: at + 4 }, after: { 0: word } },
    { ...ldr, aux: pre, after: { 0: next, 1: at + 4 } },
    { ...ldr, aux: post, after: { 0: word, 1: at + 4 } },
    { ...ldr, imm: 2, note: 'unaligned', after: { 0: 0x3210fedc } },
    { ...ldr, imm: 2, flags: strict, note: 'unaligned', trap: [Cause.unaligned, at + 2] },
    { ...ldr, flags: strict, after: { 0: next } },
    { ...ldr, r: { 0: 5, 1: nowhere }, aux: pre, trap: [Fault.load, nowhere + 4] },
    { ...ldr, rd: 13, aux: offset | (sp << Aux.rdSp), memory: { [at + 4]: 0x77 }, after: { 13: 0x74 } },
    { ...ldr, rn: 13, r: { 13: at }, imm: 3, aux: post | (sp << Aux.rnSp), after: { 0: word } },
    { ...ldr, sem: 'ldrb.imm', imm: 2, after: { 0: 0xdc } },
    { ...ldr, sem: 'ldrsb.imm', imm: 2, after: { 0: 0xffffffdc } },
    { ...ldr, sem: 'ldrh.imm', imm: 2, after: { 0: 0xfedc } },
    { ...ldr, sem: 'ldrsh.imm', imm: 2, after: { 0: 0xfffffedc } },
    { ...ldr, sem: 'ldrsh.imm', imm: 1, after: { 0: 0xffffdcba } },
    { ...ldr, sem: 'ldrsh.imm', imm: 1, flags: strict, trap: [Cause.unaligned, at + 1] },
    { ...ldr, sem: 'ldrsb.imm', imm: 1, flags: strict, after: { 0: 0xffffffba } },
    {
      sem: 'ldr.reg',
      rd: 0,
      rn: 1,
      rm: 2,
      aux: 2 << Mem.shift,
      r: { 1: at, 2: 1 },
      memory,
      after: { 0: next },
    },
    { sem: 'ldrb.reg', rd: 0, rn: 1, rm: 2, r: { 1: at, 2: 1 }, memory, after: { 0: 0xba } },
    { sem: 'ldr.lit', rd: 0, imm: at - 0x1004, memory, after: { 0: word } },
    { sem: 'ldrsh.lit', rd: 0, imm: at - 0x1004, memory, after: { 0: 0xffffba98 } },

    { ...str, memoryAfter: { [at + 4]: 0x89abcdef } },
    { ...str, aux: pre, memoryAfter: { [at + 4]: 0x89abcdef }, after: { 1: at + 4 } },
    { ...str, aux: post, memoryAfter: { [at]: 0x89abcdef }, after: { 1: at + 4 } },
    { ...str, imm: 1, memoryAfter: { [at]: 0xabcdef98, [at + 4]: 0x76543289 } },
    { ...str, imm: 1, flags: strict, trap: [Cause.unaligned, at + 1] },
    { ...str, aux: pre, r: { 1: readOnly }, trap: [Fault.store, readOnly + 4] },
    { ...str, sem: 'strb.imm', imm: 1, memoryAfter: { [at]: 0xfedcef98 } },
    { ...str, sem: 'strh.imm', imm: 2, memoryAfter: { [at]: 0xcdefba98 } },
    {
      sem: 'strh.reg',
      rd: 0,
      rn: 1,
      rm: 2,
      aux: 1 << Mem.shift,
      r: { 0: 0x1234, 1: at, 2: 3 },
      memory,
      memoryAfter: { [at + 4]: 0x12343210 },
    },
  ]))

test('loads and stores in IT blocks', () =>
  runExamples([
    { ...ldr, it, nzcvq: 8, after: { 0: next }, flagsAfter: 0x08 },
    { ...ldr, it, nzcvq: 0, flagsAfter: 0x08 },
    { ...ldr, it: 0x18, nzcvq: 0, after: { 0: next }, flagsAfter: 0 },
    { ...ldr, it: 0x18, nzcvq: 8, flagsAfter: 0 },
    {
      ...ldr,
      it,
      nzcvq: 8,
      r: { 1: nowhere },
      note: 'faults',
      trap: [Fault.load, nowhere + 4],
      flagsAfter: it,
    },
    { ...ldr, it, nzcvq: 0, r: { 1: nowhere }, note: 'does not happen', flagsAfter: 0x08 },
    { ...str, it, nzcvq: 8, memoryAfter: { [at + 4]: 0x89abcdef }, flagsAfter: 0x08 },
    { ...str, it, nzcvq: 0, r: { 1: readOnly }, flagsAfter: 0x08 },
  ]))

/** Unprivileged accesses look into the other TLB, which knows nothing either. */
test('unprivileged loads and stores', () =>
  runExamples([
    { ...ldr, sem: 'ldrt', aux: 0, after: { 0: next } },
    { ...ldr, sem: 'ldrsht', aux: 0, imm: 2, after: { 0: 0xfffffedc } },
    { ...str, sem: 'strbt', aux: 0, memoryAfter: { [at + 4]: 0x765432ef } },
    { ...ldr, sem: 'ldrt', aux: 0, it, nzcvq: 8, after: { 0: next }, flagsAfter: 0x08 },
    { ...ldr, sem: 'ldrt', aux: 0, it, nzcvq: 0, flagsAfter: 0x08 },
  ]))

test.each(integer.filter(({ name }) => /^(ldrs?[bh]?|str[bh]?)t(\.it)?$/.test(name)))(
  '$name runs in regions, through the TLB of users',
  ({ emit }) => {
    const b = new Builder()
    emit(b, recordOperands(b), undefined)
    const text = printIr(b.body)
    expect(text).toMatch(new RegExp(`\\bg(load|store)\\.\\d+[su]\\.mode${TlbMode.unprivileged} `))
    expect(text).not.toMatch(/^ *exact$/m)
  },
)

const ldrd: Example = { sem: 'ldrd.imm', rd: 0, ra: 2, rn: 1, aux: offset, r: { 1: at }, memory }
const strd: Example = { ...ldrd, sem: 'strd.imm', r: { 0: 1, 1: at, 2: 3 } }
test('two registers', () =>
  runExamples([
    { ...ldrd, after: { 0: word, 2: next } },
    { ...ldrd, rd: 1, after: { 1: word, 2: next } },
    { ...ldrd, ra: 1, after: { 0: word, 1: next } },
    { ...ldrd, aux: pre, r: { 1: at + 8 }, imm: -8, after: { 0: word, 1: at, 2: next } },
    { ...ldrd, aux: post, imm: 8, after: { 0: word, 1: at + 8, 2: next } },
    { ...ldrd, imm: 2, trap: [Cause.unaligned, at + 2] },
    { ...ldrd, r: { 1: nowhere - 4 }, note: 'second half faults', trap: [Fault.load, nowhere] },
    { sem: 'ldrd.lit', rd: 0, ra: 2, imm: at - 0x1004, memory, after: { 0: word, 2: next } },
    { ...strd, memoryAfter: { [at]: 1, [at + 4]: 3 } },
    { ...strd, aux: post, imm: 8, memoryAfter: { [at]: 1, [at + 4]: 3 }, after: { 1: at + 8 } },
    { ...strd, imm: 1, trap: [Cause.unaligned, at + 1] },
  ]))

const list = (...n: number[]): number => n.reduce((bits, i) => bits | (1 << i), 0)
const words = { [at]: 10, [at + 4]: 20, [at + 8]: 30, [at + 12]: 0x2001 }
const ldm: Example = { sem: 'ldm', rn: 4, imm: list(0, 5, 14), r: { 4: at }, memory: words }
const stm: Example = { ...ldm, sem: 'stm', r: { 0: 1, 4: at, 5: 2, 14: 3 } }
const pop: Example = { ...ldm, sem: 'ldm.pc', rn: 13, imm: list(0, 1, 2, 15), aux: 1 | (sp << Aux.rnSp) }
const popped = { 0: 10, 1: 20, 2: 30, 13: at + 16 }
const back = { ...words, [at + 12]: 0xfffffff9 }
test('lists of registers', () =>
  runExamples([
    { ...ldm, after: { 0: 10, 5: 20, 14: 30 } },
    { ...ldm, aux: 1, after: { 0: 10, 5: 20, 14: 30, 4: at + 12 } },
    { ...ldm, imm: list(4, 5), after: { 4: 10, 5: 20 } },
    { ...ldm, sem: 'ldmdb', aux: 1, r: { 4: at + 12 }, after: { 0: 10, 5: 20, 14: 30, 4: at } },
    { ...ldm, r: { 4: at + 1 }, trap: [Cause.unaligned, at + 1] },
    { ...ldm, r: { 4: nowhere - 8 }, aux: 1, note: 'the last one faults', trap: [Fault.load, nowhere] },
    { ...ldm, it, nzcvq: 8, aux: 1, after: { 0: 10, 5: 20, 14: 30, 4: at + 12 }, flagsAfter: 0x08 },
    { ...ldm, it, nzcvq: 0, aux: 1, flagsAfter: 0x08 },

    { ...stm, memoryAfter: { [at]: 1, [at + 4]: 2, [at + 8]: 3 } },
    { ...stm, aux: 1, imm: list(4, 5), memoryAfter: { [at]: at, [at + 4]: 2 }, after: { 4: at + 8 } },
    {
      ...stm,
      sem: 'stmdb',
      aux: 1,
      r: { 0: 1, 4: at + 12, 5: 2, 14: 3 },
      memoryAfter: { [at]: 1, [at + 4]: 2, [at + 8]: 3 },
      after: { 4: at },
    },
    { ...stm, r: { 4: readOnly }, aux: 1, trap: [Fault.store, readOnly] },

    { ...pop, r: { 13: at }, after: popped, to: 0x2000 },
    { ...pop, r: { 13: at }, after: popped, to: 0x2000, it: 0x08, nzcvq: 8, flagsAfter: 0 },
    { ...pop, r: { 13: at }, it: 0x08, nzcvq: 0, flagsAfter: 0 },
    { ...pop, r: { 13: at }, memory: back, after: popped, note: 'Thread mode', to: 0xfffffff8 },
    {
      ...pop,
      r: { 13: at },
      memory: back,
      s: { [S.ipsr]: 15 },
      after: popped,
      to: 0xfffffff9,
      leave: ArmExit.excReturn,
    },
    {
      ...pop,
      r: { 13: at },
      memory: { [at + 12]: 0x2000 },
      after: { 13: at + 16 },
      to: 0x2000,
      flagsAfter: Flags.notThumb,
    },
    { ...pop, sem: 'ldmdb.pc', aux: 0, rn: 4, r: { 4: at + 16 }, after: { 0: 10, 1: 20, 2: 30 }, to: 0x2000 },
  ]))

test('loads of the pc', () =>
  runExamples([
    { ...ldr, sem: 'ldr.pc.imm', memory: { [at + 4]: 0x3001 }, to: 0x3000 },
    { ...ldr, sem: 'ldr.pc.imm', aux: post, memory: { [at]: 0x3001 }, after: { 1: at + 4 }, to: 0x3000 },
    { sem: 'ldr.pc.reg', rn: 1, rm: 2, r: { 1: at, 2: 4 }, memory: { [at + 4]: 0x3001 }, to: 0x3000 },
    { sem: 'ldr.pc.lit', imm: at - 0x1004, memory: { [at]: 0x3000 }, to: 0x3000, flagsAfter: Flags.notThumb },
    {
      ...ldr,
      sem: 'ldr.pc.imm',
      r: { 1: nowhere },
      trap: [Fault.load, nowhere + 4],
      it: 0x08,
      nzcvq: 8,
      flagsAfter: 8,
    },
    { ...ldr, sem: 'ldr.pc.imm', r: { 1: nowhere }, to: pc + 4, it: 0x08, nzcvq: 0, flagsAfter: 0 },
  ]))

const [address, value] = [S.exclusive, S.exclusiveValue]
const strex: Example = { sem: 'strex', rd: 0, rm: 2, rn: 1, imm: 4, r: { 1: at, 2: 9 }, memory }
test('exclusive accesses', () =>
  runExamples([
    {
      ...ldr,
      sem: 'ldrex',
      aux: 0,
      s: { [address]: -1 },
      after: { 0: next },
      sAfter: { [address]: at + 4, [value]: next },
    },
    {
      ...ldr,
      sem: 'ldrexh',
      aux: 0,
      imm: 0,
      s: { [address]: -1 },
      after: { 0: 0xba98 },
      sAfter: { [address]: at, [value]: 0xba98 },
    },
    { ...ldr, sem: 'ldrex', aux: 0, imm: 2, trap: [Cause.unaligned, at + 2] },
    { ...ldr, sem: 'ldrexh', aux: 0, imm: 1, trap: [Cause.unaligned, at + 1] },
    {
      ...strex,
      s: { [address]: at + 4, [value]: next },
      sAfter: { [address]: -1 },
      after: { 0: 0 },
      memoryAfter: { [at + 4]: 9 },
    },
    { ...strex, s: { [address]: at + 4, [value]: 5 }, sAfter: { [address]: -1 }, after: { 0: 1 } },
    { ...strex, s: { [address]: at, [value]: next }, sAfter: { [address]: -1 }, after: { 0: 1 } },
    { ...strex, r: { 1: readOnly }, s: { [address]: readOnly + 4 }, trap: [Fault.store, readOnly + 4] },
    { ...strex, r: { 1: nowhere }, s: { [address]: at }, sAfter: { [address]: -1 }, after: { 0: 1 } },
    { ...strex, imm: 1, s: { [address]: -1 }, trap: [Cause.unaligned, at + 1] },
    {
      ...strex,
      sem: 'strexb',
      imm: 1,
      s: { [address]: at + 1, [value]: 0xba },
      sAfter: { [address]: -1 },
      after: { 0: 0 },
      memoryAfter: { [at]: 0xfedc0998 },
    },
    { sem: 'clrex', s: { [address]: at }, sAfter: { [address]: -1 } },
  ]))
