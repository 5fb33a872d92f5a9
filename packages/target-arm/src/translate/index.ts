/** All semantics of Thumb, in pairs: outside and inside of IT blocks. README.md has the names and operands. */
import type { IrFunction } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { bitOperations } from './bits.ts'
import { branches } from './branch.ts'
import { dataProcessing } from './data.ts'
import { dsp } from './dsp.ts'
import { conditionHolds } from './flags.ts'
import { floatArithmetic } from './float-arithmetic.ts'
import { floatConversions } from './float-convert.ts'
import { floatTransfers } from './float-transfer.ts'
import { loadStore } from './load-store.ts'
import { multiple } from './multiple.ts'
import { multiplication } from './multiply.ts'
import { parallel } from './parallel.ts'
import { shiftFunction } from './shift.ts'
import { system } from './system.ts'

/** Without floating point. */
export const integer: readonly Semantics[] = [
  ...dataProcessing,
  ...multiplication,
  ...bitOperations,
  ...dsp,
  ...parallel,
  ...loadStore,
  ...multiple,
  ...branches,
  ...system,
]

/** IR functions that semantics call: for `Target.functions.others`. */
export const integerFunctions: readonly IrFunction[] = [conditionHolds, shiftFunction]

/** Floating point, both precisions. */
export const floating: readonly Semantics[] = [...floatTransfers, ...floatArithmetic, ...floatConversions]

export { floatFunctions } from './float-functions.ts'
export { floatHost } from './float-host.ts'
