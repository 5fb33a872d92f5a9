/** The program status register, the stack pointers and ITSTATE, as they lie in the state (Armv7-M ARM, B1.4). */
import { Head } from '@guestscope/codegen'
import type { Cpu } from '@guestscope/core'
import type { Core } from '../cores.ts'
import { Flags, S } from '../state.ts'

/** Offset of a core register, 0 … 14. */
export const reg = (n: number): number => S.r + 8 * n
export const sp: number = reg(13)
export const lr: number = reg(14)

/** The pc as a number: bigints are slow. */
export const getPc = (cpu: Cpu): number => cpu.get32(Head.pc) >>> 0
/** Bit 0 does not count. */
export function setPc(cpu: Cpu, address: number): void {
  cpu.set32(Head.pc, address & ~1)
  cpu.set32(Head.pc + 4, 0)
}

/** Bits of CONTROL. */
export const Control = { unprivileged: 1, processStack: 2, floatActive: 4 } as const

/** Bits of xPSR. */
const Xpsr = { q: 1 << 27, it: 0x0600fc00, thumb: 1 << 24, ge: 0xf0000, exception: 0x1ff } as const

/** What a core does not have of it: GE belongs to the DSP extension; Armv6-M has 6 bits of IPSR, no Q, no ITSTATE. */
export const absentFromPsr = ({ baseline, dsp }: Core): number =>
  (dsp ? 0 : Xpsr.ge) | (baseline ? Xpsr.q | Xpsr.it | 0x1c0 : 0)

/** APSR: flags and GE. */
function readApsr(cpu: Cpu): number {
  const bit = (on: boolean | number, n: number): number => (on ? 1 << n : 0)
  return (
    (cpu.get32(S.n) & (1 << 31)) |
    bit(cpu.get32(S.z) === 0, 30) |
    bit(cpu.get32(S.c), 29) |
    bit(cpu.get32(S.v) < 0, 28) |
    bit(cpu.get32(S.q), 27) |
    ((cpu.get32(S.ge) & 15) << 16)
  )
}
function writeApsr(cpu: Cpu, value: number): void {
  cpu.set32(S.n, value)
  cpu.set32(S.z, value & (1 << 30) ? 0 : 1)
  cpu.set32(S.c, (value >>> 29) & 1)
  cpu.set32(S.v, value << 3)
  cpu.set32(S.q, (value >>> 27) & 1)
  cpu.set32(S.ge, (value >>> 16) & 15)
}

/** ITSTATE as it is stacked: bits 7…2 in 15…10, bits 1…0 in 26…25. */
const packIt = (it: number): number => ((it & 0xfc) << 8) | ((it & 3) << 25)
const unpackIt = (psr: number): number => {
  const it = ((psr >>> 8) & 0xfc) | ((psr >>> 25) & 3)
  return it & 15 ? it : 0 // else the bits are ICI: the instruction begins again
}

/** ITSTATE of the instruction after one in an IT block (ITAdvance, A7.3.3). */
export const advanceIt = (it: number): number => (it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0)

/** Bits of `Head.flags` that the functions here own. */
const contextBits = Flags.itMask | Flags.notThumb

export const itState = (cpu: Cpu): number => cpu.get32(Head.flags) & Flags.itMask

/** xPSR; `it`: ITSTATE in it. */
export function readXpsr(cpu: Cpu, it: number = itState(cpu)): number {
  const thumb = cpu.get32(Head.flags) & Flags.notThumb ? 0 : Xpsr.thumb
  return readApsr(cpu) | thumb | packIt(it) | cpu.get32(S.ipsr)
}
export function writeXpsr(cpu: Cpu, written: number): void {
  const value = written & ~cpu.get32(S.psrAbsent)
  writeApsr(cpu, value)
  cpu.set32(S.ipsr, value & Xpsr.exception)
  writeEpsr(cpu, unpackIt(value), (value & Xpsr.thumb) !== 0)
}
export function writeEpsr(cpu: Cpu, it: number, thumb: boolean): void {
  const bits = it | (thumb ? 0 : Flags.notThumb)
  cpu.set32(Head.flags, (cpu.get32(Head.flags) & ~contextBits) | bits)
}

export const inHandler = (cpu: Cpu): boolean => cpu.get32(S.ipsr) !== 0
export const isPrivileged = (cpu: Cpu): boolean =>
  inHandler(cpu) || !(cpu.get32(S.control) & Control.unprivileged)
/** Is PSP the stack pointer in use? */
export const usesProcessStack = (cpu: Cpu): boolean =>
  !inHandler(cpu) && (cpu.get32(S.control) & Control.processStack) !== 0

/** Makes the other stack pointer the one in use. */
export function swapStacks(cpu: Cpu): void {
  const old = cpu.get32(sp)
  cpu.set32(sp, cpu.get32(S.otherSp))
  cpu.set32(S.otherSp, old)
}

/** Changes what decides about the stack pointer in use, and exchanges the two if need be. */
export function keepingStacks(cpu: Cpu, change: () => void): void {
  const before = usesProcessStack(cpu)
  change()
  if (usesProcessStack(cpu) !== before) swapStacks(cpu)
}
