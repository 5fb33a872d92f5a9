/**
 * Counters: mcycle counts the machine's time, minstret the instructions that this hart retired, time is mtime, the
 * hardware performance monitors always read 0 ("Privileged Architecture", 3.1.10 to 3.1.12; chapter "Zicntr").
 */
import { type Builder, Head, type IrFunction, irFunction, type Node } from '@guestscope/codegen'
import { coreHost } from '@guestscope/core'
import type { Xlen } from '../isa/row.ts'
import { S } from '../state.ts'
import { type Csr, type CsrKind, family, fixed, low32, rowsFor, slot } from './csr.ts'

/** Counters that the enable registers know: cycle, time, instret, and as many monitors as QEMU has. */
const enableMask = 0x7ffffn
/** Those that can be stopped: not time. */
const inhibitMask = 0x7fffdn

/**
 * What counter 0 (machine time in instructions) or 2 (instructions of this hart) counts, up to and including the
 * present instruction, if there is one: outside generated code there is none.
 */
const count = (b: Builder, which: Node): Node => {
  b.if(
    which,
    () => b.call(coreHost.executed),
    () => b.call(coreHost.clock),
  )
  return b.get(Head.value, 'i64')
}
/** The same before the present instruction. */
const before = (b: Builder, which: Node): Node => {
  const including = count(b, which)
  return b.sub(including, b.resize(b.ne(b.get(Head.single, 'i32'), b.i32(0)), 'i64', true))
}
/** Is counter 0 or 2 stopped? */
const stopped = (b: Builder, which: Node): Node =>
  b.and(b.shrU(b.resize(b.get(S.mcountinhibit, 'i64'), 'i32'), which), b.i32(1))
/** Address of the offset of counter 0 or 2. */
const place = (b: Builder, which: Node): Node => b.add(b.cpu(), b.shl(which, b.i32(2)))

/** (cpu, counter 0 or 2) → its value. */
const readCounter: IrFunction = irFunction('riscv.readCounter', ['i32'], 'i64', b => {
  const value = b.newVar('i64')
  b.vset(value, b.rload('i64', '64', place(b, b.vget(0)), S.cycleOffset))
  b.if(b.eqz(stopped(b, b.vget(0))), () => b.vset(value, b.add(b.vget(value), before(b, b.vget(0)))))
  b.return(b.vget(value))
})

/** (cpu, counter, value): the next instruction reads just this value. */
const writeCounter: IrFunction = irFunction('riscv.writeCounter', ['i32', 'i64'], undefined, b => {
  b.if(b.eqz(stopped(b, b.vget(0))), () => b.vset(1, b.sub(b.vget(1), count(b, b.vget(0)))))
  b.rstore('64', place(b, b.vget(0)), b.vget(1), S.cycleOffset)
})

/** (cpu, value): mcountinhibit; a stopped counter keeps its value in place of the offset. */
const writeInhibit: IrFunction = irFunction('riscv.writeInhibit', ['i64'], undefined, b => {
  const old = b.newVar('i64')
  b.vset(old, b.get(S.mcountinhibit, 'i64'))
  b.set(S.mcountinhibit, b.and(b.vget(0), b.i64(inhibitMask)))
  for (const [which, bit, offset] of [
    [0, 1n, S.cycleOffset],
    [2, 4n, S.instretOffset],
  ] as const) {
    const was = b.and(b.vget(old), b.i64(bit))
    const is = b.and(b.vget(0), b.i64(bit))
    b.if(b.ne(was, is), () => {
      const now = count(b, b.i32(which))
      const change = b.select(b.ne(is, b.i64(0)), now, b.sub(b.i64(0), now))
      b.set(offset, b.add(b.get(offset, 'i64'), change))
    })
  }
})

export const counterFunctions: readonly IrFunction[] = [readCounter, writeCounter, writeInhibit]

const lowHalf = (b: Builder, value: Node): Node => b.and(value, b.i64(low32))
const highHalf = (b: Builder, value: Node): Node => b.shrU(value, b.i64(32))

/** mcycle or minstret. */
function machineCounter(which: 0 | 2, xlen: Xlen): CsrKind {
  const read = (b: Builder): Node => b.call(readCounter, b.i32(which))
  const write = (b: Builder, value: Node): void => void b.call(writeCounter, b.i32(which), value)
  if (xlen === 64) return { exact: true, read, write }
  return {
    exact: true,
    read: b => lowHalf(b, read(b)),
    write: (b, value) => write(b, b.or(b.and(read(b), b.i64(~low32)), value)),
  }
}
const machineCounterHigh = (which: 0 | 2): CsrKind => ({
  exact: true,
  read: b => highHalf(b, b.call(readCounter, b.i32(which))),
  write: (b, value) => {
    const low = lowHalf(b, b.call(readCounter, b.i32(which)))
    b.call(writeCounter, b.i32(which), b.or(low, b.shl(value, b.i64(32))))
  },
})

/** Do mcounteren and scounteren show the counter to this mode? */
function visible(b: Builder, priv: Node, number: Node): Node {
  const bit = (slotOffset: number): Node =>
    b.and(b.shrU(b.resize(b.get(slotOffset, 'i64'), 'i32'), b.and(number, b.i32(31))), b.i32(1))
  const bySupervisor = b.or(bit(S.scounteren), b.ne(priv, b.i32(0)))
  return b.or(b.eq(priv, b.i32(3)), b.and(bit(S.mcounteren), bySupervisor))
}
const user = (kind: CsrKind): CsrKind => ({ ...kind, legal: visible })

/** mtime of the board. */
const time = (b: Builder): Node => {
  b.call(coreHost.time)
  return b.get(Head.value, 'i64')
}
const zero = fixed(0n)
const userZero = user(zero)

export function counterCsrs(xlen: Xlen): readonly Csr[] {
  const half = (value: (b: Builder) => Node): CsrKind['read'] =>
    xlen === 64 ? value : b => lowHalf(b, value(b))
  const counter =
    (which: 0 | 2): ((b: Builder) => Node) =>
    b =>
      b.call(readCounter, b.i32(which))
  const high =
    xlen === 64
      ? []
      : [
          ...rowsFor('cycleh', user({ exact: true, read: b => highHalf(b, counter(0)(b)) })),
          ...rowsFor('timeh', user({ exact: true, read: b => highHalf(b, time(b)) })),
          ...rowsFor('instreth', user({ exact: true, read: b => highHalf(b, counter(2)(b)) })),
          ...rowsFor(family('hpmcounter', 3, 31, 'h'), userZero),
          ...rowsFor('mcycleh', machineCounterHigh(0)),
          ...rowsFor('minstreth', machineCounterHigh(2)),
          ...rowsFor(family('mhpmcounter', 3, 31, 'h'), zero),
        ]
  return [
    ...rowsFor('cycle', user({ exact: true, read: half(counter(0)) })),
    ...rowsFor('time', user({ exact: true, read: half(time) })),
    ...rowsFor('instret', user({ exact: true, read: half(counter(2)) })),
    ...rowsFor(family('hpmcounter', 3, 31), userZero),
    ...rowsFor('mcycle', machineCounter(0, xlen)),
    ...rowsFor('minstret', machineCounter(2, xlen)),
    ...rowsFor(family('mhpmcounter', 3, 31), zero),
    ...rowsFor(family('mhpmevent', 3, 31), zero),
    ...rowsFor('mcountinhibit', {
      exact: true,
      read: b => b.get(S.mcountinhibit, 'i64'),
      write: (b, value) => void b.call(writeInhibit, value),
    }),
    ...rowsFor('mcounteren', slot(S.mcounteren, enableMask)),
    ...rowsFor('scounteren', slot(S.scounteren, enableMask)),
    ...high,
  ]
}
