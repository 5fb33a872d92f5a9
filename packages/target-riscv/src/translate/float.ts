/**
 * Chapters "F" and "D": what their instructions share. Registers hold 64 bits, singles NaN-boxed ("NaN Boxing of
 * Narrower Values").
 *
 * Plan: an instruction computes with the machine's own arithmetic, which rounds to nearest even. Where that is the
 * rounding mode, the result is in the range in which no other flag than NX can arise, and NX is set already, all is
 * done. Otherwise `float-functions.ts` finds the flags (or the host does, `float-host.ts`).
 */
import { type Builder, Head, type Node, nativeFloat, type Operands, type Width } from '@guestscope/codegen'
import { Flags, S } from '../state.ts'
import { rd } from './common.ts'
import { dirtyFp, illegalIf } from './context.ts'

/** Inexact, in fflags. */
export const NX = 1

/** Upper half of a register that holds a single. */
const box = -0x100000000n

/** Upper part of a register that holds a half. */
const halfBox = -0x10000

/** One of the formats. */
export interface Format extends nativeFloat.NativeFormat {
  readonly suffix: 'h' | 's' | 'd'
  readonly width: Width
  /** Register → bits: a register that does not hold a single gives the canonical NaN. */
  readonly unbox: (b: Builder, register: Node) => Node
  /** Bits → register. */
  readonly box: (b: Builder, bits: Node) => Node
  /** Registers all hold values of this format; undefined: they always do. */
  readonly boxed: (b: Builder, registers: readonly Node[]) => Node | undefined
  /** Bits → value, where the processor has no such format. */
  readonly widened?: (b: Builder, bits: Node) => Node
}

/** The value of a half as a single: 2^112 is the difference of the biases. Infinities and NaNs have all exponent bits. */
function widenedHalf(b: Builder, bits: Node): Node {
  const magnitude = b.and(bits, b.i32(0x7fff))
  const moved = b.shl(magnitude, b.i32(13))
  const scaled = b.op('i32.bits', b.op('f32.mul', b.op('f32.from_bits', moved), b.const('f32', 2 ** 112)))
  const special = b.cmp('ge_u', magnitude, b.i32(0x7c00))
  const value = b.select(special, b.or(moved, b.i32(0x7f800000)), scaled)
  return b.op('f32.from_bits', b.or(value, b.shl(b.and(bits, b.i32(0x8000)), b.i32(16))))
}

/** Its values are computed with as singles. */
export const half: Format = {
  value: 'f32',
  bits: 'i32',
  fraction: 10,
  sign: 0x8000n,
  infinity: 0x7c00n,
  quiet: 0x200n,
  suffix: 'h',
  width: '16u',
  unbox: (b, register) =>
    b.select(
      b.cmp('ge_u', register, b.i64(halfBox)),
      b.and(b.resize(register, 'i32'), b.i32(0xffff)),
      b.i32(0x7e00),
    ),
  box: (b, bits) => b.or(b.resize(bits, 'i64', true), b.i64(halfBox)),
  boxed: (b, registers) =>
    b.cmp(
      'ge_u',
      registers.reduce((x, y) => b.and(x, y)),
      b.i64(halfBox),
    ),
  widened: widenedHalf,
}

export const single: Format = {
  ...nativeFloat.single,
  suffix: 's',
  width: '32u',
  unbox: (b, register) =>
    b.select(b.cmp('ge_u', register, b.i64(box)), b.resize(register, 'i32'), b.i32(0x7fc00000)),
  box: (b, bits) => b.or(b.resize(bits, 'i64', true), b.i64(box)),
  boxed: (b, registers) =>
    b.cmp(
      'ge_u',
      registers.reduce((x, y) => b.and(x, y)),
      b.i64(box),
    ),
}

export const double: Format = {
  ...nativeFloat.double,
  suffix: 'd',
  width: '64',
  unbox: (_b, register) => register,
  box: (_b, bits) => bits,
  boxed: () => undefined,
}

/** The bits of an operand, and the same as a value. */
export const read = (f: Format, b: Builder, o: Operands, slot: number): Node => f.unbox(b, o.reg(slot, 'i64'))
type Native = typeof nativeFloat
export const floatOf = (f: Format, b: Builder, bits: Node): Node =>
  f.widened?.(b, bits) ?? nativeFloat.floatOf(f, b, bits)
export const bitsOf: Native['bitsOf'] = nativeFloat.bitsOf
export const widen: Native['widen'] = nativeFloat.widen
export const finite: Native['finite'] = nativeFloat.finite
export const normal: Native['normal'] = nativeFloat.normal
/** rd := bits, boxed. */
export const write = (f: Format, b: Builder, o: Operands, bits: Node): void => o.setReg(rd, f.box(b, bits))

/** Rounding mode of the instruction: rm, or frm if it is dynamic (7). */
export const rounding = (b: Builder, o: Operands): Node => {
  const rm = o.aux()
  return b.select(b.eq(rm, b.i32(7)), b.get(S.frm, 'i32'), rm)
}

/** Illegal instruction if the rounding mode does not exist: rm 5 and 6, or dynamic and frm 5 to 7. */
export const checkRounding = (b: Builder, o: Operands, rm: Node): void =>
  illegalIf(b, o, b.cmp('gt_u', rm, b.i32(4)))

/** Rounding to nearest even, and NX set already; a constant 0 in other static rounding modes. */
export const inexactKnown = (b: Builder, rm: Node): Node =>
  rm.op === 'const' && rm.imm ? b.i32(0) : b.cmp('gt_u', b.and(b.get(S.fflags, 'i32'), b.i32(NX)), rm)

/** fflags |= flags, in instructions that write an f register and so call `dirtyFp` anyway. */
export const accrue = (b: Builder, flags: Node): void => b.set(S.fflags, b.or(b.get(S.fflags, 'i32'), flags))

/** fflags |= flags, in instructions that write no f register: FS becomes dirty only if there are flags. */
export const raiseFlags = (b: Builder, raised: Node, flags: number | undefined): void => {
  if (flags !== undefined && (flags & Flags.fsMask) === Flags.fsDirty << Flags.fsShift) accrue(b, raised)
  else {
    b.if(raised, () => {
      accrue(b, raised)
      dirtyFp(b, flags)
    })
  }
}

/** What the functions of `float-functions.ts` leave: the flags that the operation raised. */
export const raisedFlags = (b: Builder): Node => b.get(Head.value, 'i32')
