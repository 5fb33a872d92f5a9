/** Exit codes of the Arm targets: why generated code asks `Target.handleExit`. `Head.pc` is what `leave` was given. */
import { Exit } from '@guestscope/codegen'

interface ArmExits {
  readonly excReturn: number
  readonly waitForEvent: number
}

export const ArmExit: ArmExits = {
  /** Exception return: `Head.pc` is the EXC_RETURN value (Armv7-M ARM, B1.5.8), `S.returnFrom` the instruction. */
  excReturn: Exit.target,
  /** WFE while the event register is clear; `Head.pc` is after it (B1.5.18). */
  waitForEvent: Exit.target + 1,
}
