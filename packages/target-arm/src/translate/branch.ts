/** Branches and what writes the PC (Armv7-M ARM, A2.3.1: BXWritePC, BLXWritePC, BranchWritePC; A7.7). */
import { Head, type Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { ArmExit } from '../exits.ts'
import { Flags, S } from '../state.ts'
import { type Ctx, direct, ending, plain } from './context.ts'
import { condition } from './flags.ts'

const lr: number = S.r + 8 * 14

/** BranchWritePC: bit 0 does not count. */
export function branchTo(x: Ctx, target: Node): void {
  x.goto(x.b.and(target, x.b.i32(-2)))
}

/** BLXWritePC: bit 0 becomes EPSR.T; while that is clear any instruction faults. */
function interwork(x: Ctx, target: Node): void {
  const { b } = x
  x.advance()
  b.if(b.eqz(b.and(target, b.i32(1))), () =>
    b.set(Head.flags, b.or(b.get(Head.flags, 'i32'), b.i32(Flags.notThumb))),
  )
  b.goto(b.and(target, b.i32(-2)))
}

/** BXWritePC and LoadWritePC: in Handler mode, 0xFxxxxxxx returns from the exception (B1.5.8). */
export function excReturn(x: Ctx, target: Node): void {
  const { b } = x
  b.if(b.eq(b.shrU(target, b.i32(28)), b.i32(15)), () =>
    b.if(b.get(S.ipsr, 'i32'), () => {
      const from = x.o.pc('i32')
      b.set(S.returnFrom, from)
      b.set(S.returnSize, b.sub(x.next, from))
      x.leave(ArmExit.excReturn, target)
    }),
  )
  interwork(x, target)
}

const relative = (x: Ctx): Node => x.b.add(x.pc, x.imm)

/** cbz, cbnz: never in IT blocks. */
const compareAndBranch = (name: string, cmp: 'eq' | 'ne'): readonly Semantics[] =>
  ending(name, x => x.branch(x.b.cmp(cmp, x.rn, x.b.i32(0)), relative(x), x.next))

/** tbb, tbh: a table of distances in halfwords. */
const tableBranch = (name: string, base: (x: Ctx) => Node, half: boolean): readonly Semantics[] =>
  ending(name, x => {
    const { b } = x
    const index = half ? b.shl(x.rm, b.i32(1)) : x.rm
    const distance = x.load(half ? '16u' : '8u', b.add(base(x), index))
    branchTo(x, b.add(x.pc, b.shl(distance, b.i32(1))))
  })

export const branches: readonly Semantics[] = [
  ...direct('b', relative),
  ...direct('bl', relative, true),
  ...ending('b.cond', x => x.branch(condition(x.b, x.aux(0, 4)), relative(x), x.next)),
  ...compareAndBranch('cbz', 'eq'),
  ...compareAndBranch('cbnz', 'ne'),
  ...ending('bx', x => excReturn(x, x.rm)),
  ...ending('blx', x => {
    const target = x.rm
    x.b.set(lr, x.b.or(x.next, x.b.i32(1)))
    interwork(x, target)
  }),
  ...ending('mov.pc', x => branchTo(x, x.rm)),
  ...ending('add.pc', x => branchTo(x, x.b.add(x.rm, x.pc))),
  ...tableBranch('tbb', x => x.rn, false),
  ...tableBranch('tbh', x => x.rn, true),
  ...tableBranch('tbb.pc', x => x.pc, false),
  ...tableBranch('tbh.pc', x => x.pc, true),
  // What does nothing here: hints, prefetches; one CPU's accesses are in order.
  ...plain('nop', () => {}),
]
