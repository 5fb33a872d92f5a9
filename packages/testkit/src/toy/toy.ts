/**
 * A guest architecture for core's own tests: sixteen 64-bit registers, four vectors, instructions of four bytes
 * (operation, rd, rs, signed immediate), one kind of exception, one interrupt line.
 */
import { Exit, Head, irFunction, type Operands } from '@guestscope/codegen'
import {
  Access,
  type Board,
  type Cpu,
  type DecodedInsn,
  type Flow,
  type Semantics,
  type Target,
} from '@guestscope/core'

const R = (n: number): number => Head.size + 8 * n
/** Vectors lie at multiples of 16. */
const V = (n: number): number => ((R(21) + 15) & -16) + 16 * n
/** Offsets of the state. */
export const Toy: {
  /** Register n. */
  readonly R: (n: number) => number
  /** Vector n. */
  readonly V: (n: number) => number
  readonly sink: number
  readonly saved: number
  readonly cause: number
  readonly vector: number
  readonly line: number
  readonly size: number
} = {
  R,
  V,
  sink: R(16),
  saved: R(17),
  cause: R(18),
  vector: R(19),
  line: R(20),
  size: V(4),
}
export const toyRam = 0x1000n

const addr = (o: Operands, b: Parameters<Semantics['emit']>[0]) => b.add(o.reg(1, 'i64'), o.imm('i64'))
export const toyOps = [
  'addi',
  'bne',
  'load',
  'store',
  'trap',
  'halt',
  'ret',
  'jr',
  'add',
  'lb',
  'swap',
  'copy',
  'wait',
  'vload',
  'vload64',
  'vstore',
  'vadd',
  'vset',
  'vget',
] as const
export type ToyOp = (typeof toyOps)[number]

const semantics: Semantics[] = [
  { name: 'addi', emit: (b, o) => o.setReg(0, b.add(o.reg(1, 'i64'), o.imm('i64'))) },
  {
    name: 'bne',
    emit: (b, o) =>
      b.branch(
        b.ne(o.reg(3, 'i64'), o.reg(1, 'i64')),
        b.add(o.pc('i64'), b.shl(o.imm('i64'), b.i64(2))),
        o.nextPc('i64'),
      ),
  },
  { name: 'load', emit: (b, o) => o.setReg(0, b.gload('i64', '64', addr(o, b))) },
  { name: 'store', emit: (b, o) => b.gstore('64', addr(o, b), o.reg(3, 'i64')) },
  { name: 'trap', emit: (b, o) => b.raise(b.i32(1), o.imm('i64')) },
  { name: 'halt', emit: (b, o) => b.leave(Exit.target, o.nextPc('i64')) },
  { name: 'ret', emit: b => b.goto(b.get(Toy.saved, 'i64'), true) },
  { name: 'jr', emit: (b, o) => b.goto(o.reg(1, 'i64')) },
  { name: 'add', emit: (b, o) => o.setReg(0, b.add(o.reg(3, 'i64'), o.reg(1, 'i64'))) },
  { name: 'lb', emit: (b, o) => o.setReg(0, b.gload('i64', '8s', addr(o, b))) },
  {
    name: 'swap', // mem[rs + imm] ↔ rd
    emit: (b, o) => {
      const old = b.gload('i64', '64', addr(o, b))
      b.gstore('64', addr(o, b), o.reg(3, 'i64'))
      o.setReg(0, old)
    },
  },
  // mem[rd] := mem[rs + imm]
  { name: 'copy', emit: (b, o) => b.gstore('64', o.reg(3, 'i64'), b.gload('i64', '64', addr(o, b))) },
  { name: 'wait', emit: (b, o) => b.leave(Exit.wait, o.nextPc('i64')) },
  // On vectors: slot 3 is vector rd, slot 2 vector imm; of 16 bytes, of 8 with the rest 0.
  { name: 'vload', emit: (b, o) => o.setReg(3, b.gload('v128', '128', o.reg(1, 'i64'))) },
  { name: 'vload64', emit: (b, o) => o.setReg(3, b.gload('v128', '64', o.reg(1, 'i64'))) },
  { name: 'vstore', emit: (b, o) => b.gstore('128', o.reg(1, 'i64'), o.reg(3, 'v128')) },
  {
    name: 'vadd',
    emit: (b, o) => o.setReg(3, b.op('i32x4.add', o.reg(3, 'v128'), o.reg(2, 'v128'))),
  },
  // The low half of vector rd := rs; rd := the low half of vector imm.
  { name: 'vset', emit: (_b, o) => o.setReg(3, o.reg(1, 'i64')) },
  { name: 'vget', emit: (_b, o) => o.setReg(0, o.reg(2, 'i64')) },
]
const flows: Readonly<Record<string, Flow>> = {
  bne: 'branch',
  jr: 'indirect-jump',
  ret: 'trap-return',
  trap: 'trap',
}
const ends = new Set(['bne', 'trap', 'halt', 'ret', 'jr', 'wait'])

export const toyTarget: Target = {
  name: 'toy',
  addressType: 'i64',
  state: {
    size: Toy.size,
    fixed: { zero: R(0), sink: Toy.sink },
    promote: offset => {
      if (offset >= V(0) && offset < V(4)) return offset % 16 ? undefined : 'v128'
      return offset > R(0) && offset < R(16) && offset % 8 === 0 ? 'i64' : undefined
    },
    tlbModes: 1,
  },
  semantics,
  decode: (code): DecodedInsn => {
    const [low, high] = [code.u16(0), code.u16(2)]
    // What is no instruction traps.
    const op = (low & 0xff) < toyOps.length ? low & 0xff : toyOps.indexOf('trap')
    const [rd, rs] = [(low >> 8) & 15, high & 15]
    const imm = (high << 16) >> 24
    const vectors = toyOps[op]?.startsWith('v')
    return {
      handler: op,
      endsBlock: ends.has(toyOps[op] ?? ''),
      regs: [rd ? R(rd) : Toy.sink, R(rs), vectors ? V(imm & 3) : 0, vectors ? V(rd & 3) : R(rd)],
      imm,
      aux: 0,
      size: 4,
      word: low | (high << 16),
    }
  },
  disassemble: insn => toyOps[insn.handler] ?? '?',
  describe: insn => {
    const mnemonic = toyOps[insn.handler] ?? '?'
    return { mnemonic, group: 'toy', kind: 'integer', flow: flows[mnemonic] ?? 'next' }
  },
  privilege: () => ({ level: 1, name: 'toy' }),
  functions: {
    translate: irFunction('toy.translate', ['i64', 'i32'], 'i64', b => {
      b.if(b.cmp('lt_u', b.vget(0), b.i64(0x10_0000)), () => b.return(b.vget(0)))
      b.set(Head.trapCause, b.i32(2))
      b.set(Head.trapValue, b.vget(0))
      b.return(b.i64(-1))
    }),
    others: [],
  },
  enterTrap(b, cause) {
    b.set(Toy.saved, b.get(Head.pc, 'i64'))
    b.set(Toy.cause, b.resize(cause, 'i64'))
    b.set(Head.pc, b.get(Toy.vector, 'i64'))
    b.set(Toy.line, b.i64(0))
  },
  host: [],
  registers: Array.from({ length: 16 }, (_, n) => ({
    name: `r${n}`,
    group: 'general',
    bits: 64,
    read: (cpu: Cpu) => cpu.get64(R(n)),
    ...(n > 0 && { write: (cpu: Cpu, value: bigint) => cpu.set64(R(n), value) }),
  })),
  causeType: (b, cause) => b.select(b.eq(cause, b.i32(9)), b.i32(1), b.i32(2)),
  cause: cause => ({ type: cause === 9 ? 1 : 2, name: `cause${cause}` }),
  reset: () => {},
  setLine: (cpu, _line, level) => {
    cpu.set64(Toy.line, level ? 1n : 0n)
    if (level) cpu.request()
  },
  busError: access => 3 + access,
  fixedMapping: () => true,
  pendingInterrupt: cpu => (cpu.get64(Toy.line) ? 9 : undefined),
  wakes: cpu => cpu.get64(Toy.line) !== 0n,
  handleExit: cpu => cpu.machine.exit(Number(cpu.get64(R(1)) & 0xffn)),
  flags: () => 0,
}
void Access

/** Encodes one instruction. */
export const toy = (op: ToyOp, rd = 0, rs = 0, imm = 0): number[] => [toyOps.indexOf(op), rd, rs, imm & 0xff]

type Built = ReturnType<Board['build']>

export const toyBoard = (
  code: number[],
  device?: (host: Parameters<Board['build']>[0]) => Built['devices'] | void,
): Board => ({
  name: 'toy',
  description: 'RAM at 0x1000',
  target: 'toy',
  maxCpus: 4,
  defaultMemory: 0x10000,
  build: host => {
    const devices = device?.(host) ?? []
    return {
      regions: [{ name: 'ram', base: toyRam, size: 0x10000 }],
      devices,
      contents: [{ base: toyRam, bytes: new Uint8Array(code) }],
      resetPc: toyRam,
      input: () => {},
    }
  },
})
