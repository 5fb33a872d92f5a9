/**
 * What the semantics of system instructions ask of the system module, which implements these under the same names,
 * as IR functions or host imports. None of them may touch r0 … r15 or the flags n z c v q ge: regions keep those in
 * locals. Blocks end after them through the dispatcher, so that `Head.request`, `Head.flags` and `Head.tlb` may
 * change.
 *
 * Contract of the rest:
 * - SVC raises `Cause.svc` (value: the immediate) with `Head.pc` and ITSTATE of the SVC itself: the return address is
 *   pc + 2, and ITSTATE in the frame must be advanced (`Head.flags` still holds that of the SVC). BKPT likewise,
 *   `Cause.bkpt`; it is 2 bytes long.
 * - WFI: `Exit.wait`. WFE: `ArmExit.waitForEvent` if the event register is clear. SEV sets `S.event`.
 * - Exception return: `ArmExit.excReturn`, `Head.pc` is EXC_RETURN, ITSTATE is that after the instruction.
 */
import { type Callee, hostFunction } from '@guestscope/codegen'

interface SystemCalls {
  readonly writeMask: Callee
  readonly writeControl: Callee
}

export const systemCalls: SystemCalls = {
  /**
   * (cpu, SYSm, value): MSR of PRIMASK 16, BASEPRI 17, BASEPRI_MAX 18, FAULTMASK 19 (B5.2.3), and CPS. Unprivileged
   * code does not get here. Masks the value, ignores what the core does not have or does not allow now.
   */
  writeMask: hostFunction('arm.writeMask', ['i32', 'i32']),
  /**
   * (cpu, value): MSR of CONTROL 20 by privileged code. Writes the bits of `S.control` that the core has and that may
   * be written now (nPRIV; SPSEL in Thread mode; FPCA with an FPU), then `Head.flags` and `Head.tlb`. The semantics
   * exchange r13 and `S.otherSp` if SPSEL has changed.
   */
  writeControl: hostFunction('arm.writeControl', ['i32']),
}

interface FloatCalls {
  readonly prepare: Callee
}

/** What floating-point instructions ask while `Flags.fpReady` is clear. */
export const floatCalls: FloatCalls = {
  /**
   * (cpu) → cause to raise, or 0: ExecuteFPCheck (B1.5.7): access by CPACR, deferred registers are stacked, a new
   * context begins (FPCA, FPSCR from FPDSCR). May change `S.fpscr`, `S.control`, `Head.flags`.
   */
  prepare: hostFunction('arm.prepareFloat', [], 'i32'),
}
