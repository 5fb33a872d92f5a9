/** Moves, loads and stores of floating-point registers, FPSCR (Armv7-M ARM, A6.5 to A6.7, A7.7 VLDM … VSTR). */
import type { Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { Cause } from '../causes.ts'
import { Aux, Multiple } from '../isa/thumb/aux.ts'
import { S, Slot } from '../state.ts'
import type { Ctx } from './context.ts'
import { Fpscr, float, fpscr, getAt, readPair, setAt, writePair } from './float.ts'

const moves: readonly Semantics[] = [
  ...float('vmov.imm.f32', x => x.setRd(x.imm)),
  ...float('vmov.imm.f64', x => writePair(x, Slot.rd, x.b.i32(0), x.imm)),
  ...float('vmov.s.r', x => x.setRd(x.rn)),
  ...float('vmov.r.s', x => x.setRd(x.rn)),
  ...['vmov.ss.rr', 'vmov.d.rr'].flatMap(name => float(name, x => writePair(x, Slot.rm, x.rd, x.ra))),
  ...['vmov.rr.ss', 'vmov.rr.d'].flatMap(name =>
    float(name, x => {
      const [low, high] = readPair(x, Slot.rm)
      x.setRd(low)
      x.setRa(high)
    }),
  ),
  ...float('vmrs', x => x.setRd(fpscr(x.b))),
  ...float('vmsr', x => x.b.set(S.fpscr, x.b.and(x.rn, x.b.i32(Fpscr.writable)))),
  ...float('vmrs.apsr', x => {
    const { b } = x
    const value = fpscr(b)
    const bit = (n: number): Node => b.and(b.shrU(value, b.i32(n)), b.i32(1))
    b.set(S.n, value)
    b.set(S.z, b.xor(bit(30), b.i32(1)))
    b.set(S.c, bit(29))
    b.set(S.v, b.shl(value, b.i32(3)))
  }),
]

// Every address must be a multiple of 4 (A3.2.1).
const loads = (suffix: string, base: (x: Ctx) => Node): readonly Semantics[] => {
  const at = (x: Ctx): Node => {
    const address = x.b.add(base(x), x.imm)
    x.mustAlign(address, 4)
    return address
  }
  const word = (x: Ctx, address: Node): Node => x.b.gload('i32', '32s', address)
  return [
    ...float(`vldr${suffix}.f32`, x => x.setRd(word(x, at(x)))),
    ...float(`vldr${suffix}.f64`, x => {
      const address = at(x)
      const low = word(x, address)
      const high = word(x, x.b.add(address, x.b.i32(4)))
      writePair(x, Slot.rd, low, high)
    }),
  ]
}
const stores: readonly Semantics[] = [
  ...float('vstr.f32', x => {
    const address = x.b.add(x.rn, x.imm)
    x.mustAlign(address, 4)
    x.b.gstore('32u', address, x.rd)
  }),
  ...float('vstr.f64', x => {
    const { b } = x
    const address = b.add(x.rn, x.imm)
    x.mustAlign(address, 4)
    const [low, high] = readPair(x, Slot.rd)
    b.gstore('32u', address, low)
    b.gstore('32u', b.add(address, b.i32(4)), high)
  }),
]

// Several registers, as words; nothing is changed before the last access has succeeded.

const bytesAt = 6
/** The number of words is imm; the base moves by imm8 words, which aux has. */
function rangeOf(x: Ctx, down: boolean): { start: Node; writeBack: () => void } {
  const { b } = x
  const base = x.rn
  const bytes = b.shl(x.aux(bytesAt, 8), b.i32(2))
  const start = down ? b.sub(base, bytes) : base
  const end = down ? start : b.add(base, bytes)
  // r13 is always aligned.
  const stack = x.aux(Aux.rnSp)
  if (stack.op !== 'const' || !stack.imm) x.raiseIf(b.and(start, b.i32(3)), Cause.unaligned, start)
  return { start, writeBack: () => b.if(x.aux(Multiple.wback), () => x.setRn(end)) }
}

const count = (x: Ctx): number | undefined => (x.imm.op === 'const' ? Number(x.imm.imm) : undefined)

/** Loops in T0: distance from the first word, in bytes. */
function each(x: Ctx, visit: (distance: Node) => void): void {
  const { b } = x
  const at = b.newVar('i32')
  b.vset(at, b.i32(0))
  b.loop(() => {
    b.if(b.cmp('ge_u', b.vget(at), b.shl(x.imm, b.i32(2))), () => b.break())
    visit(b.vget(at))
    b.vset(at, b.add(b.vget(at), b.i32(4)))
  })
}

const slotOf = (x: Ctx, distance: Node): Node => x.b.add(x.o.offset(Slot.rd), distance)

function loadList(x: Ctx, down: boolean): void {
  const { b } = x
  const { start, writeBack } = rangeOf(x, down)
  const known = count(x)
  if (known === undefined) {
    each(x, distance => {
      const value = b.gload('i32', '32s', b.add(start, distance))
      b.setx(b.add(b.i32(S.loadedFloats), distance), value)
    })
    writeBack()
    return each(x, distance =>
      setAt(x, slotOf(x, distance), b.getx(b.add(b.i32(S.loadedFloats), distance), 'i32')),
    )
  }
  const distances = Array.from({ length: known }, (_, i) => b.i32(4 * i))
  const values = distances.map(distance => b.gload('i32', '32s', b.add(start, distance)))
  writeBack()
  distances.forEach((distance, i) => setAt(x, slotOf(x, distance), values[i] as Node))
}

function storeList(x: Ctx, down: boolean): void {
  const { b } = x
  const { start, writeBack } = rangeOf(x, down)
  const store = (distance: Node): void =>
    b.gstore('32u', b.add(start, distance), getAt(x, slotOf(x, distance)))
  const known = count(x)
  if (known === undefined) each(x, store)
  else for (let i = 0; i < known; i++) store(b.i32(4 * i))
  writeBack()
}

export const floatTransfers: readonly Semantics[] = [
  ...moves,
  ...loads('', x => x.rn),
  ...loads('.lit', x => x.alignedPc),
  ...stores,
  ...float('vldm', x => loadList(x, false)),
  ...float('vldmdb', x => loadList(x, true)),
  ...float('vstm', x => storeList(x, false)),
  ...float('vstmdb', x => storeList(x, true)),
  ...float('undefined.fp', x => x.raise(Cause.undefined, x.o.word())),
]
