/**
 * What the chapters of semantics share: the two variants of every instruction, outside and inside IT blocks, and the
 * ways in which an instruction can end.
 *
 * Between instructions the low byte of `Head.flags` is ITSTATE of the instruction at pc. Inside an IT block each
 * instruction therefore stores the ITSTATE of the next one as the last thing that it does: traps, budget stops and
 * interrupts in the middle are exact.
 */
import {
  type AccessDescriptor,
  type Builder,
  Head,
  type Node,
  type Operands,
  type Width,
} from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { Cause } from '../causes.ts'
import { Aux } from '../isa/thumb/aux.ts'
import { Flags, S, Slot } from '../state.ts'
import { condition } from './flags.ts'

/** An instruction under translation. */
export class Ctx {
  readonly b: Builder
  readonly o: Operands
  /** Translation flags of the block; undefined when a handler of T0 is made. */
  readonly flags: number | undefined
  /** Inside an IT block. */
  readonly conditional: boolean

  constructor(b: Builder, o: Operands, flags: number | undefined, conditional: boolean) {
    this.b = b
    this.o = o
    this.flags = flags
    this.conditional = conditional
  }

  // Operands.
  get rd(): Node {
    return this.o.reg(Slot.rd, 'i32')
  }
  get rn(): Node {
    return this.o.reg(Slot.rn, 'i32')
  }
  get rm(): Node {
    return this.o.reg(Slot.rm, 'i32')
  }
  get ra(): Node {
    return this.o.reg(Slot.ra, 'i32')
  }
  setRd(value: Node): void {
    this.o.setReg(Slot.rd, value)
  }
  /** The same where rd may be r13, whose low two bits are always 0. */
  setRdOrSp(value: Node): void {
    this.o.setReg(Slot.rd, this.#clear(value, Aux.rdSp))
  }
  /** Writes a base back. */
  setRn(value: Node): void {
    this.o.setReg(Slot.rn, this.#clear(value, Aux.rnSp))
  }
  #clear(value: Node, shift: number): Node {
    return this.b.and(value, this.b.not(this.aux(shift, 2)))
  }
  setRa(value: Node): void {
    this.o.setReg(Slot.ra, value)
  }
  get imm(): Node {
    return this.o.imm('i32')
  }
  /** Field of aux: `bits` bits from `shift` up. */
  aux(shift: number, bits = 1): Node {
    const { b } = this
    return b.and(b.shrU(this.o.aux(), b.i32(shift)), b.i32(2 ** bits - 1))
  }
  /** PC as an operand: the instruction's address plus 4. */
  get pc(): Node {
    return this.b.add(this.o.pc('i32'), this.b.i32(4))
  }
  /** The same, aligned to a word, as addresses of literals are made of. */
  get alignedPc(): Node {
    return this.b.and(this.pc, this.b.i32(-4))
  }
  get next(): Node {
    return this.o.nextPc('i32')
  }

  /** Is this bit of the translation flags set? Constant where they are known. */
  flag(bit: number): Node {
    const { b } = this
    const context = this.flags === undefined ? b.get(Head.flags, 'i32') : b.i32(this.flags)
    return b.and(context, b.i32(bit))
  }

  // Ends.
  /** Inside an IT block: ITSTATE becomes that of the next instruction (ITAdvance, A7.3.3). */
  advance(): void {
    if (!this.conditional) return
    const { b } = this
    const aux = this.o.aux()
    const it = b.shrU(aux, b.i32(Aux.itShift))
    const moved = b.or(b.and(it, b.i32(0xe0)), b.and(b.shl(it, b.i32(1)), b.i32(0x1f)))
    setItState(b, b.select(b.and(aux, b.i32(Aux.last)), b.i32(0), moved))
  }
  /** The instruction is done and the block ends. `look`: something has changed that the dispatcher must look at. */
  goto(target: Node, look = false): void {
    this.advance()
    this.b.goto(target, look || this.#splitsIt)
  }
  branch(cond: Node, taken: Node, fall: Node): void {
    this.advance()
    const { b } = this
    b.branch(cond, taken, fall, this.#splitsIt)
  }
  /** The block begins inside an IT block and ends outside: what it jumps to was translated under other flags. */
  get #splitsIt(): boolean {
    return this.flags !== undefined && (this.flags & Flags.itMask) !== 0
  }
  leave(code: number, next: Node): void {
    this.advance()
    this.b.leave(code, next)
  }
  raise(cause: number, value: Node = this.b.i32(0)): void {
    this.b.raise(this.b.i32(cause), value)
  }
  raiseIf(cond: Node, cause: number, value?: Node): void {
    this.b.if(cond, () => this.raise(cause, value))
  }
  // Memory.
  /** UsageFault UNALIGNED unless the address is a multiple of the size: multiple, double and exclusive accesses. */
  mustAlign(address: Node, bytes: number): void {
    const { b } = this
    this.raiseIf(b.and(address, b.i32(bytes - 1)), Cause.unaligned, address)
  }
  /** The same where only CCR.UNALIGN_TRP, or Armv6-M, asks for it (A3.2.1). */
  #align(address: Node, width: Width): void {
    const { b } = this
    const mask = width === '32s' || width === '32u' ? 3 : width === '16s' || width === '16u' ? 1 : 0
    if (mask) b.if(this.flag(Flags.strictAlign), () => this.mustAlign(address, mask + 1))
  }
  load(width: Width, address: Node, access?: AccessDescriptor): Node {
    this.#align(address, width)
    return this.b.gload('i32', width, address, access)
  }
  store(width: Width, address: Node, value: Node, access?: AccessDescriptor): void {
    this.#align(address, width)
    this.b.gstore(width, address, value, access)
  }
}

/** Writes ITSTATE. */
export function setItState(b: Builder, value: Node): void {
  b.rstore('8u', b.cpu(), value, Head.flags)
}

export type Body = (x: Ctx) => void

/** The condition of an instruction in an IT block, i32. */
const itCondition = (b: Builder, o: Operands): Node => condition(b, b.shrU(o.aux(), b.i32(28)))

/** Both variants of an instruction that falls through; `ends`: that always ends its block. */
function variants(name: string, body: Body, ends: boolean): readonly Semantics[] {
  return [
    { name, emit: (b, o, flags) => body(new Ctx(b, o, flags, false)) },
    {
      name: `${name} if`,
      emit: (b, o, flags) => {
        const x = new Ctx(b, o, flags, true)
        b.if(itCondition(b, o), () => body(x))
        if (ends) x.goto(x.next)
        else x.advance()
      },
    },
  ]
}

/** An instruction after which the next one follows. */
export const plain = (name: string, body: Body): readonly Semantics[] => variants(name, body, false)

/** An instruction that ends its block: the body ends with `goto`, `leave` or `raise` on every way. */
export const ending = (name: string, body: Body): readonly Semantics[] => variants(name, body, true)

/** An instruction that IT does not make conditional (BKPT, IT itself): both variants alike. */
export const always = (name: string, body: Body): readonly Semantics[] => [
  { name, emit: (b, o, flags) => body(new Ctx(b, o, flags, false)) },
  { name: `${name} if`, emit: (b, o, flags) => body(new Ctx(b, o, flags, true)) },
]

/**
 * A jump to an address that follows from the operands alone; in IT blocks a two-way branch, which regions can follow.
 */
export function direct(name: string, target: (x: Ctx) => Node, link = false): readonly Semantics[] {
  const lr = S.r + 8 * 14
  return [
    {
      name,
      emit: (b, o, flags) => {
        const x = new Ctx(b, o, flags, false)
        if (link) b.set(lr, b.or(x.next, b.i32(1)))
        x.goto(target(x))
      },
    },
    {
      name: `${name} if`,
      emit: (b, o, flags) => {
        const x = new Ctx(b, o, flags, true)
        const taken = itCondition(b, o)
        if (link) b.set(lr, b.select(taken, b.or(x.next, b.i32(1)), b.get(lr, 'i32')))
        x.branch(taken, target(x), x.next)
      },
    },
  ]
}
