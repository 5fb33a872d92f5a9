/** IT, exceptions on purpose, special registers, waiting (Armv7-M ARM, A7.7 and B5). */
import { Exit, type Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { Cause } from '../causes.ts'
import { ArmExit } from '../exits.ts'
import { Cps, Msr } from '../isa/thumb/aux.ts'
import { Flags, S } from '../state.ts'
import { systemCalls } from '../system-calls.ts'
import { always, type Ctx, ending, plain, setItState } from './context.ts'
import { readApsr, writeNzcvq } from './flags.ts'

/** Numbers of special registers (SYSm, B5.1.1). */
const Sysm = { msp: 8, psp: 9, primask: 16, basepri: 17, basepriMax: 18, faultmask: 19, control: 20 } as const
/** CONTROL.SPSEL */
const spsel = 2

const sp: number = S.r + 8 * 13

const privileged = (x: Ctx): Node => x.b.eqz(x.flag(Flags.unprivileged))
/** Is PSP the stack pointer in use? */
const onProcessStack = (x: Ctx): Node => x.b.and(x.b.get(S.control, 'i32'), x.b.i32(spsel))

/** Decides by SYSm; folded where it is known. */
const when = (x: Ctx, numbers: readonly number[], then: () => void): void => {
  const { b } = x
  const match = numbers.map(n => b.eq(x.imm, b.i32(n))).reduce((p, q) => b.or(p, q))
  b.if(match, then)
}

/** MRS (B5.2.2). EPSR reads as zero; what unprivileged code may not see, too. */
function readSpecial(x: Ctx): void {
  const { b } = x
  const value = b.newVar('i32')
  b.vset(value, b.i32(0))
  b.if(b.cmp('lt_u', x.imm, b.i32(8)), () => {
    // Bit 2 of SYSm: without APSR; bit 0: with IPSR.
    b.vset(value, b.select(b.and(x.imm, b.i32(4)), b.i32(0), readApsr(b)))
    b.if(b.and(b.and(x.imm, b.i32(1)), privileged(x)), () =>
      b.vset(value, b.or(b.vget(value), b.get(S.ipsr, 'i32'))),
    )
  })
  const masks = [
    [[Sysm.primask], S.primask],
    [[Sysm.basepri, Sysm.basepriMax], S.basepri],
    [[Sysm.faultmask], S.faultmask],
  ] as const
  b.if(privileged(x), () => {
    const [current, other] = [b.get(sp, 'i32'), b.get(S.otherSp, 'i32')]
    when(x, [Sysm.msp], () => b.vset(value, b.select(onProcessStack(x), other, current)))
    when(x, [Sysm.psp], () => b.vset(value, b.select(onProcessStack(x), current, other)))
    for (const [numbers, slot] of masks) when(x, numbers, () => b.vset(value, b.get(slot, 'i32')))
  })
  when(x, [Sysm.control], () => b.vset(value, b.get(S.control, 'i32')))
  x.setRd(b.vget(value))
}

/** MSR (B5.2.3). Unprivileged code can write the APSR alone. */
function writeSpecial(x: Ctx): void {
  const { b } = x
  const value = x.rn
  b.if(b.eqz(b.and(x.imm, b.i32(~3))), () => {
    const there = b.and(value, b.not(b.get(S.psrAbsent, 'i32')))
    b.if(x.aux(Msr.nzcvq), () => writeNzcvq(b, there))
    b.if(x.aux(Msr.ge), () => b.set(S.ge, b.and(b.shrU(there, b.i32(16)), b.i32(15))))
  })
  b.if(privileged(x), () => {
    const onProcess = onProcessStack(x)
    const setStack = (process: boolean): void => {
      const pointer = b.and(value, b.i32(-4))
      const [current, other] = [b.get(sp, 'i32'), b.get(S.otherSp, 'i32')]
      b.set(sp, process ? b.select(onProcess, pointer, current) : b.select(onProcess, current, pointer))
      b.set(S.otherSp, process ? b.select(onProcess, other, pointer) : b.select(onProcess, pointer, other))
    }
    when(x, [Sysm.msp], () => setStack(false))
    when(x, [Sysm.psp], () => setStack(true))
    when(x, [Sysm.primask, Sysm.basepri, Sysm.basepriMax, Sysm.faultmask], () =>
      b.call(systemCalls.writeMask, x.imm, value),
    )
    when(x, [Sysm.control], () => {
      b.call(systemCalls.writeControl, value)
      b.if(b.ne(onProcessStack(x), onProcess), () => {
        const [current, other] = [b.get(sp, 'i32'), b.get(S.otherSp, 'i32')]
        b.set(sp, other)
        b.set(S.otherSp, current)
      })
    })
  })
  x.goto(x.next, true)
}

/** CPSIE, CPSID (B5.2.1): nothing in unprivileged code. */
function changeState(x: Ctx): void {
  const { b } = x
  b.if(privileged(x), () => {
    const disable = x.aux(Cps.disable)
    b.if(x.aux(Cps.primask), () => b.call(systemCalls.writeMask, b.i32(Sysm.primask), disable))
    b.if(x.aux(Cps.faultmask), () => b.call(systemCalls.writeMask, b.i32(Sysm.faultmask), disable))
  })
  x.goto(x.next, true)
}

export const system: readonly Semantics[] = [
  ...always('it', x => setItState(x.b, x.imm)),
  ...ending('svc', x => x.raise(Cause.svc, x.imm)),
  ...always('bkpt', x => x.raise(Cause.bkpt, x.imm)),
  ...ending('undefined', x => x.raise(Cause.undefined, x.o.word())),
  ...ending('nocp', x => x.raise(Cause.noCoprocessor, x.o.word())),
  ...always('notthumb', x => x.raise(Cause.invalidState)),
  ...plain('mrs', readSpecial),
  ...ending('msr', writeSpecial),
  ...ending('cps', changeState),
  ...ending('isb', x => x.goto(x.next, true)),
  ...ending('wfi', x => x.leave(Exit.wait, x.next)),
  ...ending('wfe', x => {
    const { b } = x
    b.if(b.get(S.event, 'i32'), () => {
      b.set(S.event, b.i32(0))
      x.goto(x.next)
    })
    x.leave(ArmExit.waitForEvent, x.next)
  }),
  ...plain('sev', x => x.b.set(S.event, x.b.i32(1))),
]
