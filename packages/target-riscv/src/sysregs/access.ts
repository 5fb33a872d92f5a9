/** Access to any CSR by a number known at run time only: IR functions made of the table, for T0. */
import { type Builder, Head, type IrFunction, irFunction, type Node } from '@guestscope/codegen'
import { Flags, S } from '../state.ts'
import { dirtyFp } from '../translate/context.ts'
import { checkInterrupts } from '../trap.ts'
import type { Csr, CsrKind } from './csr.ts'

/** Result of `check`. */
export const CsrCheck = { illegal: 0, legal: 1, exact: 2 } as const

export interface CsrFunctions {
  /** (cpu, number i32, writes i32) → `CsrCheck`: may the current mode do this? */
  readonly check: IrFunction
  /** (cpu, number i32) → value i64 */
  readonly read: IrFunction
  /** (cpu, number i32) → what csrrs and csrrc change bits of, i64 */
  readonly modify: IrFunction
  /** (cpu, number i32, value i64) */
  readonly write: IrFunction
}

/** Consecutive numbers of one kind. */
interface Range {
  readonly first: number
  last: number
  readonly kind: CsrKind
}

function ranges(table: readonly Csr[]): Range[] {
  const result: Range[] = []
  for (const { number, kind } of [...table].sort((a, b) => a.number - b.number)) {
    const open = result.at(-1)
    if (open && open.kind === kind && open.last === number - 1) open.last = number
    else result.push({ first: number, last: number, kind })
  }
  return result
}

/** Binary decision: runs `leaf` for the range that the number lies in. */
function decide(b: Builder, number: Node, list: readonly Range[], leaf: (kind: CsrKind) => void): void {
  const [range] = list
  if (!range) return
  if (list.length === 1) {
    const inside = b.cmp('le_u', b.sub(number, b.i32(range.first)), b.i32(range.last - range.first))
    b.if(inside, () => leaf(range.kind))
    return
  }
  const half = list.length >> 1
  const pivot = list[half] as Range
  b.if(
    b.cmp('lt_u', number, b.i32(pivot.first)),
    () => decide(b, number, list.slice(0, half), leaf),
    () => decide(b, number, list.slice(half), leaf),
  )
}

/** Writes, and what every write to this kind brings with it. `flags`: as for semantics. */
export function writeCsr(
  b: Builder,
  kind: CsrKind,
  value: Node,
  number: Node,
  flags: number | undefined,
): void {
  kind.write?.(b, value, number)
  if (kind.fp) dirtyFp(b, flags)
  if (kind.after === 'interrupts') b.call(checkInterrupts)
}

/** The functions for one base. */
export function csrFunctions(table: readonly Csr[]): CsrFunctions {
  const all = ranges(table)
  const number = (b: Builder): Node => b.vget(0)

  const check = irFunction('riscv.csrCheck', ['i32', 'i32'], 'i32', b => {
    const illegal = (): void => b.return(b.i32(CsrCheck.illegal))
    const priv = b.get(S.priv, 'i32')
    const lowest = b.and(b.shrU(number(b), b.i32(8)), b.i32(3))
    b.if(b.cmp('lt_u', priv, lowest), illegal)
    b.if(b.and(b.vget(1), b.eq(b.shrU(number(b), b.i32(10)), b.i32(3))), illegal)
    decide(b, number(b), all, kind => {
      if (kind.fp) b.if(b.eqz(b.and(b.get(Head.flags, 'i32'), b.i32(Flags.fsMask))), illegal)
      if (kind.legal) b.if(b.eqz(kind.legal(b, b.get(S.priv, 'i32'), number(b))), illegal)
      b.return(b.i32(kind.exact ? CsrCheck.exact : CsrCheck.legal))
    })
    illegal()
  })
  const read = irFunction('riscv.csrRead', ['i32'], 'i64', b => {
    decide(b, number(b), all, kind => b.return(kind.read(b, number(b))))
    b.return(b.i64(0))
  })
  const special = all.filter(r => r.kind.modify)
  const modify = irFunction('riscv.csrModify', ['i32'], 'i64', b => {
    decide(b, number(b), special, kind => {
      if (kind.modify) b.return(kind.modify(b, number(b)))
    })
    b.return(b.call(read, number(b)))
  })
  const writable = all.filter(r => r.kind.write)
  const write = irFunction('riscv.csrWrite', ['i32', 'i64'], undefined, b => {
    decide(b, number(b), writable, kind => {
      writeCsr(b, kind, b.vget(1), number(b), undefined)
      b.return()
    })
  })
  return { check, read, modify, write }
}
