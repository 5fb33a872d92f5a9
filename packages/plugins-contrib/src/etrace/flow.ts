/** What an instruction does to the flow of control, as Efficient Trace for RISC-V has it (version 2, 4.1). */

/** Kinds of instructions that a decoder must tell apart. */
export const FlowKind = {
  /** Goes on behind itself, unless it traps. */
  other: 0,
  /** Conditional, to an address in the instruction. */
  branch: 1,
  /** To an address in the instruction: inferable. */
  jump: 2,
  /** Out of a register, a return from a trap, or an environment call that is served outside: uninferable. */
  uninferable: 3,
} as const
/** One of `FlowKind`. */
export type FlowKind = (typeof FlowKind)[keyof typeof FlowKind]

/** An instruction as the trace sees it. */
export interface FlowInsn {
  readonly kind: FlowKind
  /** Bytes: 2 or 4. */
  readonly size: number
  /** Of branches and jumps: from the instruction to the target. */
  readonly offset: bigint
  /** The target is the offset itself: `jalr` with x0. */
  readonly absolute: boolean
  /** It returns from a trap. */
  readonly trapReturn: boolean
  /** A call or return by the hints of the link registers x1 and x5; swaps of coroutines are neither (4.1.1). */
  readonly link: 'call' | 'return' | undefined
}

const flow = (kind: FlowKind, size: number, offset = 0, more: Partial<FlowInsn> = {}): FlowInsn => ({
  kind,
  size,
  offset: BigInt(offset),
  absolute: false,
  trapReturn: false,
  link: undefined,
  ...more,
})

/** Length of the instruction that begins with these 16 bits. */
export const flowSize = (low: number): number => ((low & 3) === 3 ? 4 : 2)

/** Classifies an instruction by its 16 or 32 bits. `xlen` decides what `c.jal` and `c.addiw` share. */
export function classify(word: number, xlen: 32 | 64): FlowInsn {
  return flowSize(word) === 2 ? compressed(word & 0xffff, xlen) : standard(word | 0)
}

/** mret, sret, uret, mnret, dret (Privileged Architecture, 3.3.2 and following). */
const trapReturns: readonly number[] = [0x30200073, 0x10200073, 0x00200073, 0x70200073, 0x7b200073]
const [ecall, ebreak] = [0x00000073, 0x00100073]

function standard(word: number): FlowInsn {
  const opcode = word & 0x7f
  if (opcode === 0x63) return flow(FlowKind.branch, 4, offsetB(word))
  const [rd, rs1] = [(word >> 7) & 31, (word >> 15) & 31]
  if (opcode === 0x6f) return flow(FlowKind.jump, 4, offsetJ(word), { link: linkOf(rd, 0) })
  if (opcode === 0x67) {
    const link = linkOf(rd, rs1)
    return rs1 === 0
      ? flow(FlowKind.jump, 4, word >> 20, { absolute: true, link })
      : flow(FlowKind.uninferable, 4, 0, { link })
  }
  if (trapReturns.includes(word)) return flow(FlowKind.uninferable, 4, 0, { trapReturn: true })
  return flow(word === ecall || word === ebreak ? FlowKind.uninferable : FlowKind.other, 4)
}

const isLink = (register: number): boolean => register === 1 || register === 5

function linkOf(rd: number, rs1: number): FlowInsn['link'] {
  if (isLink(rd)) return isLink(rs1) && rs1 !== rd ? undefined : 'call'
  return isLink(rs1) ? 'return' : undefined
}

/** Instruction formats B and J (Unprivileged ISA, 2.3). */
const offsetB = (word: number): number =>
  ((word >> 31) << 12) | ((word << 4) & 0x800) | ((word >> 20) & 0x7e0) | ((word >> 7) & 0x1e)
const offsetJ = (word: number): number =>
  ((word >> 31) << 20) | (word & 0xff000) | ((word >> 9) & 0x800) | ((word >> 20) & 0x7fe)

function compressed(half: number, xlen: 32 | 64): FlowInsn {
  const [quadrant, funct3] = [half & 3, half >> 13]
  if (quadrant === 1) {
    if (funct3 === 5) return flow(FlowKind.jump, 2, offsetCj(half))
    if (funct3 === 1 && xlen === 32) return flow(FlowKind.jump, 2, offsetCj(half), { link: 'call' })
    if (funct3 >= 6) return flow(FlowKind.branch, 2, offsetCb(half))
  }
  // c.jr, c.jalr, and c.ebreak, which is c.jalr of x0.
  const rs1 = (half >> 7) & 31
  if (quadrant === 2 && funct3 === 4 && ((half >> 2) & 31) === 0 && (rs1 !== 0 || half & 0x1000))
    return flow(FlowKind.uninferable, 2, 0, {
      link: rs1 === 0 ? undefined : linkOf(half & 0x1000 ? 1 : 0, rs1),
    })
  return flow(FlowKind.other, 2)
}

/** Formats CJ and CB of jumps and branches (Unprivileged ISA, 26.4). */
function offsetCj(half: number): number {
  const bits =
    ((half >> 1) & 0x800) |
    ((half << 2) & 0x400) |
    ((half >> 1) & 0x300) |
    ((half << 1) & 0x80) |
    ((half >> 1) & 0x40) |
    ((half << 3) & 0x20) |
    ((half >> 7) & 0x10) |
    ((half >> 2) & 0xe)
  return (bits << 20) >> 20
}
function offsetCb(half: number): number {
  const bits =
    ((half >> 4) & 0x100) |
    ((half << 1) & 0xc0) |
    ((half << 3) & 0x20) |
    ((half >> 7) & 0x18) |
    ((half >> 2) & 0x6)
  return (bits << 23) >> 23
}

/** Where a branch that is taken, or an inferable jump, leads. */
export const targetOf = (insn: FlowInsn, pc: bigint, xlen: 32 | 64): bigint =>
  BigInt.asUintN(xlen, insn.absolute ? insn.offset : pc + insn.offset)
