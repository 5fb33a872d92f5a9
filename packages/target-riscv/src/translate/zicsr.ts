/** Chapters "Zicsr", Control and Status Register Instructions, and "Zifencei". */
import type { Builder, Node, Operands } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import type { Xlen } from '../isa/row.ts'
import { CsrCheck, type Sysregs, writeCsr } from '../sysregs/index.ts'
import { baseOf, type Emit, illegal, illegalIf, privilege, requireFp } from './context.ts'

/** Operand slots. */
const [rd, rs1] = [0, 1]

type Change = 'write' | 'set' | 'clear'

/** The value to write, out of the old one and the operand. */
function changed(b: Builder, change: Change, old: Node, operand: Node): Node {
  if (change === 'write') return operand
  return change === 'set' ? b.or(old, operand) : b.and(old, b.not(operand))
}

/** csrrs and csrrc do not write if their field rs1 (or uimm) is 0, whatever the register holds. */
const field = (b: Builder, o: Operands): Node => b.and(b.shrU(o.word(), b.i32(15)), b.i32(31))

function csrInsn(xlen: Xlen, sysregs: Sysregs, change: Change, immediate: boolean): Emit {
  const { X } = baseOf(xlen)
  const { functions } = sysregs
  const operand = (b: Builder, o: Operands): Node =>
    b.resize(immediate ? o.aux() : o.reg(rs1, X), 'i64', immediate || xlen === 32)
  const result = (b: Builder, o: Operands, value: Node): void => o.setReg(rd, b.resize(value, X))

  /** The CSR is known: its row is translated here. */
  const known = (b: Builder, o: Operands, flags: number, number: number): void => {
    const csr = sysregs.byNumber.get(number)
    const writes = change === 'write' || Number(field(b, o).imm) !== 0
    const readOnly = number >> 10 === 3
    if (!csr || (writes && readOnly)) return illegal(b, o)
    const { kind } = csr
    const priv = privilege(b, flags)
    illegalIf(b, o, b.cmp('lt_u', priv, b.i32((number >> 8) & 3)))
    if (kind.fp) requireFp(b, o, flags)
    if (kind.legal) illegalIf(b, o, b.eqz(kind.legal(b, priv, b.i32(number))))
    const readAndWrite = (): void => {
      const given = operand(b, o)
      const old = kind.read(b, b.i32(number))
      const write = (): void => {
        const base = change !== 'write' && kind.modify ? kind.modify(b, b.i32(number)) : old
        writeCsr(b, kind, changed(b, change, base, given), b.i32(number), flags)
      }
      if (writes) {
        // No bits: no write, as in QEMU; one would make the state dirty, or set a counter.
        if (change !== 'write') b.if(b.ne(given, b.i64(0)), write)
        else write()
      }
      result(b, o, old)
    }
    if (kind.exact) b.timed(readAndWrite)
    else readAndWrite()
    b.goto(o.nextPc(X), writes && kind.after !== undefined)
  }

  return (b, o, flags) => {
    const number = o.imm('i32')
    if (flags !== undefined && number.op === 'const') return known(b, o, flags, Number(number.imm))
    const writes = change === 'write' ? b.i32(1) : b.ne(field(b, o), b.i32(0))
    const check = b.call(functions.check, number, writes)
    illegalIf(b, o, b.eqz(check))
    b.if(b.eq(check, b.i32(CsrCheck.exact)), () => b.exact())
    const given = operand(b, o)
    const old = b.call(functions.read, number)
    b.if(change === 'write' ? writes : b.ne(given, b.i64(0)), () => {
      const base = change === 'write' ? old : b.call(functions.modify, number)
      b.call(functions.write, number, changed(b, change, base, given))
    })
    result(b, o, old)
    b.goto(o.nextPc(X), true)
  }
}

/** The CSR instructions. */
export function csrInstructions(xlen: Xlen, sysregs: Sysregs): readonly Semantics[] {
  const changes: readonly [string, Change][] = [
    ['csrrw', 'write'],
    ['csrrs', 'set'],
    ['csrrc', 'clear'],
  ]
  return changes.flatMap(([name, change]): Semantics[] => [
    { name, emit: csrInsn(xlen, sysregs, change, false) },
    { name: `${name}i`, emit: csrInsn(xlen, sysregs, change, true) },
  ])
}

/** Stores to translated code are noticed at once; only the way to the next block must be looked up anew. */
export const fetchFence = (xlen: Xlen): readonly Semantics[] => [
  { name: 'fence.i', emit: (b, o) => b.goto(o.nextPc(baseOf(xlen).X), true) },
]
