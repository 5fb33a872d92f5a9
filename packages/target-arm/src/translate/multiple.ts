/**
 * Loads and stores of a list of registers (Armv7-M ARM, A4.6, A7.7 LDM, LDMDB, STM, STMDB, POP, PUSH). They restart:
 * all loads come before the first register is written, the base is written back at the end.
 */
import type { Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { Aux, Multiple } from '../isa/thumb/aux.ts'
import { S } from '../state.ts'
import { excReturn } from './branch.ts'
import { type Ctx, ending, plain } from './context.ts'

const offsetOf = (n: number): number => S.r + 8 * n
/** The same for a number known at run time only. */
const slotAt = (x: Ctx, base: number, n: Node): Node => x.b.add(x.b.shl(n, x.b.i32(3)), x.b.i32(base))

interface Range {
  readonly start: Node
  readonly writeBack: () => void
}

/** The addresses of a list: from the base up, or up to the base. */
function rangeOf(x: Ctx, down: boolean): Range {
  const { b } = x
  const base = x.rn
  const bytes = b.shl(b.op('i32.popcnt', x.imm), b.i32(2))
  const end = down ? b.sub(base, bytes) : b.add(base, bytes)
  const start = down ? end : base
  // r13 is always aligned.
  const aligned = x.aux(Aux.rnSp)
  if (aligned.op !== 'const' || !aligned.imm) x.mustAlign(start, 4)
  return { start, writeBack: () => b.if(x.aux(Multiple.wback), () => x.setRn(end)) }
}

/** The registers of a known list with their addresses; undefined in T0. */
function known(x: Ctx, start: Node): readonly { readonly n: number; readonly address: Node }[] | undefined {
  const list = x.imm
  if (list.op !== 'const') return undefined
  const numbers = Array.from({ length: 16 }, (_, n) => n).filter(n => Number(list.imm) & (1 << n))
  return numbers.map((n, i) => ({ n, address: x.b.add(start, x.b.i32(4 * i)) }))
}

/** Loops over the list: register number, address. */
function each(x: Ctx, start: Node, visit: (n: Node, address: Node) => void): void {
  const { b } = x
  const [rest, at] = [b.newVar('i32'), b.newVar('i32')]
  b.vset(rest, x.imm)
  b.vset(at, start)
  b.loop(() => {
    const left = b.vget(rest)
    b.if(b.eqz(left), () => b.break())
    visit(b.op('i32.ctz', left), b.vget(at))
    b.vset(at, b.add(b.vget(at), b.i32(4)))
    b.vset(rest, b.and(b.vget(rest), b.sub(b.vget(rest), b.i32(1))))
  })
}

/** Loads the list; gives what goes into the PC, if that is asked for. */
function loadList(x: Ctx, down: boolean): Node {
  const { b } = x
  const { start, writeBack } = rangeOf(x, down)
  const list = known(x, start)
  if (list) {
    const values = list.map(({ n, address }) => ({ n, value: b.gload('i32', '32s', address) }))
    writeBack()
    for (const { n, value } of values) if (n < 15) b.set(offsetOf(n), value)
    return values.at(-1)?.value ?? b.i32(0)
  }
  each(x, start, (n, address) => b.setx(slotAt(x, S.loaded, n), b.gload('i32', '32s', address)))
  writeBack()
  // The slot after r14 is nobody's.
  each(x, start, n => b.setx(slotAt(x, S.r, n), b.getx(slotAt(x, S.loaded, n), 'i32')))
  return b.get(S.loaded + 8 * 15, 'i32')
}

function storeList(x: Ctx, down: boolean): void {
  const { b } = x
  const { start, writeBack } = rangeOf(x, down)
  const list = known(x, start)
  if (list) for (const { n, address } of list) b.gstore('32u', address, b.get(offsetOf(n), 'i32'))
  else each(x, start, (n, address) => b.gstore('32u', address, b.getx(slotAt(x, S.r, n), 'i32')))
  writeBack()
}

export const multiple: readonly Semantics[] = [
  ...plain('ldm', x => void loadList(x, false)),
  ...plain('ldmdb', x => void loadList(x, true)),
  ...ending('ldm.pc', x => excReturn(x, loadList(x, false))),
  ...ending('ldmdb.pc', x => excReturn(x, loadList(x, true))),
  ...plain('stm', x => storeList(x, false)),
  ...plain('stmdb', x => storeList(x, true)),
]
