/** Chapter "Sstc" Extension for Supervisor-mode Timer Interrupts: a comparator with time, whose interrupt is STI. */
import {
  type Builder,
  type Callee,
  hostFunction,
  type IrFunction,
  irFunction,
  type Node,
} from '@guestscope/codegen'
import type { Cpu, HostImport } from '@guestscope/core'
import type { Xlen } from '../isa/row.ts'
import { S } from '../state.ts'
import { type Csr, type CsrKind, low32, rowsFor } from './csr.ts'

/** The bit of menvcfg that turns the comparator on; mip.STIP is its, then, and not software's. */
export const STCE: bigint = 1n << 63n
const STIP = 1n << 5n

const enabled = (b: Builder): Node => b.cmp('lt_s', b.get(S.menvcfg, 'i64'), b.i64(0))

/** (cpu): stimecmp or STCE has been written: the board compares, or does not. */
const compareCallee: Callee = hostFunction('riscv.compareTime', [])
const compare = (cpu: Cpu): void =>
  cpu.machine.wiring.compareTime?.(cpu.index, cpu.get64(S.menvcfg) & STCE ? cpu.get64(S.stimecmp) : undefined)
export const timerHost: readonly HostImport[] = [{ callee: compareCallee, implement: () => compare }]

/** (cpu): what a write of menvcfg brings. */
const updateEnable: IrFunction = irFunction('riscv.updateStce', [], undefined, b => {
  b.set(S.softMip, b.and(b.get(S.softMip, 'i64'), b.i64(~STIP)))
  b.set(S.mip, b.or(b.get(S.softMip, 'i64'), b.resize(b.get(S.lines, 'i32'), 'i64', true)))
  b.call(compareCallee)
})
export const timerFunctions: readonly IrFunction[] = [updateEnable]

/** After menvcfg has changed from `old`. */
export const enableWritten = (b: Builder, old: Node): void =>
  b.if(b.cmp('lt_s', b.xor(old, b.get(S.menvcfg, 'i64')), b.i64(0)), () => void b.call(updateEnable))

/** The bits of mip that software cannot write. */
export const heldPending = (b: Builder): Node => b.select(enabled(b), b.i64(STIP), b.i64(0))

/** Below M it needs STCE, and mcounteren.TM. */
const visible = (b: Builder, priv: Node): Node => {
  const timed = b.and(b.get(S.mcounteren, 'i64'), b.i64(2))
  return b.or(b.eq(priv, b.i32(3)), b.and(enabled(b), b.ne(timed, b.i64(0))))
}

const comparator = (read: CsrKind['read'], merged: (b: Builder, value: Node) => Node): CsrKind => ({
  exact: true,
  after: 'interrupts',
  legal: visible,
  read,
  write: (b, value) => {
    b.set(S.stimecmp, merged(b, value))
    b.call(compareCallee)
  },
})

export const timerCsrs = (xlen: Xlen): readonly Csr[] => {
  const held = (b: Builder): Node => b.get(S.stimecmp, 'i64')
  if (xlen === 64)
    return rowsFor(
      'stimecmp',
      comparator(held, (_b, value) => value),
    )
  const low = (b: Builder, value: Node): Node => b.or(b.and(held(b), b.i64(~low32)), value)
  const high = (b: Builder, value: Node): Node => b.or(b.and(held(b), b.i64(low32)), b.shl(value, b.i64(32)))
  return [
    ...rowsFor(
      'stimecmp',
      comparator(b => b.and(held(b), b.i64(low32)), low),
    ),
    ...rowsFor(
      'stimecmph',
      comparator(b => b.shrU(held(b), b.i64(32)), high),
    ),
  ]
}
