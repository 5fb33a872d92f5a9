import { seeded } from '@guestscope/testkit'
import { expect, test } from 'vitest'
import { assemble, decode, randomWord, rowsOf, type Xlen } from '../../src/isa/index.ts'
import { bases } from '../isa/bases.ts'
import { type Case, type End, Harness, pc, ways, window } from './harness.ts'
import { compute } from './integer-model.ts'

/** Values where carries, signs and widths go wrong. */
function values(rng: () => number, xlen: Xlen): bigint {
  const n = Math.floor(rng() * 8)
  const bit = 1n << BigInt(Math.floor(rng() * xlen))
  const random = (BigInt(Math.floor(rng() * 2 ** 32)) << 32n) | BigInt(Math.floor(rng() * 2 ** 32))
  const value = [0n, -1n, 1n, bit, bit - 1n, -bit, random, BigInt.asIntN(32, random)][n] ?? 0n
  return BigInt.asUintN(xlen, value)
}

test.each(bases)('RV%i: computational instructions', xlen => {
  const rng = seeded(xlen + 1)
  const words = rowsOf(xlen).flatMap(row => Array.from({ length: 8 }, () => randomWord(rng, xlen, row)))
  const computes = (word: number): boolean => {
    const insn = decode(xlen, word)
    return insn !== undefined && compute(insn, xlen, 0n, 0n) !== undefined
  }
  const harness = new Harness(
    xlen,
    words.filter(computes).map((word): Case => ({ word, fs: 0 })),
  )
  const tested = new Set<string>()
  for (let i = 0; i < harness.count; i++) {
    const insn = harness.insn(i)
    for (let round = 0; round < 20; round++) {
      const [x, y] = [insn.rs1 ? values(rng, xlen) : 0n, insn.rs2 ? values(rng, xlen) : 0n]
      const [first, second] = [x, insn.rs2 === insn.rs1 ? x : y]
      const expected = compute(insn, xlen, first, second) ?? 0n
      tested.add(insn.row.sem)
      for (const way of ways) {
        harness.reset(i)
        harness.setX(insn.rs1, first)
        harness.setX(insn.rs2, second)
        const end = harness.run(i, way)
        const result = harness.x(insn.rd)
        const where = `${way} ${insn.row.name} ${first.toString(16)} ${second.toString(16)} ${insn.imm}`
        expect([where, result.toString(16), end]).toEqual([
          where,
          (insn.rd ? expected : 0n).toString(16),
          { pc: pc + BigInt(insn.size), trap: undefined },
        ])
      }
    }
  }
  // Every instruction that computes in x registers alone, but for two that the examples below have.
  const computing = rowsOf(xlen).filter(
    ({ ending, regs, args }) =>
      ending === undefined && regs.rd === 'x' && !args.includes('(') && !Object.values(regs).includes('f'),
  )
  const missing = computing.map(({ sem }) => sem).filter(sem => !tested.has(sem))
  expect([...new Set(missing)]).toEqual(['lui', 'auipc'])
})

/** One instruction, what is in registers before, and what is after. */
interface Example {
  readonly xlen: Xlen
  readonly text: string
  readonly x?: Readonly<Record<number, bigint>>
  readonly memory?: bigint
  readonly reserved?: readonly [bigint, bigint]
  readonly after?: Readonly<Record<number, bigint>>
  readonly memoryAfter?: bigint
  readonly pc?: bigint
  readonly trap?: End['trap']
}

const at = BigInt(window.start)
const readOnly = BigInt(window.readOnly)
const nowhere = BigInt(window.end)
const data = 0xfedcba9876543210n
const [load, store] = [13, 15]

// a0 is x10, a1 is x11, a2 is x12, ra is x1.
const both: readonly Omit<Example, 'xlen'>[] = [
  { text: 'lui a0,0x7ffff', after: { 10: 0x7ffff000n } },
  { text: 'auipc a0,0x1', after: { 10: 0x2000n } },
  { text: 'jal ra,0x1800', after: { 1: 0x1004n }, pc: 0x1800n },
  { text: 'jalr ra,-3(a1)', x: { 11: 0x2006n }, after: { 1: 0x1004n }, pc: 0x2002n },
  { text: 'jalr a1,1(a1)', x: { 11: 0x2000n }, after: { 11: 0x1004n }, pc: 0x2000n },
  { text: 'beq a0,a1,0xff0', x: { 10: 5n, 11: 5n }, pc: 0xff0n },
  { text: 'beq a0,a1,0xff0', x: { 10: 5n, 11: 4n } },
  { text: 'bne a0,a1,0x1100', x: { 10: 5n, 11: 4n }, pc: 0x1100n },
  { text: 'bltu a0,a1,0x1100', x: { 10: 5n, 11: 0x80000000n }, pc: 0x1100n },
  { text: 'bgeu a0,a1,0x1100', x: { 10: 5n, 11: 5n }, pc: 0x1100n },
  { text: 'blt a0,zero,0x1100', x: { 10: 5n } },
  { text: 'bge a0,zero,0x1100', x: { 10: 5n }, pc: 0x1100n },
  { text: 'fence iorw,iorw' },
  { text: 'lb a0,1(a1)', x: { 11: at }, memory: data, after: { 10: 0x32n } },
  { text: 'lbu a0,7(a1)', x: { 11: at }, memory: data, after: { 10: 0xfen } },
  { text: 'lh a0,4(a1)', x: { 11: at }, memory: data, after: { 10: -0x4568n } },
  { text: 'lhu a0,4(a1)', x: { 11: at }, memory: data, after: { 10: 0xba98n } },
  { text: 'lw a1,4(a1)', x: { 11: at }, memory: data, after: { 11: -0x1234568n } },
  { text: 'lw zero,0(a1)', x: { 11: at }, after: { 0: 0n } },
  { text: 'lw zero,0(a1)', x: { 11: nowhere }, trap: [load, nowhere] },
  { text: 'lw a1,-1(a1)', x: { 11: 0n }, after: { 11: 0n }, trap: [load, -1n] },
  { text: 'sb a0,1(a1)', x: { 10: 0x1ffn, 11: at }, memory: 0n, memoryAfter: 0xff00n },
  { text: 'sh a0,2(a1)', x: { 10: 0x12345n, 11: at }, memory: 0n, memoryAfter: 0x23450000n },
  { text: 'sw a0,4(a1)', x: { 10: 0x89abcdefn, 11: at }, memory: 1n, memoryAfter: 0x89abcdef00000001n },
  { text: 'sw a0,0(a1)', x: { 11: readOnly }, trap: [store, readOnly] },

  { text: 'lr.w a0,(a1)', x: { 11: at }, memory: data, after: { 10: 0x76543210n } },
  { text: 'lr.w a0,(a1)', x: { 11: at + 2n }, trap: [4, at + 2n] },
  { text: 'lr.w a0,(a1)', x: { 11: nowhere + 1n }, trap: [4, nowhere + 1n] },
  { text: 'lr.w a0,(a1)', x: { 11: nowhere }, trap: [load, nowhere] },
  {
    text: 'sc.w a0,a2,(a1)',
    x: { 11: at, 12: 7n },
    memory: 5n,
    reserved: [at, 5n],
    after: { 10: 0n },
    memoryAfter: 7n,
  },
  {
    text: 'sc.w a0,a2,(a1)',
    x: { 11: at, 12: 7n },
    memory: 5n,
    reserved: [at, 6n],
    after: { 10: 1n },
    memoryAfter: 5n,
  },
  { text: 'sc.w a0,a2,(a1)', x: { 11: at, 12: 7n }, memory: 5n, after: { 10: 1n }, memoryAfter: 5n },
  { text: 'sc.w a0,a2,(a1)', x: { 11: nowhere + 1n, 12: 7n }, trap: [6, nowhere + 1n] },
  { text: 'sc.w a0,a2,(a1)', x: { 11: nowhere, 12: 7n }, after: { 10: 1n } },
  { text: 'sc.w a0,a2,(a1)', x: { 11: readOnly }, reserved: [readOnly, 9n], trap: [store, readOnly] },
  {
    text: 'amoadd.w a0,a2,(a1)',
    x: { 11: at, 12: 3n },
    memory: data,
    after: { 10: 0x76543210n },
    memoryAfter: data + 3n,
  },
  { text: 'amoswap.w a1,a1,(a1)', x: { 11: at }, memory: 1n, after: { 11: 1n }, memoryAfter: at },
  { text: 'amoxor.w a0,a2,(a1)', x: { 11: at, 12: 3n }, memory: 6n, after: { 10: 6n }, memoryAfter: 5n },
  { text: 'amoand.w a0,a2,(a1)', x: { 11: at, 12: 3n }, memory: 6n, after: { 10: 6n }, memoryAfter: 2n },
  { text: 'amoor.w a0,a2,(a1)', x: { 11: at, 12: 3n }, memory: 6n, after: { 10: 6n }, memoryAfter: 7n },
  {
    text: 'amomin.w a0,a2,(a1)',
    x: { 11: at, 12: 3n },
    memory: 0xffffffffn,
    after: { 10: -1n },
    memoryAfter: 0xffffffffn,
  },
  {
    text: 'amomax.w a0,a2,(a1)',
    x: { 11: at, 12: 3n },
    memory: 0xffffffffn,
    after: { 10: -1n },
    memoryAfter: 3n,
  },
  {
    text: 'amominu.w a0,a2,(a1)',
    x: { 11: at, 12: 3n },
    memory: 0xffffffffn,
    after: { 10: -1n },
    memoryAfter: 3n,
  },
  {
    text: 'amomaxu.w a0,a2,(a1)',
    x: { 11: at, 12: 3n },
    memory: 0xffffffffn,
    after: { 10: -1n },
    memoryAfter: 0xffffffffn,
  },
  { text: 'amoadd.w a0,a2,(a1)', x: { 11: at + 1n }, trap: [6, at + 1n] },
  { text: 'amoadd.w a0,a2,(a1)', x: { 11: nowhere }, trap: [store, nowhere] },
  { text: 'amoadd.w a0,a2,(a1)', x: { 11: readOnly }, trap: [store, readOnly] },
]
const only64: readonly Omit<Example, 'xlen'>[] = [
  { text: 'lui a0,0x80000', after: { 10: -0x80000000n } },
  { text: 'lwu a0,4(a1)', x: { 11: at }, memory: data, after: { 10: 0xfedcba98n } },
  { text: 'ld a0,0(a1)', x: { 11: at }, memory: data, after: { 10: data } },
  { text: 'sd a0,0(a1)', x: { 10: data, 11: at }, memory: 0n, memoryAfter: data },
  { text: 'lr.d a0,(a1)', x: { 11: at }, memory: data, after: { 10: data } },
  { text: 'lr.d a0,(a1)', x: { 11: at + 4n }, trap: [4, at + 4n] },
  {
    text: 'sc.d a0,a2,(a1)',
    x: { 11: at, 12: 7n },
    memory: data,
    reserved: [at, data],
    after: { 10: 0n },
    memoryAfter: 7n,
  },
  { text: 'sc.d a0,a2,(a1)', x: { 11: at + 4n }, reserved: [at + 4n, 0n], trap: [6, at + 4n] },
  {
    text: 'amomaxu.d a0,a2,(a1)',
    x: { 11: at, 12: -1n },
    memory: data,
    after: { 10: data },
    memoryAfter: (1n << 64n) - 1n,
  },
  {
    text: 'amomin.d a0,a2,(a1)',
    x: { 11: at, 12: 1n },
    memory: data,
    after: { 10: data },
    memoryAfter: data,
  },
]
const examples: readonly Example[] = bases.flatMap(xlen =>
  [...both, ...(xlen === 64 ? only64 : [])].map(e => ({ ...e, xlen })),
)

test.each(bases)('RV%i: control transfer, memory, atomics', xlen => {
  const list = examples.filter(e => e.xlen === xlen)
  const harness = new Harness(
    xlen,
    list.map(e => ({ word: assemble(xlen, e.text, pc), fs: 0 })),
  )
  const unsigned = (v: bigint): bigint => BigInt.asUintN(xlen, v)
  list.forEach((e, i) => {
    for (const way of ways) {
      harness.reset(i)
      for (const [n, v] of Object.entries(e.x ?? {})) harness.setX(Number(n), v)
      if (e.memory !== undefined) harness.view.setBigUint64(window.start, e.memory, true)
      if (e.reserved) harness.reserve(...e.reserved)
      const before = harness.registers()
      const end = harness.run(i, way)
      const trap = e.trap ? ([e.trap[0], unsigned(e.trap[1])] as const) : undefined
      expect([way, e.text, end]).toEqual([way, e.text, { pc: trap ? pc : (e.pc ?? pc + 4n), trap }])
      for (const [n, v] of Object.entries(e.after ?? {})) before[Number(n)] = unsigned(v)
      expect([way, e.text, harness.registers()]).toEqual([way, e.text, before])
      if (e.memoryAfter !== undefined)
        expect(harness.view.getBigUint64(window.start, true)).toBe(e.memoryAfter)
      const reserves = e.text.startsWith('lr') && !trap
      const reservation = reserves
        ? (e.x?.[11] ?? 0n)
        : e.text.startsWith('sc') && !trap
          ? -1n
          : e.reserved?.[0]
      if (reservation !== undefined)
        expect([way, e.text, harness.reservation]).toEqual([way, e.text, reservation])
    }
  })
})
