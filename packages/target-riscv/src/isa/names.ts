/** Register names of the psABI ("RISC-V Calling Conventions", chapter 1), by register number. */
import { floatRegisters, integerRegisters } from '../names.ts'

export const xNames: readonly string[] = integerRegisters
export const fNames: readonly string[] = floatRegisters
