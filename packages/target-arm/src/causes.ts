/**
 * What the causes of discontinuities are. A cause is a synchronous one of `Cause`, or `Cause.interrupt` with the number
 * of an exception that was pending in the NVIC. What was entered in the end can be another exception (escalation to
 * HardFault, a fault while the frame was pushed): its number is then in the bits of `takenShift`.
 */
import type { Builder, Node } from '@guestscope/codegen'
import { type CauseInfo, Discon } from '@guestscope/core'

/** Causes that instructions raise, and that accesses to memory do. */
export const Cause = {
  /** UsageFaults: UNDEFINSTR, NOCP, INVSTATE, INVPC, UNALIGNED, DIVBYZERO. */
  undefined: 1,
  noCoprocessor: 2,
  invalidState: 3,
  invalidPc: 4,
  unaligned: 5,
  divideByZero: 6,
  /** MemManage: DACCVIOL, IACCVIOL, MSTKERR, MUNSTKERR, MLSPERR. */
  memManageData: 8,
  memManageFetch: 9,
  memManageStacking: 10,
  memManageUnstacking: 11,
  memManageLazy: 12,
  /** BusFaults: PRECISERR, IBUSERR, STKERR, UNSTKERR, LSPERR. */
  busFaultData: 16,
  busFaultFetch: 17,
  busFaultStacking: 18,
  busFaultUnstacking: 19,
  busFaultLazy: 20,
  /** A vector could not be read. */
  vectorRead: 21,
  svc: 24,
  /** BKPT; the value is its immediate. What it becomes (semihosting or not) is decided when it is delivered. */
  bkpt: 25,
  semihosting: 26,
  /** Set besides the exception number of what the NVIC had pending. */
  interrupt: -0x80000000,
} as const

/** Exception numbers (Armv7-M ARM, B1.5.2). */
export const Exception = {
  reset: 1,
  nmi: 2,
  hardFault: 3,
  memManage: 4,
  busFault: 5,
  usageFault: 6,
  svc: 11,
  debugMonitor: 12,
  pendSv: 14,
  sysTick: 15,
  /** External interrupt 0. */
  external: 16,
} as const

/** Where a cause holds the number of the exception that was entered in place of its own. */
export const takenShift = 16
const takenMask = 0x1ff
const numberMask = 0x1ff

const names: Readonly<Record<number, readonly [name: string, exception: number]>> = {
  [Cause.undefined]: ['undefined instruction', Exception.usageFault],
  [Cause.noCoprocessor]: ['no coprocessor', Exception.usageFault],
  [Cause.invalidState]: ['invalid state', Exception.usageFault],
  [Cause.invalidPc]: ['invalid exception return', Exception.usageFault],
  [Cause.unaligned]: ['unaligned access', Exception.usageFault],
  [Cause.divideByZero]: ['divide by zero', Exception.usageFault],
  [Cause.memManageData]: ['data access violation', Exception.memManage],
  [Cause.memManageFetch]: ['instruction access violation', Exception.memManage],
  [Cause.memManageStacking]: ['access violation on stacking', Exception.memManage],
  [Cause.memManageUnstacking]: ['access violation on unstacking', Exception.memManage],
  [Cause.memManageLazy]: ['access violation on lazy floating-point stacking', Exception.memManage],
  [Cause.busFaultData]: ['data bus error', Exception.busFault],
  [Cause.busFaultFetch]: ['instruction bus error', Exception.busFault],
  [Cause.busFaultStacking]: ['bus error on stacking', Exception.busFault],
  [Cause.busFaultUnstacking]: ['bus error on unstacking', Exception.busFault],
  [Cause.busFaultLazy]: ['bus error on lazy floating-point stacking', Exception.busFault],
  [Cause.vectorRead]: ['vector read error', Exception.hardFault],
  [Cause.svc]: ['supervisor call', Exception.svc],
  [Cause.bkpt]: ['breakpoint', Exception.debugMonitor],
}

const exceptionNames: Readonly<Record<number, string>> = {
  [Exception.reset]: 'Reset',
  [Exception.nmi]: 'NMI',
  [Exception.hardFault]: 'HardFault',
  [Exception.memManage]: 'MemManage',
  [Exception.busFault]: 'BusFault',
  [Exception.usageFault]: 'UsageFault',
  [Exception.svc]: 'SVCall',
  [Exception.debugMonitor]: 'DebugMonitor',
  [Exception.pendSv]: 'PendSV',
  [Exception.sysTick]: 'SysTick',
}

/** `SysTick`, `IRQ 3` … */
export const exceptionName = (number: number): string =>
  exceptionNames[number] ??
  (number < Exception.external ? `exception ${number}` : `IRQ ${number - Exception.external}`)

/** Number of the exception that a synchronous cause stands for, before any escalation. */
export const exceptionOf = (cause: number): number => names[cause]?.[1] ?? Exception.usageFault

/** The cause with the exception that was entered, if that is not its own. */
export function takenAs(cause: number, exception: number): number {
  const own = cause < 0 ? cause & numberMask : exceptionOf(cause)
  return own === exception ? cause : cause | (exception << takenShift)
}

/** The exception whose handler a cause led to. */
export function takenException(cause: number): number {
  const taken = (cause >>> takenShift) & takenMask
  return taken || (cause < 0 ? cause & numberMask : exceptionOf(cause & (2 ** takenShift - 1)))
}

/** Category and name of a cause, for any i32. The type is that of the original cause, whatever was entered. */
export function cause(number: number): CauseInfo {
  const taken = (number >>> takenShift) & takenMask
  const suffix = taken ? `, taken as ${exceptionName(taken)}` : ''
  if (number < 0) {
    return { type: Discon.Interrupt, name: `${exceptionName(number & numberMask)}${suffix}` }
  }
  const own = number & (2 ** takenShift - 1)
  if (own === Cause.semihosting) return { type: Discon.HostCall, name: 'semihosting' }
  return { type: Discon.Exception, name: `${names[own]?.[0] ?? `cause ${own}`}${suffix}` }
}

/** The category alone, in IR. */
export function causeType(b: Builder, number: Node): Node {
  const own = b.and(number, b.i32(2 ** takenShift - 1))
  const sync = b.select(b.eq(own, b.i32(Cause.semihosting)), b.i32(Discon.HostCall), b.i32(Discon.Exception))
  return b.select(b.cmp('lt_s', number, b.i32(0)), b.i32(Discon.Interrupt), sync)
}
