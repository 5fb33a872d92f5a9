/** Traps and what comes back from them ("Privileged Architecture", 3.1.6 to 3.1.9, 3.3.2, 4.1). */
import { type Builder, Head, type IrFunction, irFunction, type Node } from '@guestscope/codegen'
import { type Cpu, coreHost, Layout, Space, type Target } from '@guestscope/core'
import { Semihosting } from '@guestscope/devices'
import { interruptPriority } from './causes.ts'
import type { Xlen } from './isa/row.ts'
import { semihostCallee } from './semihosting.ts'
import { Cause, Flags, Mstatus, S, TlbMode } from './state.ts'

/** Privilege modes. */
export const Priv = { U: 0, S: 1, M: 3 } as const

const status = (b: Builder): Node => b.get(S.mstatus, 'i64')
/** Is this bit of mstatus (a 64-bit value) set? i64, not 0 if so. */
const has = (b: Builder, value: Node, bit: bigint): Node => b.ne(b.and(value, b.i64(bit)), b.i64(0))
const field = (b: Builder, value: Node, shift: number, mask: number): Node =>
  b.and(b.resize(b.shrU(value, b.i64(shift)), 'i32'), b.i32(mask))

/**
 * What follows from mstatus (i64) and the privilege mode (i32): the translation flags and the soft TLB of data accesses.
 * Takes both as values: they are in registers where they have just been written.
 */
function emitMode(b: Builder, state: Node, priv: Node): void {
  const fs = field(b, state, 13, 3)
  const fp = b.select(b.eq(fs, b.i32(3)), b.i32(Flags.fsDirty), b.ne(fs, b.i32(0)))
  const kept = b.and(b.get(Head.flags, 'i32'), b.i32(~(Flags.privMask | Flags.fsMask | Flags.flat)))
  const mprv = has(b, state, Mstatus.MPRV)
  const unguarded = b.eqz(b.or(mprv, b.get(S.pmpActive, 'i32')))
  const flat = b.select(b.and(b.eq(priv, b.i32(Priv.M)), unguarded), b.i32(Flags.flat), b.i32(0))
  b.set(Head.flags, b.or(b.or(b.or(kept, priv), flat), b.shl(fp, b.i32(Flags.fsShift))))

  setTlb(b, state, b.select(mprv, field(b, state, 11, 3), priv))
}

/** The soft TLB for data accesses as in a privilege mode. */
function setTlb(b: Builder, state: Node, mode: Node): void {
  const sum = b.add(b.i32(TlbMode.supervisor), field(b, state, 18, 1))
  const tlbMode = b.select(b.eq(mode, b.i32(Priv.S)), sum, mode)
  const tlb = b.add(b.i32(Space.tlb), b.mul(tlbMode, b.i32(Layout.tlbSize)))
  b.set(Head.tlb, b.add(b.get(Head.space, 'i32'), tlb))
}

/** The same after a trap or a return while MPRV is clear; mstatus.FS has not changed. On the path of every trap. */
function emitLevel(b: Builder, state: Node, priv: Node): void {
  const kept = b.and(b.get(Head.flags, 'i32'), b.i32(~(Flags.privMask | Flags.flat)))
  const unguarded = b.eqz(b.get(S.pmpActive, 'i32'))
  const flat = b.select(b.and(b.eq(priv, b.i32(Priv.M)), unguarded), b.i32(Flags.flat), b.i32(0))
  b.set(Head.flags, b.or(b.or(kept, priv), flat))
  setTlb(b, state, priv)
}

/** (cpu): the same for what the state holds. */
export const updateMode: IrFunction = irFunction('riscv.updateMode', [], undefined, b =>
  emitMode(b, status(b), b.get(S.priv, 'i32')),
)

/** (cpu, value): writes mstatus; fields that the value must not change are already merged in. */
export const writeStatus: IrFunction = irFunction('riscv.writeStatus', ['i64'], undefined, b => {
  const changed = b.xor(status(b), b.vget(0))
  b.set(S.mstatus, b.vget(0))
  b.if(has(b, changed, Mstatus.MXR), () => b.call(coreHost.flush))
  b.call(updateMode)
})

/** (cpu): asks for the run loop if an interrupt can be taken now. */
export const checkInterrupts: IrFunction = irFunction('riscv.checkInterrupts', [], undefined, b => {
  const pending = b.and(b.get(S.mip, 'i64'), b.get(S.mie, 'i64'))
  b.if(b.eqz(pending), () => b.return())
  const delegated = b.get(S.mideleg, 'i64')
  const open = (mode: number, bit: bigint): Node => {
    const below = b.cmp('lt_u', b.get(S.priv, 'i32'), b.i32(mode))
    return b.or(below, b.and(b.eq(b.get(S.priv, 'i32'), b.i32(mode)), has(b, status(b), bit)))
  }
  const forM = b.ne(b.and(pending, b.not(delegated)), b.i64(0))
  const forS = b.ne(b.and(pending, delegated), b.i64(0))
  const takeable = b.or(b.and(forM, open(Priv.M, Mstatus.MIE)), b.and(forS, open(Priv.S, Mstatus.SIE)))
  b.if(takeable, () => b.set(Head.request, b.i32(1)))
})

const noReservation = (b: Builder): void => b.set(S.reservation, b.i64(-1))

/** The two trap levels: where they keep what, and their bits in mstatus. */
const levels = {
  M: {
    priv: Priv.M,
    epc: S.mepc,
    cause: S.mcause,
    tval: S.mtval,
    tvec: S.mtvec,
    ie: 3,
    pie: 7,
    pp: 11,
    ppMask: Mstatus.MPP,
  },
  S: {
    priv: Priv.S,
    epc: S.sepc,
    cause: S.scause,
    tval: S.stval,
    tvec: S.stvec,
    ie: 1,
    pie: 5,
    pp: 8,
    ppMask: Mstatus.SPP,
  },
} as const
type Level = (typeof levels)[keyof typeof levels]

/** Moves one bit of a value to another place. */
const moveBit = (b: Builder, value: Node, from: number, to: number): Node =>
  b.shl(b.and(b.shrU(value, b.i64(from)), b.i64(1)), b.i64(to))

/** `Target.enterTrap`. */
export const createEnterTrap =
  (xlen: Xlen): Target['enterTrap'] =>
  (b, cause, value) => {
    const semihosting = b.eq(cause, b.i32(Cause.semihosting))
    b.if(
      semihosting,
      () => b.call(semihostCallee),
      () => enterLevel(b, xlen, cause, value),
    )
  }

function enterLevel(b: Builder, xlen: Xlen, cause: Node, value: Node): void {
  const code = b.and(cause, b.i32(~Cause.interrupt))
  const interrupt = b.cmp('lt_s', cause, b.i32(0))
  noReservation(b)
  // An instruction that traps does not retire; while minstret is stopped there is nothing to take back.
  const counts = b.eqz(b.and(b.get(S.mcountinhibit, 'i64'), b.i64(4)))
  b.if(b.and(b.eqz(interrupt), counts), () =>
    b.set(S.instretOffset, b.sub(b.get(S.instretOffset, 'i64'), b.i64(1))),
  )
  const wideCode = b.resize(code, 'i64', true)
  const delegation = b.select(interrupt, b.get(S.mideleg, 'i64'), b.get(S.medeleg, 'i64'))
  const delegated = b.resize(b.and(b.shrU(delegation, wideCode), b.i64(1)), 'i32')
  const toS = b.and(delegated, b.ne(b.get(S.priv, 'i32'), b.i32(Priv.M)))

  const enter = (level: Level): void => {
    const old = status(b)
    const cleared = b.and(old, b.i64(~(level.ppMask | (1n << BigInt(level.ie)) | (1n << BigInt(level.pie)))))
    const previous = b.shl(b.resize(b.get(S.priv, 'i32'), 'i64', true), b.i64(level.pp))
    const next = b.or(b.or(cleared, previous), moveBit(b, old, level.ie, level.pie))
    b.set(S.mstatus, next)
    b.set(level.epc, b.get(Head.pc, 'i64'))
    const top = b.shl(b.resize(interrupt, 'i64', true), b.i64(xlen - 1))
    b.set(level.cause, b.or(top, wideCode))
    b.set(level.tval, value)
    // Vectored mode: interrupts have entries of their own.
    const tvec = b.get(level.tvec, 'i64')
    const vectored = b.and(interrupt, b.resize(tvec, 'i32'))
    const entry = b.select(vectored, b.shl(wideCode, b.i64(2)), b.i64(0))
    const pc = b.add(b.and(tvec, b.i64(-4)), entry)
    b.set(Head.pc, xlen === 32 ? b.and(pc, b.i64(0xffffffff)) : pc)
    const priv = b.i32(level.priv)
    b.set(S.priv, priv)
    b.if(
      has(b, next, Mstatus.MPRV),
      () => emitMode(b, next, priv),
      () => emitLevel(b, next, priv),
    )
  }
  b.if(
    toS,
    () => enter(levels.S),
    () => enter(levels.M),
  )
}

/** xRET (3.3.2): the mode and interrupt enable from before the trap; the caller goes to xepc. */
function emitReturn(b: Builder, level: Level): void {
  const old = status(b)
  const mode = field(b, old, level.pp, level.priv)
  const ie = 1n << BigInt(level.ie)
  const pie = 1n << BigInt(level.pie)
  const cleared = b.and(old, b.i64(~(level.ppMask | ie)))
  const restored = b.or(b.or(cleared, b.i64(pie)), moveBit(b, old, level.pie, level.ie))
  b.set(S.priv, mode)
  noReservation(b)
  b.if(
    has(b, old, Mstatus.MPRV),
    () => {
      const kept = b.select(b.eq(mode, b.i32(Priv.M)), b.i64(-1), b.i64(~Mstatus.MPRV))
      const next = b.and(restored, kept)
      b.set(S.mstatus, next)
      emitMode(b, next, mode)
    },
    () => {
      b.set(S.mstatus, restored)
      emitLevel(b, restored, mode)
    },
  )
  b.if(b.ne(b.and(b.get(S.mip, 'i64'), b.get(S.mie, 'i64')), b.i64(0)), () => b.call(checkInterrupts))
}

export const emitMret = (b: Builder): void => emitReturn(b, levels.M)
export const emitSret = (b: Builder): void => emitReturn(b, levels.S)

export const trapFunctions: readonly IrFunction[] = [updateMode, writeStatus, checkInterrupts]

const [mie, sie] = [Number(Mstatus.MIE), Number(Mstatus.SIE)]

/** `Target.pendingInterrupt`. */
export function pendingInterrupt(cpu: Cpu): number | undefined {
  // All the bits that matter lie in the low halves; numbers are quicker than bigints.
  const pending = cpu.get32(S.mip) & cpu.get32(S.mie)
  if (pending === 0) return undefined
  const mode = cpu.get32(S.priv)
  const state = cpu.get32(S.mstatus)
  const delegated = cpu.get32(S.mideleg)
  const openM = mode < Priv.M || (state & mie) !== 0
  const openS = mode < Priv.S || (mode === Priv.S && (state & sie) !== 0)
  const forM = openM ? pending & ~delegated : 0
  const takeable = forM || (openS ? pending & delegated : 0)
  if (takeable === 0) return undefined
  // Mostly there is one: its number is that of its bit.
  if ((takeable & (takeable - 1)) === 0) return Cause.interrupt | (31 - Math.clz32(takeable))
  for (const code of interruptPriority) if (takeable & (1 << code)) return Cause.interrupt | code
  return undefined
}

/** `Target.wakes`: what wfi waits for does not depend on global enables or delegation (3.3.3). */
export const wakes = (cpu: Cpu): boolean => (cpu.get32(S.mip) & cpu.get32(S.mie)) !== 0

/** `Target.setLine`: a device holds or releases a bit of mip. */
export function setLine(cpu: Cpu, line: number, level: boolean): void {
  const bit = 1 << line
  const lines = level ? cpu.get32(S.lines) | bit : cpu.get32(S.lines) & ~bit
  cpu.set32(S.lines, lines)
  cpu.set32(S.mip, cpu.get32(S.softMip) | lines) // the high half is always 0
  if (wakes(cpu)) cpu.request()
}

/** `Target.reset` (3.4): M-mode, interrupts off; memory is zero. */
export function reset(cpu: Cpu, xlen: Xlen): void {
  if (cpu.index === 0) Semihosting.reset(cpu.machine)
  if (xlen === 64) cpu.set64(S.mstatus, (2n << 32n) | (2n << 34n))
  cpu.set32(S.priv, Priv.M)
  cpu.set64(S.reservation, -1n)
  const semihosting = cpu.machine.semihosting ? Flags.semihosting : 0
  cpu.set32(Head.flags, Priv.M | Flags.flat | semihosting)
  cpu.set32(Head.tlb, cpu.base + Layout.tlb + TlbMode.machine * Layout.tlbSize)
}
