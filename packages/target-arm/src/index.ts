/** Arm guests: Cortex-M. */
export { armMBoards, lm3s6965evb, microbit, mps2An385, mps2An386, mps2An500 } from './boards/index.ts'
export { Cause, Exception, takenException } from './causes.ts'
export { type Core, cores } from './cores.ts'
export { arm } from './guest.ts'
export type { ArmMNames, ArmMRegister } from './names.ts'
export {
  cortexM0PlusTarget,
  cortexM0Target,
  cortexM3Target,
  cortexM4Target,
  cortexM7Target,
  createArmMTarget,
} from './target.ts'
export { Line } from './trap.ts'
