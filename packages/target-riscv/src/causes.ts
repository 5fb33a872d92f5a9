/**
 * What the causes of traps are. Inside the emulator a cause is the exception code of mcause; an interrupt has
 * `Cause.interrupt` set besides ("Privileged Architecture", table "mcause values after trap").
 */
import type { Builder, Node } from '@guestscope/codegen'
import { type CauseInfo, Discon } from '@guestscope/core'
import { Cause } from './state.ts'

const exceptions = {
  0: 'instruction address misaligned',
  1: 'instruction access fault',
  2: 'illegal instruction',
  3: 'breakpoint',
  4: 'load address misaligned',
  5: 'load access fault',
  6: 'store/AMO address misaligned',
  7: 'store/AMO access fault',
  8: 'environment call from U-mode',
  9: 'environment call from S-mode',
  11: 'environment call from M-mode',
  12: 'instruction page fault',
  13: 'load page fault',
  15: 'store/AMO page fault',
} as const

const interrupts = {
  1: 'supervisor software interrupt',
  3: 'machine software interrupt',
  5: 'supervisor timer interrupt',
  7: 'machine timer interrupt',
  9: 'supervisor external interrupt',
  11: 'machine external interrupt',
} as const

/** Name of a cause of RISC-V. Numbers that the manual leaves free have names of their own. */
export type RiscvCause =
  | (typeof exceptions)[keyof typeof exceptions]
  | (typeof interrupts)[keyof typeof interrupts]
  | `exception ${number}`
  | `interrupt ${number}`
  | 'semihosting'

type Names = Readonly<Record<number, RiscvCause | undefined>>

const known = new Map<number, CauseInfo>()

/** Category and name of a cause, for any i32. */
export function cause(number: number): CauseInfo {
  let info = known.get(number)
  if (!info) {
    info = describe(number)
    known.set(number, info)
  }
  return info
}

/** The category alone, in IR. */
export function causeType(b: Builder, number: Node): Node {
  const sync = b.select(
    b.eq(number, b.i32(Cause.semihosting)),
    b.i32(Discon.HostCall),
    b.i32(Discon.Exception),
  )
  return b.select(b.cmp('lt_s', number, b.i32(0)), b.i32(Discon.Interrupt), sync)
}

function describe(number: number): CauseInfo {
  if (number === Cause.semihosting) return { type: Discon.HostCall, name: 'semihosting' }
  if (number < 0) {
    const code = number & ~Cause.interrupt
    return { type: Discon.Interrupt, name: (interrupts as Names)[code] ?? `interrupt ${code}` }
  }
  return { type: Discon.Exception, name: (exceptions as Names)[number] ?? `exception ${number}` }
}

/** Interrupts by falling priority (3.1.9): those for M before those for S, external, software, timer. */
export const interruptPriority: readonly number[] = [11, 3, 7, 9, 1, 5]
